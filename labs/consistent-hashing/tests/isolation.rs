//! Nodes share nothing but messages, and a run is its seed.

mod support;

use std::collections::BTreeSet;

use netsplit_history::Status;
use support::{counted, measured, parsed, run, scenario};

/// Everybody cut off from everybody, from the start or from some time on.
const CUT: &str = r#"
title = "Nobody hears anybody"
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

#[test]
fn with_all_links_cut_nobody_knows_anything() {
    let alone = run(&parsed(CUT, &[]), 1);
    assert!(alone.operations.len() > 400);
    assert!(alone.operations.iter().all(|op| op.status != Status::Ok));
    for counter in ["hits", "misses", "store_reads", "store_writes", "keys_handed_over"] {
        assert_eq!(counted(&alone, counter), 0.0, "{counter}");
    }
}

#[test]
fn a_cut_later_on_leaves_what_was_known() {
    let cut = &["fault.cut.at=4s", "params.dead_after=500ms"];
    let later = run(&parsed(CUT, cut), 1);
    let ok_at = |op: &netsplit_history::Operation| {
        (op.status == Status::Ok).then(|| op.intended.as_nanos() / 1_000_000_000)
    };
    let seconds: BTreeSet<_> = later.operations.iter().filter_map(ok_at).collect();
    assert_eq!(seconds, BTreeSet::from([0, 1, 2, 3]));
}

#[test]
fn a_router_that_hears_nothing_keeps_its_view() {
    // The clients lose the directory only; a node dies, and they go on asking it.
    let cut = r#"fault.cut.partition={ groups = ["d1", "clients"] }"#;
    let crash = parsed(
        &format!("{CUT}\n[[fault]]\nat = \"4s\"\ncrash = \"n1\"\n"),
        &[cut, "fault.cut.at=2s", "params.redirect=false"],
    );
    let deaf = run(&crash, 1);
    let failed = |op: &&netsplit_history::Operation| {
        op.intended.as_nanos() > 5_000_000_000 && op.status != Status::Ok
    };
    let share = deaf.operations.iter().filter(failed).count();
    assert!((10..70).contains(&share), "n1 had a third of 100 requests: {share}");
    assert_eq!(counted(&deaf, "redirects"), 0.0);
}

#[test]
fn a_directory_that_comes_back_remembers_the_ring() {
    let crash = parsed(
        &CUT.replace(
            "partition = { groups = [\"n1\", \"n2\", \"n3\", \"s1\", \"d1\", \"clients\"] }",
            "crash = \"d1\"",
        ),
        &["fault.cut.at=2s", "fault.cut.for=1s", "params.virtual_nodes=5"],
    );
    let back = run(&crash, 1);
    assert!(back.operations.iter().all(|op| op.status == Status::Ok));
    assert_eq!(counted(&back, "keys_handed_over"), 0.0, "no key has moved");
    assert_eq!(counted(&back, "redirects"), 0.0);
}

#[test]
fn the_seed_decides_the_run_and_the_variant_leaves_the_arrivals_alone() {
    let calm = scenario("calm", &["duration=8s"]);
    let (first, again, other) = (run(&calm, 1), run(&calm, 1), run(&calm, 2));
    assert_eq!(first.fingerprint, again.fingerprint);
    assert_ne!(first.fingerprint, other.fingerprint);
    assert_ne!(
        measured(&first, "load_cv"),
        measured(&other, "load_cv"),
        "each seed has a ring of its own"
    );
    let modulo = run(&scenario("calm", &["duration=8s", "variant=modulo"]), 1);
    let arrivals = |run: &netsplit_history::Run| {
        let one = |op: &netsplit_history::Operation| (op.intended, op.op.clone(), op.key.clone());
        let mut all: Vec<_> = run.operations.iter().map(one).collect();
        all.sort();
        all
    };
    assert_eq!(arrivals(&first), arrivals(&modulo));
}
