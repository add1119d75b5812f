//! Servers share nothing but messages, and parameters that contradict each other are refused.

use netsplit_harness::Experiment;
use netsplit_harness::testing::load;
use netsplit_history::{Run, Status};
use netsplit_lab_raft::RaftLab;

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

fn run(overrides: &[&str]) -> Run {
    let experiment = Experiment::parse(&RaftLab, CUT, overrides).expect("it is valid");
    experiment.run(1).expect("it can be built").0
}

#[test]
fn with_all_links_cut_no_server_leads_and_nothing_is_written() {
    let alone = run(&[]);
    assert!(alone.operations.len() > 200);
    assert!(alone.operations.iter().all(|op| op.status != Status::Ok));
    assert_eq!(alone.measured["leaders"], 0.0);
    assert_eq!(alone.measured["log_entries_max"], 0.0);
    assert_eq!(alone.measured["term"], 0.0, "pre-votes leave terms alone");
}

#[test]
fn without_prevote_each_counts_terms_of_its_own() {
    for switch in ["params.prevote=false", "variant=no-prevote"] {
        let alone = run(&[switch]);
        assert_eq!(alone.measured["leaders"], 0.0);
        assert!(alone.measured["term"] > 10.0, "{switch}");
    }
}

#[test]
fn the_same_cluster_with_its_links_serves() {
    let together = run(&["fault.cut.for=1s"]);
    let ok = together.operations.iter().filter(|op| op.status == Status::Ok);
    assert!(ok.count() > 150);
}

#[test]
fn parameters_that_contradict_each_other_are_refused() {
    for (set, what) in [
        ("params.members=6", "params.members is 6"),
        ("params.heartbeat=150ms", "less than the shortest election timeout"),
        ("params.election_timeout=[\"300ms\", \"150ms\"]", "the shorter time first"),
        ("params.batch=0", "at least 1"),
    ] {
        let why = load(&RaftLab, "calm", &[set]).run(1).map(|_| ());
        let why = why.expect_err("it cannot be built").to_string();
        assert!(why.contains(what), "{why}");
    }
}
