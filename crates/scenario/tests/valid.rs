//! Scenarios that are right, and what is read from them.

mod common;

use std::time::Duration;

use common::{LABS, Params, WHOLE, least};
use netsplit_history::Time;
use netsplit_scenario::{
    Arrivals, Direction, Dist, Ends, FaultKind, LabSpec, LinkFault, NodeFault, Partition, Quantity,
    Repeat, Scenario, Selector, Sentence, SyncFault, Trigger, parse,
};

fn read(text: &str, overrides: &[&str]) -> Scenario {
    let overrides: Vec<_> = overrides.iter().map(|o| (*o).to_owned()).collect();
    match parse(text, "test.toml", &overrides, &LABS) {
        Ok(parsed) => parsed.scenario,
        Err(found) => panic!("{found}"),
    }
}

#[test]
fn the_whole_format_is_read() {
    let scenario = read(WHOLE, &[]);
    assert_eq!(scenario.variant, "repair=on-read");
    assert_eq!(scenario.settle, Duration::from_millis(1500));
    assert_eq!(scenario.nodes[0].regions, ["eu", "us"]);
    assert_eq!(scenario.network.links.len(), 4);
    assert_eq!(scenario.network.links[3].ends, Ends::All);
    let Some(Dist::Mixture(parts)) = &scenario.network.links[3].settings.latency else {
        panic!("{:?}", scenario.network.links[3]);
    };
    let pareto = Dist::Pareto { scale: 235_000, shape: 10.0, shift: 0 };
    assert_eq!(parts[0], (91.22, pareto));
    let names: Vec<_> = scenario.faults.iter().map(|fault| fault.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "leader-cut",
            "partition",
            "latency",
            "latency-2",
            "loss",
            "duplicate",
            "bandwidth",
            "crash",
            "crash-2",
            "pause",
            "slow",
            "clock",
            "disk"
        ]
    );
    let questions: Vec<_> =
        scenario.questions.iter().map(|q| (q.text.as_str(), q.answer.to_string())).collect();
    assert_eq!(
        questions,
        [
            (
                "What share of the reads succeeds while the leader is cut off?",
                "availability(get) during leader-cut".to_owned()
            ),
            ("Does every read see the last write?", "linearizable".to_owned()),
        ]
    );
    assert_eq!(scenario.verdict.expect.len(), 19);
    assert_eq!(scenario.verdict.sweep.len(), 4);
    assert_eq!(scenario.verdict.min_pass_rate, 0.98);
}

#[test]
fn what_is_left_out_has_its_default() {
    let scenario = read(&least("[[load]]\nrate = \"90/min\""), &[]);
    assert_eq!(scenario.variant, "reference");
    assert_eq!(scenario.warmup, Duration::ZERO);
    assert_eq!(scenario.settle, Duration::from_secs(2));
    let group = &scenario.nodes[0];
    assert_eq!((group.count, group.workers), (5, Some(4)));
    assert_eq!(group.disk_sync, Dist::Constant(0));
    let latency = scenario.network.default.latency;
    assert_eq!(latency, Some(Dist::Constant(1_000_000)));
    let load = &scenario.loads[0];
    assert_eq!((load.name.as_str(), load.prefix.as_str(), load.hosts), ("clients", "c", 1));
    assert_eq!(load.timeout, Duration::from_secs(1));
    assert_eq!(load.mix, [("get".to_owned(), 1.0), ("put".to_owned(), 1.0)]);
    assert_eq!((load.keys.count, load.keys.zipf), (1000, None));
    let open = Arrivals::Open { steps: vec![(Time::ZERO, 1.5)], constant: false };
    assert_eq!(load.arrivals, open);
    assert_eq!(scenario.verdict.min_pass_rate, 1.0);
}

#[test]
fn a_load_and_a_fault_may_be_single_tables() {
    let scenario =
        read(&least("[load]\nonce = { clients = 3 }\n[fault]\nat = \"1s\"\npause = \"any\""), &[]);
    assert_eq!(scenario.loads[0].arrivals, Arrivals::Once { clients: 3 });
    assert_eq!(scenario.faults[0].kind, NodeFault::Pause.of(Selector::Any(1)));
}

#[test]
fn groups_are_read_in_the_order_of_the_lab() {
    let text = "title = \"T\"\nlab = \"tiers\"\nduration = \"1s\"\n\
        [nodes.front]\nworkers = \"unlimited\"\n[nodes.back]\ncount = 7\n\
        [[fault]]\nat = \"0s\"\ncrash = [\"b7\", \"front\"]";
    let nodes = read(text, &[]).nodes;
    let told: Vec<_> = nodes.iter().map(|g| (g.name.as_str(), g.count, g.workers)).collect();
    assert_eq!(told, [("front", 2, None), ("back", 7, Some(4))]);
}

#[test]
fn faults_keep_every_particular() {
    let faults = read(WHOLE, &[]).faults;
    let FaultKind::Links(LinkFault::Partition(Partition::Isolate { direction, .. })) =
        &faults[0].kind
    else {
        panic!("{:?}", faults[0]);
    };
    assert_eq!(*direction, Direction::Out);
    let Trigger::Event { event, nth, plus } = &faults[1].trigger else {
        panic!("{:?}", faults[1]);
    };
    assert_eq!((event.as_str(), *nth), ("became-leader", 2));
    assert_eq!(plus, &Dist::Uniform { min: 1_000_000, max: 2_000_000 });
    assert!(matches!(faults[2].kind, FaultKind::Links(LinkFault::Latency { add: false, .. })));
    assert!(matches!(
        faults[3].kind,
        FaultKind::Links(LinkFault::Latency { add: true, ends: Ends::All, .. })
    ));
    assert!(matches!(faults[7].repeat, Repeat::Every { times: Some(3), .. }));
    assert!(matches!(faults[8].repeat, Repeat::Churn { .. }) && faults[8].may_miss);
    assert_eq!(faults[8].kind, NodeFault::Crash.of(Selector::Percent(20.0)));
    let FaultKind::Nodes { fault: NodeFault::Clock { skew_ns, drift }, .. } = faults[11].kind
    else {
        panic!("{:?}", faults[11]);
    };
    assert_eq!((skew_ns, drift), (-500_000_000, 0.01));
}

