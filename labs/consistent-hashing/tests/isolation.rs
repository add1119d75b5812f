//! Nodes share nothing but messages.

use std::collections::BTreeSet;

use netsplit_harness::Experiment;
use netsplit_harness::testing::load;
use netsplit_history::{Operation, Run, Status};
use netsplit_lab_consistent_hashing::ConsistentHashing;

/// A partition of all hosts from each other, from the start or from some time on.
const CUT: &str = r#"
title = "All links are cut"
lab = "consistent-hashing"
duration = "6s"

[nodes.cache]
count = 3

[[load]]
rate = "100/s"
clients = 2
mix = { get = 1, put = 1 }
keys = { count = 20 }

[[fault]]
name = "cut"
at = "0s"
partition = { groups = ["n1", "n2", "n3", "s1", "d1", "clients"] }
"#;

/// A run of the scenario `text` with `overrides`, under seed 1.
fn run(text: &str, overrides: &[&str]) -> Run {
    let experiment = Experiment::parse(&ConsistentHashing, text, overrides);
    let experiment = experiment.unwrap_or_else(|error| panic!("{error}"));
    experiment.run(1).expect("a lab that builds").0
}

/// The final value of a counter.
fn counted(run: &Run, name: &str) -> f64 {
    run.series.get(name).map_or(0.0, |series| series.points.iter().map(|point| point.value).sum())
}

#[test]
fn with_all_links_cut_no_request_succeeds() {
    let alone = run(CUT, &[]);
    assert!(alone.operations.len() > 400);
    assert!(alone.operations.iter().all(|op| op.status != Status::Ok));
    for counter in ["hits", "misses", "store_reads", "store_writes", "keys_handed_over"] {
        assert_eq!(counted(&alone, counter), 0.0, "{counter}");
    }
}

#[test]
fn a_cut_later_on_leaves_what_was_known() {
    let cut = &["fault.cut.at=4s", "params.dead_after=500ms"];
    let later = run(CUT, cut);
    let ok_at =
        |op: &Operation| (op.status == Status::Ok).then(|| op.intended.as_nanos() / 1_000_000_000);
    let seconds: BTreeSet<_> = later.operations.iter().filter_map(ok_at).collect();
    assert_eq!(seconds, BTreeSet::from([0, 1, 2, 3]));
}

#[test]
fn a_router_that_hears_nothing_keeps_its_view() {
    // The clients lose the directory only; a node dies, and they keep sending to it.
    let cut = r#"fault.cut.partition={ groups = ["d1", "clients"] }"#;
    let crash = format!("{CUT}\n[[fault]]\nat = \"4s\"\ncrash = \"n1\"\n");
    let deaf = run(&crash, &[cut, "fault.cut.at=2s", "params.redirect=false"]);
    let failed =
        |op: &&Operation| op.intended.as_nanos() > 5_000_000_000 && op.status != Status::Ok;
    let share = deaf.operations.iter().filter(failed).count();
    assert!((10..70).contains(&share), "n1 had a third of 100 requests: {share}");
    assert_eq!(counted(&deaf, "redirects"), 0.0);
}

#[test]
fn a_directory_that_comes_back_remembers_the_ring() {
    let crash = CUT.replace(
        "partition = { groups = [\"n1\", \"n2\", \"n3\", \"s1\", \"d1\", \"clients\"] }",
        "crash = \"d1\"",
    );
    let back = run(&crash, &["fault.cut.at=2s", "fault.cut.for=1s", "params.virtual_nodes=5"]);
    assert!(back.operations.iter().all(|op| op.status == Status::Ok));
    assert_eq!(counted(&back, "keys_handed_over"), 0.0, "no key has moved");
    assert_eq!(counted(&back, "redirects"), 0.0);
}

#[test]
fn each_seed_has_a_ring_of_its_own() {
    let load_cv = |seed| {
        let calm = load(&ConsistentHashing, "calm", &["duration=8s"]);
        calm.run(seed).expect("a lab that builds").0.measured["load_cv"]
    };
    assert_ne!(load_cv(1), load_cv(2));
}
