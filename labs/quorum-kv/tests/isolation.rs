//! Nodes share nothing but messages, and a run is its seed.

mod support;

use netsplit_history::Status;
use support::{measured, parsed, run, scenario};

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

#[test]
fn with_all_links_cut_no_node_knows_what_another_was_told() {
    let alone = run(&parsed(CUT, &[]), 1);
    let ok = alone.operations.iter().filter(|op| op.status == Status::Ok).count();
    assert!(ok > 400, "each node serves alone: {ok}");
    assert!(measured(&alone, "stale_rate") > 0.3, "two writes of three are out of sight");
    assert_eq!(measured(&alone, "keys_diverged"), 10.0);
    let counted = |name: &str| alone.series[name].points.iter().map(|(_, by)| by).sum::<f64>();
    assert_eq!(counted("read_repairs") + counted("anti_entropy_repairs"), 0.0);
}

#[test]
fn the_same_cluster_with_its_links_agrees() {
    let together = run(&parsed(CUT, &["fault.cut.for=1s"]), 1);
    assert_eq!(measured(&together, "keys_diverged"), 0.0);
}

#[test]
fn a_strict_node_alone_answers_nothing() {
    let alone = run(&parsed(CUT, &["params.r=2", "params.w=2"]), 1);
    assert!(alone.operations.iter().all(|op| op.status != Status::Ok));
}

#[test]
fn the_seed_decides_the_run_and_the_variant_leaves_the_arrivals_alone() {
    let calm = scenario("calm", &["duration=3s"]);
    let (first, again, other) = (run(&calm, 1), run(&calm, 1), run(&calm, 2));
    assert_eq!(first.fingerprint, again.fingerprint);
    assert_ne!(first.fingerprint, other.fingerprint);
    let wins = run(&scenario("calm", &["duration=3s", "variant=last-writer-wins"]), 1);
    assert_ne!(first.fingerprint, wins.fingerprint);
    let arrivals = |run: &netsplit_history::Run| {
        let mut all: Vec<_> =
            run.operations.iter().map(|op| (op.intended, op.op.clone(), op.key.clone())).collect();
        all.sort();
        all
    };
    assert_eq!(arrivals(&first), arrivals(&wins));
}

#[test]
fn quorums_that_do_not_fit_are_refused() {
    for (set, what) in [
        (&["params.n=6"][..], "params.n is 6"),
        (&["params.r=4"][..], "params.r is 4"),
        (&["params.w=0"][..], "params.w is 0"),
    ] {
        let scenario = scenario("calm", set);
        let options = netsplit_sim::Options::default();
        let built = netsplit_sim::simulate(
            &netsplit_lab_quorum_kv::QuorumKv,
            &scenario,
            &options,
            &mut |_| (),
        );
        let why = built.expect_err("it cannot be built");
        assert!(why.contains(what), "{why}");
    }
}