#[test]
fn overrides_reach_every_part_and_keep_the_hash() {
    let overrides = [
        "nodes.count=7",
        "params.r=3",
        "load.batch.closed.clients=5",
        "load.clients.rate=300/s",
        "fault.leader-cut.for=5s",
        "fault.crash-2.churn.up=2s",
        "action.bye.at=3s",
        "network.latency=7ms",
        "network.link.far.latency.constant=9ms",
        "network.link.link.loss=1%",
        "verdict.expect=[\"linearizable\"]",
        "title=Two words",
    ];
    let scenario = read(WHOLE, &overrides);
    assert_eq!(scenario.nodes[0].count, 7);
    assert_eq!(scenario.params.get::<Params>().map(|params| params.r), Some(3));
    assert!(matches!(scenario.loads[1].arrivals, Arrivals::Closed { clients: 5, .. }));
    assert_eq!(scenario.faults[0].hold, Some(Dist::Constant(5_000_000_000)));
    assert_eq!(scenario.actions[1].trigger, Trigger::At(Time::from_nanos(3_000_000_000)));
    assert_eq!(scenario.network.default.latency, Some(Dist::Constant(7_000_000)));
    let far = &scenario.network.links[0].settings;
    assert_eq!(far.latency, Some(Dist::Constant(9_000_000)));
    assert_eq!(scenario.network.links[1].settings.loss, Some(0.01));
    assert_eq!(scenario.title, "Two words");
    assert_eq!(scenario.verdict.expect[0].line, None);
    assert_eq!(scenario.overrides, overrides);
    assert_eq!(scenario.hash, read(WHOLE, &[]).hash);
}

#[test]
fn expectations_know_their_line() {
    let expectations = read(WHOLE, &[]).verdict.expect;
    for expectation in expectations {
        let line = expectation.line.expect("it is in the file");
        let written = WHOLE.lines().nth(line - 1).expect("the line exists");
        assert!(written.contains(&expectation.text), "{written} {}", expectation.text);
    }
}

#[test]
fn a_metric_of_the_lab_is_a_plain_number() {
    let sweep = read(WHOLE, &[]).verdict.sweep;
    let Sentence::Aggregate { value, .. } = &sweep[0].sentence else {
        panic!("{:?}", sweep[0]);
    };
    assert_eq!(*value, Quantity::Number(4_967.0));
}

/// Compositions that add up, and times that do not overlap, are no contradiction.
#[test]
fn faults_that_compose_are_accepted() {
    let faults = [
        ("\"10s\"", "crash = \"n1\""),
        ("\"15s\"", "crash = \"n1\""),
        ("\"10s\"", "crash = \"n2\""),
        ("\"10s\"", "slow = { nodes = \"n1\", factor = 2 }"),
        ("\"10s\"", "partition = { isolate = \"n1\" }"),
        ("\"11s\"", "partition = { isolate = \"n1\" }"),
        ("\"10s\"", "latency = { of = \"n1\", to = \"1ms\" }"),
        ("\"11s\"", "latency = { of = \"n1\", to = \"2ms\" }"),
        ("\"10s\"", "disk = { nodes = \"n1\", sync = \"1ms\" }"),
        ("\"11s\"", "disk = { nodes = \"n1\", fail = true }"),
        ("\"10s\"", "pause = \"any\""),
        ("{ event = \"became-leader\" }", "crash = \"n1\""),
    ];
    let text: Vec<_> = faults
        .iter()
        .map(|(at, kind)| format!("[[fault]]\nat = {at}\nfor = \"5s\"\n{kind}\n"))
        .collect();
    assert_eq!(read(&least(&text.concat()), &[]).faults.len(), faults.len());
}

#[test]
fn a_disk_hangs_until_its_fault_heals() {
    let hang = |keys: &str| {
        least(&format!("[[fault]]\nat = \"1s\"\nfor = \"2s\"\ndisk = {{ nodes = \"n1\", {keys} }}"))
    };
    let scenario = read(&hang("hang = true, fail = true"), &[]);
    let FaultKind::Nodes { fault, .. } = &scenario.faults[0].kind else {
        panic!("a disk fault is about nodes");
    };
    assert_eq!(*fault, NodeFault::Disk { sync: Some(SyncFault::Hangs), fail: true });
}

#[test]
fn a_bundle_sets_parameters_and_takes_the_place_of_what_is_written() {
    let params = |rest: &str| read(&least(rest), &[]).params.get::<Params>().map(|p| (p.r, p.w));
    assert_eq!(params("variant = \"two-reads\"\n[params]\nr = 3\nw = 4"), Some((2, 4)));
    assert_eq!(params("variant = \"two-reads\""), Some((2, 0)));
    assert_eq!(params("[params]\nr = 3"), Some((3, 0)));
}

#[test]
fn a_bundle_hides_the_filling_that_it_renames() {
    let names = |lab: &LabSpec| lab.variants().iter().map(|v| v.name).collect::<Vec<_>>();
    assert_eq!(names(LABS[0]), ["reference", "stale-read", "two-reads"]);
    assert!(LABS[0].resolve("never").is_err());
    let resolved = LABS[0].resolve("repair=never, reference").expect("both are known");
    assert_eq!(resolved.fillings, [("repair", "never")]);
}
