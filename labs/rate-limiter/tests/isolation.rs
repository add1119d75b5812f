//! Nodes share nothing but messages, and a run is its seed.

mod support;

use netsplit_history::{Run, Status};
use support::{parsed, run, scenario};

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
    let alone = run(&parsed(CUT, &[]), 1);
    assert_eq!(with(&alone, Status::Failed), alone.operations.len());
    assert!(alone.operations.len() > 2500);
    let open = run(&parsed(CUT, &["variant=fail-open"]), 1);
    assert_eq!(with(&open, Status::Ok), open.operations.len());
}

#[test]
fn with_all_links_cut_each_gateway_keeps_a_limit_of_its_own() {
    let alone = run(&parsed(CUT, &["variant=local"]), 1);
    for gateway in ["g1", "g2", "g3"] {
        let admitted = admitted_at(&alone, gateway);
        // 5 and 10 a second, for 10 seconds: the other two make no difference.
        assert!((103..=105).contains(&admitted), "{gateway}: {admitted}");
    }
}

#[test]
fn with_all_links_cut_each_gateway_spends_its_first_budget_and_no_more() {
    let alone = run(&parsed(CUT, &["variant=synced"]), 1);
    for gateway in ["g1", "g2", "g3"] {
        assert_eq!(admitted_at(&alone, gateway), 5, "{gateway}");
    }
    let linked = run(&parsed(CUT, &["variant=synced", "fault.cut.for=2s"]), 1);
    assert!(with(&linked, Status::Ok) > 50, "the links are back");
}

#[test]
fn the_seed_decides_the_run_and_the_variant_leaves_the_arrivals_alone() {
    let calm = scenario("calm", &["duration=5s"]);
    let (first, again, other) = (run(&calm, 1), run(&calm, 1), run(&calm, 2));
    assert_eq!(first.fingerprint, again.fingerprint);
    assert_ne!(first.fingerprint, other.fingerprint);
    let local = run(&scenario("calm", &["duration=5s", "variant=local"]), 1);
    assert_ne!(first.fingerprint, local.fingerprint);
    let arrivals = |run: &Run| {
        let ops = run.operations.iter();
        let mut all: Vec<_> = ops.map(|op| (op.intended, op.key.clone())).collect();
        all.sort();
        all
    };
    assert_eq!(arrivals(&first), arrivals(&local));
}

#[test]
fn what_does_not_fit_is_refused() {
    for (set, what) in [
        (&["params.limit=7"][..], "must be whole nanoseconds"),
        (&["params.limit=0"], "must be at least 1"),
        (&["params.burst=0"], "must be at least 1"),
        (&["variant=algorithm=concurrency-limit"], "coordination=local"),
        (&["variant=coordination=synced,algorithm=gcra"], "token buckets"),
        (&["variant=synced", "params.store_timeout=500ms"], "shorter"),
        (&["nodes.store.count=2"], "one store"),
    ] {
        let scenario = scenario("calm", set);
        let options = netsplit_sim::Options::default();
        let lab = netsplit_lab_rate_limiter::RateLimiter;
        let built = netsplit_sim::simulate(&lab, &scenario, &options, &mut |_| ());
        let why = built.expect_err("it cannot be built");
        assert!(why.contains(what), "{why}");
    }
}
