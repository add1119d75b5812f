//! Nodes share nothing but messages, and parameters that do not fit together are refused.

use netsplit_harness::{Experiment, testing};
use netsplit_history::{Run, Status};
use netsplit_lab_rate_limiter::RateLimiter;

/// Gateways and store, all cut off from each other, but not from the clients.
const CUT: &str = r#"
title = "Every node on its own"
lab = "rate-limiter"
duration = "10s"

[nodes.gateways]
count = 3

[[load]]
rate = "300/s"
keys = { count = 1 }

[params]
limit = 10
burst = 5

[[fault]]
name = "cut"
at = "0s"
partition = { groups = ["g1", "g2", "g3", "store"] }
"#;

/// A run of it with overrides.
fn run(set: &[&str]) -> Run {
    let experiment = Experiment::parse(&RateLimiter, CUT, set).expect("a valid scenario");
    experiment.run(1).expect("the lab can be built").0
}

fn with(run: &Run, status: Status) -> usize {
    let ops = run.operations.iter();
    ops.filter(|op| op.status == status).count()
}

fn admitted_at(run: &Run, gateway: &str) -> usize {
    let events = run.events.iter();
    events.filter(|event| &*event.name == "admitted" && &*event.node == gateway).count()
}

#[test]
fn with_all_links_cut_no_store_decides() {
    let alone = run(&[]);
    assert_eq!(with(&alone, Status::Failed), alone.operations.len());
    assert!(alone.operations.len() > 2500);
    let open = run(&["variant=fail-open"]);
    assert_eq!(with(&open, Status::Ok), open.operations.len());
}

#[test]
fn with_all_links_cut_each_gateway_keeps_a_limit_of_its_own() {
    let alone = run(&["variant=local"]);
    for gateway in ["g1", "g2", "g3"] {
        let admitted = admitted_at(&alone, gateway);
        // 5 and 10 a second, for 10 seconds: the other two make no difference.
        assert!((103..=105).contains(&admitted), "{gateway}: {admitted}");
    }
}

#[test]
fn with_all_links_cut_each_gateway_spends_its_first_budget_and_no_more() {
    let alone = run(&["variant=synced"]);
    for gateway in ["g1", "g2", "g3"] {
        assert_eq!(admitted_at(&alone, gateway), 5, "{gateway}");
    }
    let linked = run(&["variant=synced", "fault.cut.for=2s"]);
    assert!(with(&linked, Status::Ok) > 50, "the links are back");
}

#[test]
fn what_does_not_fit_is_refused() {
    for (set, what) in [
        (&["params.limit=7"][..], "a whole number of nanoseconds"),
        (&["params.limit=0"], "is 0; expected at least 1"),
        (&["params.burst=0"], "is 0; expected at least 1"),
        (&["variant=algorithm=concurrency-limit"], "coordination=local"),
        (&["variant=coordination=synced,algorithm=gcra"], "algorithm=token-bucket"),
        (&["variant=synced", "params.store_timeout=500ms"], "less than params.sync_every"),
        (&["nodes.store.count=2"], "more than one store"),
    ] {
        let experiment = testing::load(&RateLimiter, "calm", set);
        let why = experiment.run(1).expect_err("it cannot be built").to_string();
        assert!(why.contains(what), "{why}");
    }
}
