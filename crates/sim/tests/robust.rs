//! A panic of lab code is its host's crash, never the tool's; nothing hangs, nothing leaks.

mod support;

use std::rc::Rc;
use std::time::Duration;

use netsplit_history::{Problem, Status};
use netsplit_scenario::{Action, Arrivals, Dist, FaultKind, LabSpec, Trigger};
use netsplit_sim::{Client, Host, Lab, Performing, Reply, Request, Setup, System, Task, simulate};
use serde_json::Value;
use support::{
    Asker, Ping, TestLab, check_counts, fault, millis, ms, node, nodes, pong_server, quiet,
    recorded, run, run_untraced, scenario,
};

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a drop");
    }
}

#[test]
fn a_node_that_panics_is_a_crash_with_its_message_and_place() {
    let lab = nodes(|host: Host| async move {
        let _spawned = host.spawn(pong_server(host.clone()));
        host.sleep(millis(300)).await;
        assert_ne!(&*host.name(), "n2", "not this one");
        host.record("alive", ());
    });
    let run = run(&lab, &quiet(3), 1);
    let [crash] = &run.crashes[..] else {
        panic!("{:?}", run.crashes)
    };
    assert_eq!((crash.at, crash.node.as_str()), (ms(300), "n2"));
    assert!(crash.message.contains("not this one"), "{}", crash.message);
    assert!(crash.place.contains("robust.rs"), "{}", crash.place);
    assert_eq!(recorded(&run, "alive").len(), 2);
}

#[test]
fn nothing_restarts_a_node_that_panicked() {
    let mut scenario = quiet(1);
    scenario.faults = vec![fault(500, 600, FaultKind::Crash(node("n1")))];
    let lab = nodes(|host: Host| async move {
        host.record("started", ());
        host.sleep(millis(100)).await;
        panic!("it panics");
    });
    let run = run(&lab, &scenario, 1);
    assert_eq!((recorded(&run, "started").len(), run.crashes.len()), (1, 1));
}

#[test]
fn panics_while_memory_is_dropped_are_crashes_too() {
    let mut scenario = quiet(2);
    scenario.faults = vec![fault(500, 600, FaultKind::Crash(node("n2")))];
    let lab = nodes(|host: Host| async move {
        for _ in 0..3 {
            let bomb = Bomb;
            host.spawn(async move {
                let _bomb = bomb;
                std::future::pending().await
            });
        }
        host.sleep(millis(100)).await;
        if &*host.name() == "n1" {
            std::panic::panic_any(Bomb);
        }
        std::future::pending().await
    });
    let run = run(&lab, &scenario, 1);
    let of = |name| {
        run.crashes
            .iter()
            .filter(|crash| crash.node == name)
            .count()
    };
    assert_eq!((of("n1"), of("n2")), (4, 3), "{:?}", run.crashes);
}

#[test]
fn a_node_that_panics_at_its_start_is_down_from_the_start() {
    let at_once = |host: Host| -> Task {
        assert_ne!(&*host.name(), "n1", "no future at all");
        pong_server(host)
    };
    let run = run(
        &TestLab {
            node: at_once,
            client: Asker::client,
        },
        &scenario(2),
        1,
    );
    assert_eq!(run.crashes.len(), 1);
    let ok = run
        .operations
        .iter()
        .filter(|op| op.status == Status::Ok)
        .count();
    assert!(ok > 300, "the other node serves: {ok}");
}

/// A client that panics in one of its methods.
#[derive(Clone, Copy, PartialEq)]
enum Fragile {
    Made,
    Input,
    Perform,
    Performing,
}

impl Client for Fragile {
    fn input(&self, _: &Request) -> Value {
        assert!(*self != Fragile::Input, "input");
        Value::Null
    }

    fn perform(&self, _: Request) -> Performing {
        assert!(*self != Fragile::Perform, "perform");
        Box::pin(async { panic!("performing") })
    }
}

#[test]
fn a_client_that_panics_crashes_its_host_and_its_requests_have_failed() {
    for place in [
        Fragile::Made,
        Fragile::Input,
        Fragile::Perform,
        Fragile::Performing,
    ] {
        for arrivals in [
            None,
            Some(Arrivals::Closed {
                clients: 2,
                think: Dist::Constant(0),
            }),
        ] {
            let mut scenario = scenario(1);
            if let Some(arrivals) = arrivals {
                scenario.loads[0].arrivals = arrivals;
            }
            let client = move |_| -> Rc<dyn Client> {
                assert!(place != Fragile::Made, "made");
                Rc::new(place)
            };
            let run = run(
                &TestLab {
                    node: pong_server,
                    client,
                },
                &scenario,
                1,
            );
            assert_eq!(run.crashes.len(), 1, "{:?}", run.crashes);
            assert_eq!(run.crashes[0].node, "c1");
            assert!(!run.operations.is_empty() && run.problems.is_empty());
            assert!(run.operations.iter().all(|op| op.status == Status::Failed));
        }
    }
}

/// A system that panics outside any node.
struct Clumsy;

impl Lab for Clumsy {
    fn spec(&self) -> &'static LabSpec {
        TestLab {
            node: pong_server,
            client: Asker::client,
        }
        .spec()
    }

    fn lesson(&self) -> &'static str {
        ""
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, String> {
        assert!(setup.scenario().title != "no system", "it cannot be built");
        Ok(Rc::new(Clumsy))
    }
}

impl System for Clumsy {
    fn node(&self, host: Host) -> Task {
        pong_server(host)
    }

    fn client(&self, host: Host) -> Rc<dyn Client> {
        Asker::client(host)
    }

    fn act(&self, operator: Host, verb: &str, _: Value) -> Task {
        assert!(verb != "panic", "acting");
        let verb = verb.to_owned();
        Box::pin(async move {
            operator.record("acted", verb);
            panic!("later")
        })
    }

