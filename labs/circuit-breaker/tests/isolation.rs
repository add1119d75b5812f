//! Nodes share nothing but messages, and a run is its seed.

mod support;

use netsplit_history::{Run, Status};
use support::{parsed, run, scenario};

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

fn ok(run: &Run) -> usize {
    run.operations.iter().filter(|op| op.status == Status::Ok).count()
}

#[test]
fn what_one_front_end_learns_the_other_does_not_know() {
    let run = run(&parsed(SHOP, &[]), 1);
    let opened: Vec<_> = run.events.iter().filter(|event| &*event.name == "opened").collect();
    assert_eq!(opened.len(), 1);
    assert_eq!(&*opened[0].node, "f1");
    assert!((450..=550).contains(&ok(&run)), "half of the users: {}", ok(&run));
}

#[test]
fn with_all_links_cut_nothing_is_answered() {
    let set = "fault.cut.partition={ groups = [\"front\", \"stock\"] }";
    assert_eq!(ok(&run(&parsed(SHOP, &[set]), 1)), 0);
}

#[test]
fn the_seed_decides_the_run_and_the_variant_leaves_the_arrivals_alone() {
    let down = |set: &[&str]| {
        scenario("dependency-down", &[&["duration=15s", "fault.down.for=2s"], set].concat())
    };
    let (first, again, other) = (run(&down(&[]), 1), run(&down(&[]), 1), run(&down(&[]), 2));
    assert_eq!(first.fingerprint, again.fingerprint);
    assert_ne!(first.fingerprint, other.fingerprint);
    let naive = run(&down(&["variant=no-breaker"]), 1);
    assert_ne!(first.fingerprint, naive.fingerprint);
    let arrivals = |run: &Run| {
        let mut all: Vec<_> =
            run.operations.iter().map(|op| (op.intended, op.op.clone(), op.key.clone())).collect();
        all.sort();
        all
    };
    assert_eq!(arrivals(&first), arrivals(&naive));
}

#[test]
fn what_does_not_fit_is_refused() {
    for (set, what) in [
        (&["params.min_calls=101"][..], "would never open"),
        (&["params.probes=0"][..], "params.probes is 0"),
        (&["params.attempts=0"][..], "params.attempts is 0"),
        (&["params.window=9ns"][..], "too short"),
        (&["params.window=0"][..], "would never open"),
        (&["params.threads=0"][..], "params.threads is 0"),
    ] {
        let scenario = parsed(SHOP, set);
        let options = netsplit_sim::Options::default();
        let built = netsplit_sim::simulate(
            &netsplit_lab_circuit_breaker::CircuitBreakerLab,
            &scenario,
            &options,
            &mut |_| (),
        );
        let why = built.expect_err("it cannot be built");
        assert!(why.contains(what), "{why}");
    }
}
