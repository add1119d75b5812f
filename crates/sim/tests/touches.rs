//! Counts of what faults change: only what goes differently because of them counts.

mod support;

use netsplit_history::{Run, Touch, Touched};
use netsplit_scenario::{
    Dist, Ends, Fault, FaultKind, LinkFault, NodeFault, Partition, Repeat, Scenario, Selector,
    SyncFault,
};
use netsplit_sim::Host;
use support::{MS, Ping, Pong, fault, millis, node, nodes, quiet, run, scenario};

/// Two nodes that use everything: each turn takes n1 10 ms of a timer, 2 of work and 2 of a sync,
/// then it pings n2, which answers 1 ms later.
fn busy(scenario: &Scenario) -> Run {
    let lab = nodes(|host: Host| async move {
        let second = host.nodes("nodes")[1];
        if host.id() == second {
            return host.serve(|_, Ping(number)| async move { Pong(number) }).await;
        }
        loop {
            host.sleep(millis(10)).await;
            let _ = (host.now(), host.monotonic());
            host.work(millis(2)).await;
            let disk = host.disk();
            let _ = disk.write("f", b"content");
            let _ = disk.sync("f").await;
            let _ = host.call(second, &Ping(1), millis(100)).await;
        }
    });
    run(&lab, scenario, 1)
}

/// Two nodes that start, and wait for what never comes.
fn idle(scenario: &Scenario) -> Run {
    run(
        &nodes(|host: Host| async move {
            host.inbox::<Ping>().recv().await;
        }),
        scenario,
        1,
    )
}

/// Nodes that answer pings.
fn servers(scenario: &Scenario) -> Run {
    let lab = nodes(|host: Host| async move {
        host.serve(|_, Ping(number)| async move { Pong(number) }).await;
    });
    run(&lab, scenario, 1)
}

fn world(faults: Vec<Fault>) -> Scenario {
    let mut scenario = quiet(2);
    scenario.nodes[0].disk_sync = Dist::Constant(2 * MS);
    scenario.network.default.latency = Some(Dist::Constant(MS / 2));
    scenario.faults = faults;
    scenario
}

fn touched(run: &Run) -> Vec<Touched> {
    run.faults.iter().map(|fault| fault.touched).collect()
}

/// What the fault changes in the busy world, from 100 to 300 ms.
fn changes(kind: FaultKind) -> Vec<Touch> {
    let run = busy(&world(vec![fault(100, 300, kind)]));
    assert_eq!(run.crashes, []);
    touched(&run)[0].iter().map(|(touch, _)| touch).collect()
}

fn latency(to: u64, add: bool) -> FaultKind {
    let latency = Dist::Constant(to);
    FaultKind::Links(LinkFault::Latency { ends: Ends::All, message: None, latency, add })
}

fn loss(probability: f64) -> FaultKind {
    FaultKind::Links(LinkFault::Loss { ends: Ends::All, message: None, probability })
}

fn duplicate(probability: f64, message: Option<u8>) -> FaultKind {
    FaultKind::Links(LinkFault::Duplicate { ends: Ends::All, message, probability })
}

fn bandwidth(bytes_per_s: u64) -> FaultKind {
    FaultKind::Links(LinkFault::Bandwidth { ends: Ends::All, bytes_per_s })
}

fn cut(a: &str, b: &str) -> FaultKind {
    let groups = vec![node(a), node(b)];
    FaultKind::Links(LinkFault::Partition(Partition::Groups { groups, one_way: false }))
}

fn disk(sync: Option<SyncFault>, fail: bool) -> FaultKind {
    NodeFault::Disk { sync, fail }.of(node("n1"))
}

fn clock(skew_ns: i64, drift: f64) -> FaultKind {
    NodeFault::Clock { skew_ns, drift }.of(node("n1"))
}

fn takes(ms: u64) -> SyncFault {
    SyncFault::Takes(Dist::Constant(ms * MS))
}

fn slow(factor: f64) -> FaultKind {
    NodeFault::Slow { factor }.of(node("n1"))
}

