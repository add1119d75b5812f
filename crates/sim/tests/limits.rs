//! Limits: no scenario, however extreme, hangs, overflows or leaks.

mod support;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use netsplit_history::Problem;
use netsplit_scenario::{Dist, Ends, Fault, FaultKind, LabSpec, LinkFault, NodeFault, Refusal};
use netsplit_sim::{
    Client, Host, Inbox, Lab, Options, Performing, Reply, Request, Setup, System, Task, simulate,
};
use support::{
    Asker, Ping, TestLab, check_counts, fault, millis, node, nodes, pong_server, quiet, run,
    run_untraced, scenario,
};

#[test]
fn an_endless_loop_of_yields_is_a_verdict() {
    let mut scenario = scenario(1);
    scenario.loads[0].timeout = millis(100);
    let lab = TestLab {
        node: |host: Host| -> Task {
            Box::pin(async move {
                host.sleep(millis(500)).await;
                loop {
                    host.sleep(Duration::ZERO).await;
                }
            })
        },
        client: Asker::client,
    };
    let run = run_untraced(&lab, &scenario, 1);
    let [Problem::Failure(why)] = &run.problems[..] else { panic!("{:?}", run.problems) };
    assert!(why.contains("livelock") && why.contains("0.500000000s"), "{why}");
    assert!(run.operations.iter().any(|op| op.finished == run.end), "open requests are kept");
}

#[test]
fn a_run_of_too_many_events_is_inconclusive() {
    let lab = TestLab { node: pong_server, client: Asker::client };
    let mut scenario = scenario(1);
    scenario.limits.events = 1000;
    let run = run_untraced(&lab, &scenario, 1);
    let [Problem::Inconclusive(why)] = &run.problems[..] else { panic!("{:?}", run.problems) };
    assert!(why.contains("1,000 events, most steps were of"), "{why}");
    assert!(why.contains("--set limits.events="), "{why}");
    check_counts(&run);
}

/// Faults that are all too strong, and more than one of a kind.
fn absurd_faults() -> Vec<Fault> {
    let all = || Ends::All;
    let huge = Dist::Constant(u64::MAX);
    let clock = |name: &str, skew_ns, drift| NodeFault::Clock { skew_ns, drift }.of(node(name));
    let slow = || NodeFault::Slow { factor: 1e300 }.of(node("nodes"));
    let kinds = [
        clock("n1", i64::MAX, -0.9),
        clock("n1", i64::MAX, -0.9),
        clock("n2", i64::MIN, 1e300),
        slow(),
        slow(),
        FaultKind::Links(LinkFault::Bandwidth { ends: all(), bytes_per_s: 0 }),
        FaultKind::Links(LinkFault::Latency {
            ends: all(),
            message: None,
            latency: huge,
            add: true,
        }),
    ];
    (100..).zip(kinds).map(|(at, kind)| fault(at, 900, kind)).collect()
}

/// Uses extreme amounts of everything.
async fn absurd_node(host: Host) {
    let other = host.nodes("nodes")[1];
    for round in 0..20 {
        let (sleeper, worker) = (host.clone(), host.clone());
        host.spawn(async move { sleeper.sleep(Duration::MAX).await });
        host.spawn(async move { worker.work(Duration::MAX).await });
        host.send(other, &Ping(round)).expect("it is short");
        host.observe("wall", host.now());
        let disk = host.disk();
        let short = host.timeout(millis(50), disk.sync("x"));
        let _ = host.timeout(Duration::MAX, short).await;
    }
}

#[test]
fn absurd_numbers_panic_nowhere() {
    let huge = Dist::Constant(u64::MAX);
    let mut scenario = quiet(2);
    scenario.nodes[0].disk_sync = huge.clone();
    scenario.network.default.latency = Some(huge);
    scenario.network.default.duplicate = Some(1.0);
    scenario.faults = absurd_faults();
    assert_eq!(run(&nodes(absurd_node), &scenario, 1).crashes, []);
}

#[test]
fn more_hosts_than_fit_are_refused() {
    let mut scenario = quiet(1);
    scenario.nodes[0].count = 1_000_000;
    let refused = simulate(&nodes(absurd_node), &scenario, &Options::default(), &mut |_| ());
    assert!(refused.expect_err("too many hosts").to_string().contains("1000000 nodes"));
}

#[test]
fn what_a_system_keeps_of_its_hosts_does_not_outlive_the_run() {
    /// Keeps what it should not, and drops it last.
    struct Hoarder(RefCell<Vec<(Host, Inbox<Ping>)>>);
    impl System for Hoarder {
        fn node(&self, host: Host) -> Task {
            let inbox = host.inbox::<Ping>();
            self.0.borrow_mut().push((host.clone(), inbox));
            Box::pin(async move {
                let own = host.clone();
                // A task that waits for itself, by a waker that is never woken.
                host.timeout(Duration::from_hours(1), async move {
                    own.sleep(Duration::MAX).await;
                })
                .await
                .expect("it never ends");
            })
        }

        fn client(&self, host: Host) -> Rc<dyn Client> {
            struct Keeps(Host);
            impl Client for Keeps {
                fn perform(&self, _: Request) -> Performing {
                    let host = self.0.clone();
                    Box::pin(async move {
                        host.sleep(millis(1)).await;
                        Reply::ok(())
                    })
                }
            }
            Rc::new(Keeps(host))
        }
    }
    struct Hoards;
    impl Lab for Hoards {
        fn spec(&self) -> &'static LabSpec {
            TestLab { node: pong_server, client: Asker::client }.spec()
        }

        fn lesson(&self) -> &'static str {
            ""
        }

        fn build(&self, _: &Setup<'_>) -> Result<Rc<dyn System>, Refusal> {
            Ok(Rc::new(Hoarder(RefCell::default())))
        }
    }
    // `run` asserts that no simulation is left over.
    assert_eq!(run(&Hoards, &scenario(3), 1).crashes, []);
    assert_eq!(run(&Hoards, &scenario(3), 2).crashes, []);
}