    fn measure(&self, _: &netsplit_history::Run) -> Vec<(&'static str, f64)> {
        panic!("measuring")
    }
}

#[test]
fn a_lab_that_panics_outside_its_nodes_is_told_so() {
    let mut scenario = scenario(1);
    let act = |verb: &str, at| Action {
        name: verb.into(),
        trigger: Trigger::At(ms(at)),
        verb: verb.into(),
        args: toml::Value::Boolean(true),
    };
    scenario.actions = vec![act("work", 100), act("panic", 200), act("work", 300)];
    let done = run(&Clumsy, &scenario, 1);
    assert!(done.crashes.iter().all(|crash| crash.node == "operator"));
    assert_eq!((done.crashes.len(), recorded(&done, "acted").len()), (2, 1));
    let [Problem::Failure(why)] = &done.problems[..] else {
        panic!("{:?}", done.problems)
    };
    assert!(why.contains("measuring"), "{why}");
    scenario.title = "no system".into();
    let refused = simulate(
        &Clumsy,
        &scenario,
        &netsplit_sim::Options::default(),
        &mut |_| (),
    );
    assert!(
        refused
            .expect_err("it panics")
            .contains("it cannot be built")
    );
}

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
    let [Problem::Failure(why)] = &run.problems[..] else {
        panic!("{:?}", run.problems)
    };
    assert!(
        why.contains("livelock") && why.contains("0.500000000s"),
        "{why}"
    );
    assert!(
        run.operations.iter().any(|op| op.finished == run.end),
        "open requests are kept"
    );
}

#[test]
fn a_run_of_too_many_events_is_inconclusive() {
    let lab = TestLab {
        node: pong_server,
        client: Asker::client,
    };
    let options = netsplit_sim::Options {
        max_steps: 1000,
        ..Default::default()
    };
    let run = simulate(&lab, &scenario(1), &options, &mut |_| ()).expect("it can be built");
    assert!(matches!(&run.problems[..], [Problem::Inconclusive(why)] if why.contains("1000")));
    check_counts(&run);
}

#[test]
fn absurd_numbers_panic_nowhere() {
    let mut scenario = quiet(2);
    let huge = Dist::Constant(u64::MAX);
    scenario.nodes[0].disk_sync = huge.clone();
    scenario.network.default.latency = Some(huge.clone());
    scenario.network.default.duplicate = Some(1.0);
    let all = || netsplit_scenario::Ends::All;
    scenario.faults = vec![
        fault(
            100,
            900,
            FaultKind::Clock {
                nodes: node("n1"),
                skew_ns: i64::MAX,
                drift: -0.9,
            },
        ),
        fault(
            101,
            900,
            FaultKind::Clock {
                nodes: node("n1"),
                skew_ns: i64::MAX,
                drift: -0.9,
            },
        ),
        fault(
            100,
            900,
            FaultKind::Clock {
                nodes: node("n2"),
                skew_ns: i64::MIN,
                drift: 1e300,
            },
        ),
        fault(
            100,
            900,
            FaultKind::Slow {
                nodes: node("nodes"),
                factor: 1e300,
            },
        ),
        fault(
            100,
            900,
            FaultKind::Slow {
                nodes: node("nodes"),
                factor: 1e300,
            },
        ),
        fault(
            100,
            900,
            FaultKind::Bandwidth {
                ends: all(),
                bytes_per_s: 0,
            },
        ),
        fault(
            100,
            900,
            FaultKind::Latency {
                ends: all(),
                message: None,
                latency: huge,
                add: true,
            },
        ),
    ];
    let lab = nodes(|host: Host| async move {
        let other = host.nodes("nodes")[1];
        for round in 0..20 {
            host.spawn({
                let host = host.clone();
                async move { host.sleep(Duration::MAX).await }
            });
            host.spawn({
                let host = host.clone();
                async move {
                    host.work(Duration::MAX).await;
                }
            });
            host.send(other, &Ping(round)).expect("it is short");
            host.observe("wall", host.now());
            let _ = host
                .timeout(
                    Duration::MAX,
                    host.timeout(millis(50), host.disk().sync("x")),
                )
                .await;
        }
    });
    let run = run(&lab, &scenario, 1);
    assert_eq!(run.crashes, []);
    scenario.nodes[0].count = 1_000_000;
    let refused = simulate(
        &lab,
        &scenario,
        &netsplit_sim::Options::default(),
        &mut |_| (),
    );
    assert!(
        refused
            .expect_err("too many hosts")
            .contains("1000000 nodes")
    );
}

#[test]
fn what_a_system_keeps_of_its_hosts_does_not_outlive_the_run() {
    /// Keeps what it should not, and drops it last.
    struct Hoarder(std::cell::RefCell<Vec<(Host, netsplit_sim::Inbox<Ping>)>>);
    impl System for Hoarder {
        fn node(&self, host: Host) -> Task {
            let inbox = host.inbox::<Ping>();
            self.0.borrow_mut().push((host.clone(), inbox));
            Box::pin(async move {
                let own = host.clone();
                // A task that waits for itself, by a waker that nobody wakes.
                host.timeout(Duration::from_secs(3600), async move {
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
            Clumsy.spec()
        }

        fn lesson(&self) -> &'static str {
            ""
        }

        fn build(&self, _: &Setup<'_>) -> Result<Rc<dyn System>, String> {
            Ok(Rc::new(Hoarder(Default::default())))
        }
    }
    // `run` asserts that no simulation is left over.
    assert_eq!(run(&Hoards, &scenario(3), 1).crashes, []);
    assert_eq!(run(&Hoards, &scenario(3), 2).crashes, []);
}
