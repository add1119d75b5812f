//! Budgets: a run that exceeds one ends at the same event every time, and says which one it was.

mod support;

use std::future::pending;
use std::time::Duration;

use netsplit_history::{Problem, Run};
use netsplit_scenario::{Arrivals, Limits, NodeFault};
use netsplit_sim::Host;
use support::{
    Asker, Ping, TestLab, fault, millis, node, nodes, pong_server, quiet, run_untraced, scenario,
};

/// Small enough that the tests are quick.
const SMALL: Limits = Limits {
    events: 1_000_000,
    messages: 10_000,
    tasks: 20_000,
    tasks_per_host: 10_000,
    memory: 10_000_000,
};

/// The problem of a run of two nodes, of which the second does `mischief` after half a second.
fn problem<F, Fut>(mischief: F) -> String
where
    F: Fn(Host) -> Fut + Clone + Sync + 'static,
    Fut: Future<Output = ()> + 'static,
{
    let lab = nodes(move |host: Host| {
        let mischief = mischief.clone();
        async move {
            host.sleep(millis(500)).await;
            if &*host.name() == "n2" {
                mischief(host).await;
            }
        }
    });
    let mut scenario = quiet(2);
    scenario.limits = SMALL;
    let once = || run_untraced(&lab, &scenario, 1);
    let (run, again) = (once(), once());
    assert_eq!(run.crashes, [], "lab code that is stopped has not crashed");
    assert_eq!((run.fingerprint, &run.problems), (again.fingerprint, &again.problems));
    only_problem(&run)
}

fn only_problem(run: &Run) -> String {
    match &run.problems[..] {
        [Problem::Failure(why)] => format!("failure: {why}"),
        [Problem::Inconclusive(why)] => format!("inconclusive: {why}"),
        all => panic!("{all:?}"),
    }
}

#[test]
fn a_flood_of_messages_is_a_failure_of_its_sender() {
    let why = problem(|host: Host| async move {
        let other = host.nodes("nodes")[0];
        loop {
            host.send(other, &Ping(0)).expect("it is short");
        }
    });
    assert!(why.starts_with("failure: the run was ended at 0.500000000s"), "{why}");
    assert!(why.contains("more than 10,000 messages in flight, the last one sent by n2"), "{why}");
    assert!(why.contains("--set limits.messages="), "{why}");
}

#[test]
fn spawning_without_end_is_a_failure_of_its_host() {
    let why = problem(|host: Host| async move {
        loop {
            host.spawn(pending());
        }
    });
    assert!(why.starts_with("failure:") && why.contains("more than 10,000 tasks, all on n2"));
    let slowly = problem(|host: Host| async move {
        for number in 0_u64.. {
            host.spawn(pending());
            if number % 1000 == 0 {
                host.sleep(millis(1)).await;
            }
        }
    });
    assert!(slowly.contains("0.510000000s: more than 10,000 tasks"), "{slowly}");
}

#[test]
fn sleeping_for_a_nanosecond_again_and_again_ends() {
    let why = problem(|host: Host| async move {
        loop {
            host.sleep(Duration::from_nanos(1)).await;
        }
    });
    assert!(why.starts_with("inconclusive:"), "{why}");
    assert!(why.contains("1,000,000 events, most steps were of n2"), "{why}");
}

#[test]
fn what_a_lab_makes_the_simulator_hold_is_bounded() {
    let held = |why: String, what: &str| {
        assert!(why.starts_with("failure:"), "{why}");
        assert!(why.contains("more than 10 MB held, of which"), "{why}");
        assert!(why.contains(&format!("for {what}, the last of it by n2")), "{why}");
    };
    held(
        problem(|host: Host| async move {
            loop {
                host.record("noted", "again");
            }
        }),
        RECORDS,
    );
    held(
        problem(|host: Host| async move {
            loop {
                host.count("counted", 1);
            }
        }),
        RECORDS,
    );
    held(
        problem(|host: Host| async move {
            loop {
                host.gauge("level", 1.0);
            }
        }),
        RECORDS,
    );
    held(
        problem(|host: Host| async move {
            loop {
                host.observe("time", millis(1));
            }
        }),
        RECORDS,
    );
    let unread = problem(|host: Host| async move {
        let (_inbox, own) = (host.inbox::<Ping>(), host.id());
        loop {
            host.send(own, &Ping(0)).expect("it is short");
            host.sleep(Duration::from_nanos(1)).await;
        }
    });
    assert!(unread.contains("for messages, the last of it by n2"), "{unread}");
    let timers = problem(|host: Host| async move {
        loop {
            drop(host.sleep(Duration::from_secs(1)));
        }
    });
    held(timers, "tasks and timers");
    let files = problem(|host: Host| async move {
        for file in 0_u64.. {
            host.disk().write(&file.to_string(), &vec![7; 100_000]).expect("it is written");
        }
    });
    held(files, "disks");
    let overwritten = problem(|host: Host| async move {
        loop {
            host.disk().write("one", &vec![7; 100_000]).expect("it is written");
        }
    });
    held(overwritten, "disks");
}

const RECORDS: &str = "what nodes record";

#[test]
fn a_history_that_is_too_long_is_inconclusive() {
    let mut scenario = scenario(1);
    scenario.limits = Limits { memory: 100_000, ..SMALL };
    let lab = TestLab { node: pong_server, client: Asker::client };
    let why = only_problem(&run_untraced(&lab, &scenario, 1));
    assert!(why.starts_with("inconclusive:"), "{why}");
    assert!(why.contains("for the history of requests; shorten the scenario"), "{why}");
}

/// Its requests fail without a poll of any task, so nothing but their arrival can end the run.
#[test]
fn a_history_of_a_client_that_is_down_is_bounded_too() {
    let mut scenario = scenario(1);
    scenario.limits = Limits { memory: 100_000, ..SMALL };
    scenario.faults = vec![fault(100, 20_000, NodeFault::Crash.of(node("c1")))];
    let lab = nodes(|_| async {});
    let why = only_problem(&run_untraced(&lab, &scenario, 1));
    assert!(why.contains("for the history of requests; shorten the scenario"), "{why}");
}

#[test]
fn many_sessions_that_start_at_once_are_no_livelock() {
    let mut scenario = scenario(1);
    scenario.loads[0].arrivals = Arrivals::Once { clients: 400_000 };
    let lab = TestLab { node: pong_server, client: Asker::client };
    let run = run_untraced(&lab, &scenario, 1);
    assert_eq!(run.problems, []);
    assert_eq!(run.operations.len(), 400_000);
}
