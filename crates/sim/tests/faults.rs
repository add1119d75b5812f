//! The schedule of faults: at times and events, repeated, as churn, and by role.

mod support;

use netsplit_history::{Problem, Run, Time};
use netsplit_scenario::{
    Dist, Fault, FaultKind, LinkFault, NodeFault, Repeat, Scenario, Selector, Trigger,
};
use netsplit_sim::Host;
use support::{MS, fault, millis, node, nodes, quiet, recorded, run};

/// Nodes say when they start; n2 leads from 300 ms on, and cries every 100 ms.
fn starts(scenario: &Scenario) -> Run {
    let lab = nodes(|host: Host| async move {
        host.record("started", ());
        if &*host.name() == "n2" {
            host.sleep(millis(300).saturating_sub(host.monotonic())).await;
            host.set_role("leader");
            loop {
                host.sleep(millis(100)).await;
                host.record("cry", ());
            }
        }
    });
    run(&lab, scenario, 1)
}

fn crash(nodes: Selector) -> Fault {
    fault(100, 120, NodeFault::Crash.of(nodes))
}

fn spans(run: &Run) -> Vec<(u64, u64)> {
    let whole = |at: Time| at.as_nanos() / MS;
    run.faults[0].spans.iter().map(|(from, to)| (whole(*from), whole(*to))).collect()
}

#[test]
fn a_repeated_fault_fires_the_given_times_and_never_after_the_load_has_stopped() {
    let mut scenario = quiet(2);
    let every = |times| Repeat::Every { every: Dist::Constant(300 * MS), times };
    scenario.faults = vec![Fault { repeat: every(Some(3)), ..crash(node("n1")) }];
    assert_eq!(spans(&starts(&scenario)), [(100, 120), (400, 420), (700, 720)]);
    scenario.loads = support::scenario(1).loads;
    scenario.faults[0].repeat = every(None);
    assert_eq!(spans(&starts(&scenario)), [(100, 120), (400, 420), (700, 720)]);
    scenario.faults[0].hold = None;
    assert_eq!(spans(&starts(&scenario)), [(100, 1000), (400, 1000), (700, 1000)]);
}

#[test]
fn a_fault_waits_for_the_nth_event_and_a_while_longer() {
    let mut scenario = quiet(2);
    let event =
        |event: &str| Trigger::Event { event: event.into(), nth: 3, plus: Dist::Constant(50 * MS) };
    scenario.faults = vec![Fault { trigger: event("cry"), ..crash(node("n1")) }];
    assert_eq!(spans(&starts(&scenario)), [(650, 670)]);
    scenario.faults[0].trigger = event("never");
    let run = starts(&scenario);
    assert!(matches!(&run.problems[..], [Problem::Inconclusive(why)] if why.contains("never")));
    assert!(run.faults[0].touched.is_empty());
}

#[test]
fn a_fault_waits_for_a_role_and_gives_up_in_the_end() {
    let mut scenario = quiet(2);
    scenario.faults = vec![crash(node("leader"))];
    let run = starts(&scenario);
    assert_eq!(spans(&run), [(300, 320)]);
    assert_eq!(recorded(&run, "started")[2].1, "n2");
    scenario.duration = millis(10_000);
    scenario.faults = vec![crash(node("captain"))];
    let run = starts(&scenario);
    assert!(matches!(&run.problems[..], [Problem::Inconclusive(why)] if why.contains("captain")));
    assert_eq!(spans(&run), []);
}

#[test]
fn a_role_ends_with_the_life_that_had_it() {
    let lab = nodes(|host: Host| async move {
        if host.true_time() == Time::ZERO {
            host.set_role("leader");
        }
    });
    let mut scenario = quiet(1);
    scenario.duration = millis(10_000);
    scenario.faults = vec![crash(node("leader"))];
    assert_eq!(spans(&run(&lab, &scenario, 1)), [(100, 120)]);
    scenario.faults = vec![fault(200, 220, NodeFault::Crash.of(node("leader"))), crash(node("n1"))];
    let run = run(&lab, &scenario, 1);
    assert!(matches!(&run.problems[..], [Problem::Inconclusive(why)] if why.contains("leader")));
    assert_eq!(spans(&run), []);
}

