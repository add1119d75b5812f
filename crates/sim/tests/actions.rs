//! Actions: asked, obeyed, refused, or neither; their arguments are resolved when they are asked.

mod support;

use std::rc::Rc;

use netsplit_history::{ActionRecord, Time};
use netsplit_scenario::{Action, Argument, Dist, LabSpec, Refusal, Scenario, Selector, Trigger};
use netsplit_sim::{Answer, Client, Host, Lab, Order, Setup, System, Task};
use support::{Asker, TestLab, millis, ms, node, quiet, run};

/// Nodes of which `n2` leads from 300 ms on; the verbs say what the operator does.
struct Obliging;

impl Lab for Obliging {
    fn spec(&self) -> &'static LabSpec {
        TestLab { node: |host: Host| Obliging.node(host), client: Asker::client }.spec()
    }

    fn lesson(&self) -> &'static str {
        ""
    }

    fn build(&self, _: &Setup<'_>) -> Result<Rc<dyn System>, Refusal> {
        Ok(Rc::new(Obliging))
    }
}

impl System for Obliging {
    fn node(&self, host: Host) -> Task {
        Box::pin(async move {
            host.sleep(millis(300)).await;
            if &*host.name() == "n2" {
                host.set_role("leader");
                host.record("led", ());
            }
        })
    }

    fn client(&self, host: Host) -> Rc<dyn Client> {
        Asker::client(host)
    }

    fn act(&self, operator: Host, order: Order) -> Answer {
        Box::pin(async move {
            match order.verb {
                "wait" => operator.sleep(order.duration("for").unwrap_or_default()).await,
                "refuse" => return Err("not today".to_owned()),
                "start" => drop(
                    (0..order.count("count").unwrap_or(1))
                        .map(|_| operator.start_node("nodes").expect("there is room"))
                        .collect::<Vec<_>>(),
                ),
                "never" => std::future::pending().await,
                _ => assert!(!order.nodes("node").is_empty()),
            }
            Ok(())
        })
    }
}

fn at(millis: u64, verb: &'static str, args: Vec<(&'static str, Argument)>) -> Action {
    Action { name: format!("{verb}-{millis}"), trigger: Trigger::At(ms(millis)), verb, args }
}

fn one(node: Selector) -> Vec<(&'static str, Argument)> {
    vec![("node", Argument::Node { group: "nodes", node })]
}

/// What becomes of these actions in a second with three nodes.
fn outcome(actions: Vec<Action>) -> Vec<ActionRecord> {
    run(&Obliging, &Scenario { actions, ..quiet(3) }, 1).actions
}

fn times(record: &ActionRecord) -> (Option<Time>, Option<Time>) {
    (record.asked, record.obeyed)
}

#[test]
fn an_action_is_obeyed_when_its_answer_is_ready() {
    let wait = vec![("for", Argument::Duration(millis(250)))];
    let all =
        outcome(vec![at(100, "wait", wait), at(100, "refuse", vec![]), at(200, "never", vec![])]);
    assert_eq!(times(&all[0]), (Some(ms(100)), Some(ms(350))));
    assert_eq!((all[0].what.as_str(), all[0].failure()), ("wait 250ms", None));
    assert_eq!(times(&all[1]), (Some(ms(100)), None));
    assert_eq!(
        all[1].failure().expect("refused"),
        "action `refuse-100` (refuse) was asked at 0.1s and never obeyed: not today"
    );
    assert_eq!(
        all[2].failure().expect("unanswered"),
        "action `never-200` (never) was asked at 0.2s and never obeyed"
    );
}

#[test]
fn a_role_is_looked_up_when_the_action_is_asked_and_waited_for() {
    let all =
        outcome(vec![at(500, "tell", one(node("leader"))), at(100, "tell", one(node("leader")))]);
    assert_eq!((times(&all[0]), all[0].what.as_str()), ((Some(ms(500)), Some(ms(500))), "tell n2"));
    assert_eq!((times(&all[1]), all[1].what.as_str()), ((Some(ms(300)), Some(ms(300))), "tell n2"));
    let never = outcome(vec![at(100, "tell", one(node("king")))]);
    assert_eq!(
        never[0].failure().expect("nobody is"),
        "action `tell-100` (tell) was never asked: there was no `king`"
    );
}

#[test]
fn nodes_that_an_action_starts_can_be_named_by_later_ones() {
    let two = vec![("count", Argument::Count(2))];
    let all = outcome(vec![at(100, "tell", one(node("n5"))), at(200, "start", two)]);
    assert_eq!((times(&all[0]).0, all[0].what.as_str()), (Some(ms(200)), "tell n5"));
}

#[test]
fn any_is_drawn_from_the_group() {
    let many = (0..50).map(|n| at(n * 10, "tell", one(Selector::Any(1)))).collect();
    let mut told: Vec<_> = outcome(many).into_iter().map(|action| action.what).collect();
    told.sort_unstable();
    told.dedup();
    assert_eq!(told, ["tell n1", "tell n2", "tell n3"]);
}

#[test]
fn an_action_waits_for_an_event_and_is_not_asked_after_the_load() {
    let after = |event: &str, plus| Action {
        trigger: Trigger::Event { event: event.into(), nth: 1, plus: Dist::Constant(plus) },
        ..at(0, "tell", one(node("n1")))
    };
    let all = outcome(vec![after("led", 5_000_000), after("led", 800_000_000), after("lost", 0)]);
    assert_eq!(times(&all[0]).0, Some(ms(305)));
    let why = |index: usize| all[index].why.as_str();
    assert_eq!((times(&all[1]).0, why(1)), (None, ""), "it is due after the end of the run");
    assert_eq!((times(&all[2]).0, why(2)), (None, "the event lost never came"));
    let mut loaded = Scenario { duration: millis(1000), ..support::scenario(3) };
    loaded.actions = vec![after("led", 800_000_000)];
    let late = run(&Obliging, &loaded, 1).actions;
    assert_eq!(late[0].why, "it was due only after the load had stopped");
}
