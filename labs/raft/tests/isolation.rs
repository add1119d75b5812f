//! Servers share nothing but messages, and a run is its seed.

mod support;

use netsplit_history::Status;
use support::{measured, parsed, run, scenario};

/// Every server on its own from the start, but not cut off from the clients.
const CUT: &str = r#"
title = "Every server on its own"
lab = "raft"
duration = "5s"

[[load]]
rate = "50/s"

[[fault]]
name = "cut"
at = "0s"
partition = { groups = ["n1", "n2", "n3", "n4", "n5"] }
"#;

#[test]
fn with_all_links_cut_nobody_leads_and_nothing_is_written() {
    let alone = run(&parsed(CUT, &[]), 1);
    assert!(alone.operations.len() > 200);
    assert!(alone.operations.iter().all(|op| op.status != Status::Ok));
    assert_eq!(measured(&alone, "leaders"), 0.0);
    assert_eq!(measured(&alone, "log_entries_max"), 0.0);
    assert_eq!(measured(&alone, "term"), 0.0, "pre-votes leave terms alone");
}

#[test]
fn without_prevote_each_counts_terms_of_its_own() {
    let alone = run(&parsed(CUT, &["params.prevote=false"]), 1);
    assert_eq!(measured(&alone, "leaders"), 0.0);
    assert!(measured(&alone, "term") > 10.0);
}

#[test]
fn the_same_cluster_with_its_links_serves() {
    let together = run(&parsed(CUT, &["fault.cut.for=1s"]), 1);
    let ok = together.operations.iter().filter(|op| op.status == Status::Ok);
    assert!(ok.count() > 150);
}

#[test]
fn the_seed_decides_the_run_and_the_variant_leaves_the_arrivals_alone() {
    let calm = scenario("calm", &["duration=3s"]);
    let (first, again, other) = (run(&calm, 1), run(&calm, 1), run(&calm, 2));
    assert_eq!(first.fingerprint, again.fingerprint);
    assert_ne!(first.fingerprint, other.fingerprint);
    let log = run(&scenario("calm", &["duration=3s", "variant=log-reads"]), 1);
    assert_ne!(first.fingerprint, log.fingerprint);
    let arrivals = |run: &netsplit_history::Run| {
        let ops = run.operations.iter();
        let mut all: Vec<_> = ops.map(|op| (op.intended, op.op.clone(), op.key.clone())).collect();
        all.sort();
        all
    };
    assert_eq!(arrivals(&first), arrivals(&log));
}

#[test]
fn knobs_that_do_not_fit_are_refused() {
    for (set, what) in [
        ("params.members=6", "params.members is 6"),
        ("params.heartbeat=150ms", "the heartbeat the shortest"),
        ("params.election_timeout=[\"300ms\", \"150ms\"]", "must be in order"),
        ("params.batch=0", "at least 1"),
    ] {
        let scenario = scenario("calm", &[set]);
        let options = netsplit_sim::Options::default();
        let built =
            netsplit_sim::simulate(&netsplit_lab_raft::RaftLab, &scenario, &options, &mut |_| ());
        let why = built.expect_err("it cannot be built");
        assert!(why.contains(what), "{why}");
    }
}