#[test]
fn churn_gives_each_target_ups_and_downs_of_its_own() {
    let mut scenario = quiet(3);
    scenario.duration = millis(10_000);
    let churn = |hold| Fault {
        hold,
        repeat: Repeat::Churn {
            up: Dist::Exponential { mean: 200 * MS, shift: 0 },
            down: Dist::Constant(100 * MS),
        },
        ..crash(Selector::List(vec![node("n1"), node("n3")]))
    };
    scenario.faults = vec![churn(None)];
    let run = starts(&scenario);
    let count = |name| recorded(&run, "started").iter().filter(|(_, node)| node == name).count();
    assert!(count("n1") > 20 && count("n3") > 20 && count("n2") == 1, "{:?}", spans(&run));
    assert!(run.faults[0].spans.windows(2).any(|pair| pair[1].0 < pair[0].1), "they overlap");
    scenario.faults = vec![churn(Some(Dist::Constant(2000 * MS)))];
    let last = spans(&starts(&scenario)).last().copied().expect("it strikes");
    assert!(last.0 < 2100, "{last:?}");
}

#[test]
fn any_node_may_be_chosen_and_each_firing_chooses_anew() {
    let mut scenario = quiet(7);
    scenario.duration = millis(10_000);
    let every = Repeat::Every { every: Dist::Constant(100 * MS), times: None };
    scenario.faults = vec![Fault { repeat: every, ..crash(Selector::Any(1)) }];
    let run = starts(&scenario);
    assert_eq!(run.faults[0].affected_nodes.len(), 7, "{:?}", run.faults[0].affected_nodes);
    let mut restarts = [0; 7];
    for (_, node) in recorded(&run, "started").iter().skip(7) {
        let number: usize = node[1..].parse().expect("n1 to n7");
        restarts[number - 1] += 1;
    }
    // 99 firings over seven nodes: 14 each, give or take 3.5.
    assert!(restarts.iter().all(|restarts| (4..=25).contains(restarts)), "{restarts:?}");
}

#[test]
fn selectors_choose_so_many_of_the_nodes() {
    let struck = |nodes| {
        let mut scenario = quiet(7);
        scenario.faults = vec![crash(nodes)];
        starts(&scenario).faults[0].affected_nodes.len()
    };
    let one_of = |name: &str| Selector::Name(name.into());
    assert_eq!(struck(Selector::Any(3)), 3);
    assert_eq!(struck(Selector::Any(30)), 7);
    assert_eq!(struck(Selector::Percent(20.0)), 1);
    assert_eq!(struck(Selector::Majority), 4);
    assert_eq!(struck(Selector::Minority), 3);
    assert_eq!(struck(one_of("nodes")), 7);
    assert_eq!(struck(Selector::List(vec![one_of("n1"), one_of("n2"), one_of("n1")])), 2);
}

#[test]
fn the_trace_names_the_targets_of_a_fault() {
    let mut scenario = quiet(3);
    let cut = netsplit_scenario::Partition::Groups {
        groups: vec![node("n1"), Selector::List(vec![node("n2"), node("n3")])],
        one_way: false,
    };
    scenario.faults =
        vec![fault(100, 200, FaultKind::Links(LinkFault::Partition(cut))), crash(node("n2"))];
    let lines: Vec<_> = starts(&scenario).trace.iter().map(ToString::to_string).collect();
    let has = |text: &str| assert!(lines.iter().any(|line| line.contains(text)), "{lines:#?}");
    has("fault partition-100 strikes n1 | n2, n3");
    has("fault crash-100 strikes n2");
    has("n2 crashes: fault crash-100");
}