/// Every kind of fault, and what it changes in the busy world.
fn kinds() -> Vec<(FaultKind, Vec<Touch>)> {
    use Touch::*;
    let one = |touch| vec![touch];
    vec![
        (cut("n1", "n2"), one(MessagesCut)),
        (latency(5 * MS, false), one(MessagesDelayed)),
        (latency(MS / 10, false), one(MessagesHastened)),
        (latency(MS, true), one(MessagesDelayed)),
        (loss(1.0), one(MessagesLost)),
        (duplicate(1.0, Some(0)), one(MessagesDuplicated)),
        (bandwidth(10_000), one(MessagesDelayed)),
        (NodeFault::Crash.of(node("n1")), vec![TasksKilled, MemoriesLost]),
        (NodeFault::Crash.of(node("n2")), vec![MessagesDropped, TasksKilled, MemoriesLost]),
        (NodeFault::Pause.of(node("n1")), one(TasksPaused)),
        (NodeFault::Pause.of(node("n2")), one(TasksPaused)),
        (slow(3.0), one(JobsDelayed)),
        (clock(1, 0.0), one(ClockReadings)),
        (clock(0, 0.5), vec![ClockReadings, TimersMoved]),
        (disk(Some(takes(7)), false), one(SyncsDelayed)),
        (disk(Some(takes(1)), false), one(SyncsHastened)),
        (disk(Some(SyncFault::Hangs), false), one(SyncsDelayed)),
        (disk(None, true), vec![WritesRefused, SyncsRefused]),
    ]
}

#[test]
fn each_kind_counts_what_it_changes() {
    for (kind, expected) in kinds() {
        assert_eq!(changes(kind.clone()), expected, "{kind:?}");
    }
}

#[test]
fn where_nothing_happens_nothing_is_changed() {
    for (kind, _) in kinds() {
        let run = idle(&world(vec![fault(100, 300, kind.clone())]));
        assert_eq!(touched(&run), [Touched::default()], "{kind:?}");
        assert!(run.faults[0].failure().is_some_and(|why| why.contains("touched nothing: no ")));
    }
}

#[test]
fn an_effect_that_is_no_change_does_not_count() {
    let nothing = [
        latency(0, true),
        latency(MS / 2, false),
        duplicate(1.0, Some(2)),
        bandwidth(10_000_000_000),
        cut("n1", "c1"),
        slow(1.000_1),
        clock(0, 0.0),
        disk(Some(takes(2)), false),
        disk(None, false),
        NodeFault::Pause.of(Selector::List(Vec::new())),
    ];
    for kind in nothing {
        assert_eq!(changes(kind.clone()), [], "{kind:?}");
    }
    let moments = [
        NodeFault::Pause.of(node("n1")),
        slow(3.0),
        disk(Some(SyncFault::Hangs), false),
        cut("n1", "n2"),
        clock(0, 0.5),
        bandwidth(10_000),
    ];
    for kind in moments {
        let mut moment = fault(0, 0, kind.clone());
        moment.hold = Some(Dist::Constant(1));
        moment.repeat = Repeat::Every { every: Dist::Constant(4_999_999), times: None };
        assert_eq!(touched(&busy(&world(vec![moment]))), [Touched::default()], "{kind:?}");
    }
}

#[test]
fn a_setting_counts_against_the_one_without_faults() {
    let mut scenario = world(vec![fault(100, 300, loss(0.5)), fault(400, 900, loss(1.0))]);
    scenario.network.default.loss = Some(0.5);
    let run = busy(&scenario);
    assert!(touched(&run)[0].is_empty());
    assert!(touched(&run)[1][Touch::MessagesLost] > 0);
    scenario.faults = vec![fault(100, 900, loss(0.1)), fault(100, 900, cut("n1", "n2"))];
    scenario.network.default.loss = Some(1.0);
    assert!(touched(&busy(&scenario))[1].is_empty(), "all of it would have been lost");
    scenario.faults.pop();
    assert_eq!(
        touched(&busy(&scenario))[0].iter().next().map(|(t, _)| t),
        Some(Touch::MessagesSpared)
    );
    // Of overlapping settings the latest is in force.
    scenario.network.default.loss = None;
    scenario.faults = vec![fault(100, 900, loss(0.5)), fault(100, 900, loss(1.0))];
    let run = busy(&scenario);
    assert!(touched(&run)[0].is_empty() && !touched(&run)[1].is_empty());
}

