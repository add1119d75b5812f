//! The seed alone decides a run, to the last bit, in any process.

mod support;

use std::process::Command;
use std::rc::Rc;

use netsplit_history::{Cause, Run, Time, TraceKind, critical_path};
use netsplit_scenario::{Dist, NodeFault, Repeat, Scenario, Selector};
use netsplit_sim::{Client, Host, Performing, Reply, Request, Task};
use rand::Rng;
use support::{Asker, MS, Ping, Pong, TestLab, fault, millis, nodes, quiet, run, run_untraced};

/// A scenario with a bit of everything.
fn busy() -> Scenario {
    let mut scenario = support::scenario(5);
    scenario.loads[0].keys.zipf = Some(0.99);
    scenario.loads[0].mix = vec![("get".into(), 0.7), ("put".into(), 0.3)];
    scenario.loads[0].hosts = 3;
    scenario.nodes[0].disk_sync = Dist::Exponential { mean: MS, shift: 0 };
    let link = &mut scenario.network.default;
    link.latency = Some(Dist::LogNormal { median: MS, p99: 20 * MS, shift: 0 });
    link.loss = Some(0.01);
    link.duplicate = Some(0.01);
    let mut churn = fault(1000, 5000, NodeFault::Crash.of(Selector::Any(2)));
    churn.repeat = Repeat::Churn {
        up: Dist::Exponential { mean: 500 * MS, shift: 0 },
        down: Dist::Exponential { mean: 100 * MS, shift: 0 },
    };
    let pause = fault(6000, 6500, NodeFault::Pause.of(Selector::Minority));
    scenario.faults = vec![churn, pause];
    scenario
}

/// Draws, works, writes and syncs for each ping.
fn busy_server(host: Host) -> Task {
    Box::pin(async move {
        let worker = host.clone();
        let handler = move |_, Ping(number)| {
            let host = worker.clone();
            async move {
                host.work(std::time::Duration::from_nanos(host.rng().next_u64() % MS)).await;
                let _ = host.disk().append("log", &number.to_le_bytes());
                let _ = host.disk().sync("log").await;
                host.count("served", 1);
                Pong(number)
            }
        };
        host.serve(handler).await;
    })
}

