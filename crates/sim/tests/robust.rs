//! Panics of lab code: each is its host's crash, never the tool's; nothing hangs or leaks.

mod support;

use std::rc::Rc;

use netsplit_history::{Problem, Status};
use netsplit_scenario::{Action, Arrivals, Dist, LabSpec, NodeFault, Refusal, Trigger};
use netsplit_sim::{
    Answer, Client, Host, Lab, Order, Performing, Request, Setup, System, Task, simulate,
};
use serde_json::Value;
use support::{
    Asker, TestLab, fault, millis, ms, node, nodes, pong_server, quiet, recorded, run, scenario,
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
        host.spawn(pong_server(host.clone()));
        host.sleep(millis(300)).await;
        assert_ne!(&*host.name(), "n2", "not this one");
        host.record("alive", ());
    });
    let run = run(&lab, &quiet(3), 1);
    let [crash] = &run.crashes[..] else { panic!("{:?}", run.crashes) };
    assert_eq!((crash.at, crash.node.as_str()), (ms(300), "n2"));
    assert!(crash.message.contains("not this one"), "{}", crash.message);
    assert!(crash.place.contains("robust.rs"), "{}", crash.place);
    assert_eq!(recorded(&run, "alive").len(), 2);
}

#[test]
fn nothing_restarts_a_node_that_panicked() {
    let mut scenario = quiet(1);
    scenario.faults = vec![fault(500, 600, NodeFault::Crash.of(node("n1")))];
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
    scenario.faults = vec![fault(500, 600, NodeFault::Crash.of(node("n2")))];
    let lab = nodes(|host: Host| async move {
        for _ in 0..3 {
            let bomb = Bomb;
            host.spawn(async move {
                let _bomb = bomb;
                std::future::pending::<()>().await;
            });
        }
        host.sleep(millis(100)).await;
        if &*host.name() == "n1" {
            std::panic::panic_any(Bomb);
        }
        std::future::pending::<()>().await;
    });
    let run = run(&lab, &scenario, 1);
    let of = |name| run.crashes.iter().filter(|crash| crash.node == name).count();
    assert_eq!((of("n1"), of("n2")), (4, 3), "{:?}", run.crashes);
}

#[test]
fn a_node_that_panics_at_its_start_is_down_from_the_start() {
    let at_once = |host: Host| -> Task {
        assert_ne!(&*host.name(), "n1", "no future at all");
        pong_server(host)
    };
    let run = run(&TestLab { node: at_once, client: Asker::client }, &scenario(2), 1);
    assert_eq!(run.crashes.len(), 1);
    let ok = run.operations.iter().filter(|op| op.status == Status::Ok).count();
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
    for place in [Fragile::Made, Fragile::Input, Fragile::Perform, Fragile::Performing] {
        for arrivals in [None, Some(Arrivals::Closed { clients: 2, think: Dist::Constant(0) })] {
            let mut scenario = scenario(1);
            if let Some(arrivals) = arrivals {
                scenario.loads[0].arrivals = arrivals;
            }
            let client = move |_| -> Rc<dyn Client> {
                assert!(place != Fragile::Made, "made");
                Rc::new(place)
            };
            let run = run(&TestLab { node: pong_server, client }, &scenario, 1);
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
        TestLab { node: pong_server, client: Asker::client }.spec()
    }

    fn lesson(&self) -> &'static str {
        ""
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, Refusal> {
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

    fn act(&self, operator: Host, order: Order) -> Answer {
        assert!(order.verb != "panic", "acting");
        Box::pin(async move {
            operator.record("acted", order.verb);
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
    for (verb, message, acted) in [("work", "later", 1), ("panic", "acting", 0)] {
        let act =
            |at| Action { name: verb.into(), trigger: Trigger::At(ms(at)), verb, args: Vec::new() };
        scenario.actions = vec![act(100), act(200)];
        let done = run(&Clumsy, &scenario, 1);
        assert_eq!(done.crashes, [], "the operator is no part of the system under test");
        assert_eq!(recorded(&done, "acted").len(), acted);
        let [Problem::Inconclusive(action), Problem::Failure(measure)] = &done.problems[..] else {
            panic!("{:?}", done.problems)
        };
        assert!(action.contains(message) && measure.contains("measuring"), "{action}; {measure}");
        let failed: Vec<_> =
            done.actions.iter().filter_map(netsplit_history::ActionRecord::failure).collect();
        assert_eq!(
            failed,
            [
                format!("action `{verb}` ({verb}) was asked at 0.1s and never obeyed"),
                format!(
                    "action `{verb}` ({verb}) was asked at 0.2s and never obeyed: the operator has \
                     crashed"
                ),
            ]
        );
    }
    scenario.title = "no system".into();
    let refused = simulate(&Clumsy, &scenario, &netsplit_sim::Options::default(), &mut |_| ());
    assert!(refused.expect_err("it panics").to_string().contains("it cannot be built"));
}
