//! Nodes share nothing but messages, and quorums that do not fit are refused.

use netsplit_harness::Experiment;
use netsplit_harness::testing::load;
use netsplit_history::{Run, Status};
use netsplit_lab_quorum_kv::QuorumKv;

/// Three nodes, all cut off from each other, but not from the clients.
const CUT: &str = r#"
title = "Every node on its own"
lab = "quorum-kv"
duration = "5s"

[nodes]
count = 3

[[load]]
rate = "100/s"
mix = { get = 1, put = 1 }
keys = { count = 10 }

[params]
n = 3
r = 1
w = 1

[[fault]]
name = "cut"
at = "0s"
partition = { groups = ["n1", "n2", "n3"] }
"#;

fn run(overrides: &[&str]) -> Run {
    let experiment = Experiment::parse(&QuorumKv, CUT, overrides).expect("it is valid");
    experiment.run(1).expect("it can be built").0
}

#[test]
fn with_all_links_cut_no_node_knows_what_another_was_told() {
    let alone = run(&[]);
    let ok = alone.operations.iter().filter(|op| op.status == Status::Ok).count();
    assert!(ok > 400, "each node serves alone: {ok}");
    assert!(alone.measured["stale_rate"] > 0.3, "two writes of three are out of sight");
    assert_eq!(alone.measured["keys_diverged"], 10.0);
    let counted =
        |name: &str| alone.series[name].points.iter().map(|point| point.value).sum::<f64>();
    assert_eq!(counted("read_repairs") + counted("anti_entropy_repairs"), 0.0);
}

#[test]
fn the_same_cluster_with_its_links_agrees() {
    assert_eq!(run(&["fault.cut.for=1s"]).measured["keys_diverged"], 0.0);
}

#[test]
fn a_strict_node_alone_answers_nothing() {
    let alone = run(&["params.r=2", "params.w=2"]);
    assert!(alone.operations.iter().all(|op| op.status != Status::Ok));
}

#[test]
fn quorums_that_do_not_fit_are_refused() {
    for (set, what) in [
        (&["params.n=6"][..], "params.n is 6"),
        (&["params.r=4"][..], "params.r is 4"),
        (&["params.w=0"][..], "params.w is 0"),
    ] {
        let built = load(&QuorumKv, "calm", set).run(1);
        let why = built.expect_err("it cannot be built").to_string();
        assert!(why.contains(what), "{why}");
    }
}