#[test]
fn a_crash_counts_what_is_dropped_while_the_receiver_is_down_and_after_its_restart() {
    let mut scenario = scenario(1);
    scenario.network.default.latency = Some(Dist::Constant(50 * MS));
    scenario.faults = vec![
        fault(2000, 4000, NodeFault::Crash.of(node("n1"))),
        fault(3000, 3500, NodeFault::Crash.of(node("n1"))),
    ];
    let run = servers(&scenario);
    let [first, second] = touched(&run)[..] else { panic!("two faults") };
    assert_eq!(first[Touch::MessagesDropped], run.network.dropped);
    assert_eq!(first[Touch::MemoriesLost], 1);
    assert!(second[Touch::MessagesDropped] > 0 && second[Touch::MemoriesLost] == 0);
    // A crash of a moment drops only what was on its way to the former life.
    scenario.faults = vec![fault(2000, 2000, NodeFault::Crash.of(node("n1")))];
    let run = servers(&scenario);
    assert!(run.network.dropped > 0);
    assert_eq!(touched(&run)[0][Touch::MessagesDropped], run.network.dropped);
}

#[test]
fn a_crash_counts_the_writes_that_were_not_synced() {
    let lab = nodes(|host: Host| async move {
        let disk = host.disk();
        let _ = disk.write("synced", b"content");
        let _ = disk.sync("synced").await;
        let _ = disk.write("first", b"content");
        let _ = disk.write("second", b"content");
        host.inbox::<Ping>().recv().await;
    });
    let mut scenario = quiet(1);
    scenario.faults = vec![fault(100, 200, NodeFault::Crash.of(node("n1")))];
    assert_eq!(touched(&run(&lab, &scenario, 1))[0][Touch::WritesLost], 2);
}

#[test]
fn a_client_host_that_crashes_loses_its_requests() {
    let mut scenario = scenario(1);
    scenario.faults = vec![fault(2000, 4000, NodeFault::Crash.of(node("c1")))];
    let run = servers(&scenario);
    let refused =
        run.operations.iter().filter(|op| op.error.as_deref() == Some("the client is down"));
    assert_eq!(touched(&run)[0][Touch::RequestsLost], refused.count() as u64);
}

#[test]
fn jobs_count_once_for_each_fault_that_held_them_up() {
    let lab = nodes(|host: Host| async move { host.work(millis(100)).await });
    let slow = |from, to| fault(from, to, slow(2.0));
    let pause = fault(50, 60, NodeFault::Pause.of(node("n1")));
    // It ends at 100 + 10 + 20 = 130 ms or so, in the second slow fault.
    let mut scenario = quiet(1);
    scenario.faults = vec![slow(10, 30), pause, slow(70, 500), slow(600, 700)];
    let run = run(&lab, &scenario, 1);
    let counts: Vec<_> = touched(&run).iter().map(|t| t[Touch::JobsDelayed]).collect();
    assert_eq!(counts, [1, 1, 1, 0]);
    // One that a crash ends.
    scenario.faults = vec![slow(10, 900), fault(80, 90, NodeFault::Crash.of(node("n1")))];
    let [slowed, killed] = touched(&support::run(&lab, &scenario, 1))[..] else { panic!("two") };
    assert_eq!((slowed[Touch::JobsDelayed], killed[Touch::JobsKilled]), (2, 1), "and one after it");
    // One that has not ended when the run does.
    scenario.faults = vec![fault(10, 2000, self::slow(1000.0))];
    assert_eq!(touched(&support::run(&lab, &scenario, 1))[0][Touch::JobsDelayed], 1);
}