fn busy_run(seed: u64) -> Run {
    run(&TestLab { node: busy_server, client: Asker::client }, &busy(), seed)
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another_one() {
    let (first, again) = (busy_run(1), busy_run(1));
    assert_eq!(first.trace, again.trace);
    assert_eq!(first.operations, again.operations);
    assert_eq!((first.fingerprint, first.steps), (again.fingerprint, again.steps));
    assert_ne!(first.fingerprint, busy_run(2).fingerprint);
    let untraced = run_untraced(&TestLab { node: busy_server, client: Asker::client }, &busy(), 1);
    assert_eq!(untraced.fingerprint, first.fingerprint, "recording changes nothing");
    assert_eq!((untraced.steps, &untraced.operations), (first.steps, &first.operations));
    assert_eq!((untraced.trace.len(), untraced.wakes.len()), (0, 0));
    assert_eq!(first.wakes, again.wakes);
}

#[test]
fn a_recorded_run_has_contents_and_causes_and_the_fingerprint_of_an_unrecorded_one() {
    let run = busy_run(1);
    let contents = run.trace.iter().filter_map(|event| match &event.kind {
        TraceKind::Send { message, content, .. } => Some((&**message, &**content)),
        _ => None,
    });
    for (message, content) in contents {
        let number: Result<u64, _> = content.parse();
        assert!(number.is_ok(), "{message} holds a number, and its content is {content}");
    }
    for (index, wake) in run.wakes.iter().enumerate().skip(1) {
        assert!((wake.by as usize) < index, "a cause comes first: {wake:?}");
        assert!(wake.since <= wake.started && wake.started <= wake.at, "{wake:?}");
    }
    let kinds = [Cause::Start, Cause::Timer("timeout"), Cause::Job, Cause::Sync];
    for kind in kinds {
        assert!(run.wakes.iter().any(|wake| wake.cause == kind), "nothing was woken by {kind:?}");
    }
    let mut replies = 0;
    for (reply, operation) in run.replies().zip(&run.operations) {
        let (from, to) = (operation.intended, operation.finished);
        let path = critical_path(&run.wakes, reply.wake, from, to);
        let mut at = from;
        for interval in &path {
            assert_eq!(interval.from, at, "the intervals tile the time");
            assert!(interval.to > interval.from);
            at = interval.to;
        }
        assert!(at == to || from == to, "{path:?}");
        replies += 1;
    }
    assert_eq!(replies, run.operations.len());
}

#[test]
#[ignore = "another test runs it in a process of its own"]
fn print_the_fingerprint() {
    println!("fingerprint {:016x}", busy_run(1).fingerprint);
}

#[test]
fn two_processes_agree() {
    let program = std::env::current_exe().expect("a test is a program");
    let print = || {
        let output = Command::new(&program)
            .args(["--ignored", "--exact", "print_the_fingerprint", "--nocapture"])
            .output()
            .expect("it runs");
        let text = String::from_utf8(output.stdout).expect("it is text");
        let line = text.lines().find(|line| line.contains("fingerprint ")).map(str::to_owned);
        line.unwrap_or_else(|| panic!("no fingerprint in {text}"))
    };
    let here = format!("fingerprint {:016x}", busy_run(1).fingerprint);
    for line in [print(), print()] {
        assert!(line.contains(&here), "{line}, but here {here}");
    }
}

/// What a load asked for: when, on which key, and what.
fn asked(run: &Run) -> Vec<(Time, String, String)> {
    let mut asked: Vec<_> = run
        .operations
        .iter()
        .map(|op| (op.intended, op.key.as_deref().unwrap_or("").to_owned(), op.op.to_string()))
        .collect();
    asked.sort();
    asked
}

/// A client whose operations end at once, with an unknown outcome.
struct Idle;

impl Client for Idle {
    fn perform(&self, _: Request) -> Performing {
        Box::pin(async { Reply::unknown("idle") })
    }
}

#[test]
fn another_algorithm_meets_the_same_arrivals_keys_and_operations() {
    let client = |_| -> Rc<dyn Client> { Rc::new(Idle) };
    let other = run(&TestLab { node: support::pong_server, client }, &busy(), 1);
    let first = busy_run(1);
    assert_ne!(first.fingerprint, other.fingerprint);
    assert_eq!(asked(&first), asked(&other));
}

#[test]
fn another_load_or_fault_leaves_a_load_alone() {
    let mut scenario = busy();
    scenario.faults.clear();
    let mut second = support::open_load(50.0);
    second.name = "others".into();
    second.prefix = "o".into();
    scenario.loads.push(second);
    let mut both = run(&TestLab { node: busy_server, client: Asker::client }, &scenario, 1);
    both.operations.retain(|op| &*op.load == "clients");
    assert_eq!(asked(&both), asked(&busy_run(1)));
}

/// What one run of a small program leaves: `quirk` is the one thing that differs.
fn with_quirk(quirk: fn(&Host)) -> u64 {
    let lab = nodes(move |host: Host| async move {
        host.sleep(millis(10)).await;
        quirk(&host);
    });
    run_untraced(&lab, &quiet(2), 1).fingerprint
}

fn ping(host: &Host, node: usize, number: u64) {
    host.send(host.nodes("nodes")[node], &Ping(number)).expect("it is short");
}

#[test]
fn the_fingerprint_covers_messages_disks_draws_and_records() {
    let quirks: [fn(&Host); 14] = [
        |_| (),
        |host| ping(host, 1, 64),
        |host| ping(host, 1, 65),
        |host| ping(host, 0, 65),
        |host| host.disk().write("a", b"x").expect("it works"),
        |host| host.disk().write("a", b"y").expect("it works"),
        |host| host.disk().write("b", b"x").expect("it works"),
        |host| host.disk().append("a", b"x").expect("it works"),
        |host| assert_ne!(host.rng().next_u64(), 0),
        |host| host.count("c", 1),
        |host| host.count("c", 2),
        |host| host.record("r", 1),
        |host| host.set_role("leader"),
        |host| host.observe("o", millis(1)),
    ];
    let prints: Vec<_> = quirks.into_iter().map(with_quirk).collect();
    let different: std::collections::BTreeSet<_> = prints.iter().collect();
    assert_eq!(different.len(), prints.len(), "{prints:x?}");
}
