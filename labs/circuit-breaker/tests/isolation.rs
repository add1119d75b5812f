//! Nodes share nothing but messages, and parameters fit together.

use netsplit_harness::Experiment;
use netsplit_history::{Run, Status};
use netsplit_lab_circuit_breaker::CircuitBreakerLab;
use netsplit_scenario::Refusal;

const SHOP: &str = r#"
title = "Two front ends, of which one is cut off from stock"
lab = "circuit-breaker"
duration = "10s"

[[load]]
rate = "100/s"

[params]
call_timeout = "100ms"
min_calls = 10
window = 10

[[fault]]
name = "cut"
at = "0s"
partition = { groups = ["f1", "stock"] }
"#;

fn run(set: &[&str]) -> Result<Run, Refusal> {
    let shop = Experiment::parse(&CircuitBreakerLab, SHOP, set).expect("the scenario is valid");
    Ok(shop.run(1)?.0)
}

fn ok(run: &Run) -> usize {
    run.operations.iter().filter(|op| op.status == Status::Ok).count()
}

#[test]
fn what_one_front_end_learns_the_other_does_not_know() {
    let run = run(&[]).expect("the lab can be built");
    let opened: Vec<_> = run.events.iter().filter(|event| &*event.name == "opened").collect();
    assert_eq!(opened.len(), 1);
    assert_eq!(&*opened[0].node, "f1");
    assert!((450..=550).contains(&ok(&run)), "half of the users: {}", ok(&run));
}

#[test]
fn with_all_links_cut_nothing_is_answered() {
    let set = "fault.cut.partition={ groups = [\"front\", \"stock\"] }";
    assert_eq!(ok(&run(&[set]).expect("the lab can be built")), 0);
}

#[test]
fn parameters_that_do_not_fit_together_are_refused() {
    for (set, what) in [
        ("params.min_calls=101", "would never open"),
        ("params.probes=0", "params.probes is 0"),
        ("params.attempts=0", "params.attempts is 0"),
        ("params.half_open_for=0s", "params.half_open_for is 0"),
        ("params.window=9ns", "too short"),
        ("params.window=0", "would never open"),
        ("params.threads=0", "params.threads is 0"),
    ] {
        let why = run(&[set]).expect_err("it cannot be built").to_string();
        assert!(why.contains(what), "{why}");
    }
}
