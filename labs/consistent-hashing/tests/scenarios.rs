//! Each shipped scenario passes as it is, and fails for what it is there to show.

mod support;

use netsplit_check::Verdict;
use support::{judged, names, run, scenario, try_run};

#[test]
fn scenarios_pass() {
    for name in names() {
        let scenario = scenario(&name, &[]);
        let (verdict, unmet) = judged(&scenario, &run(&scenario, 1));
        assert_eq!(verdict, Verdict::Pass, "{name}: {unmet:#?}");
    }
}

/// With `overrides`, the scenario misses the expectation that starts with `expected`.
fn fails(name: &str, overrides: &[&str], expected: &str) {
    let scenario = scenario(name, overrides);
    let (verdict, unmet) = judged(&scenario, &run(&scenario, 1));
    let is_expected = |text: &str| text.starts_with(expected);
    assert_eq!(verdict, Verdict::Fail, "{name} {overrides:?}");
    assert!(
        unmet.iter().any(|finding| is_expected(&finding.text)),
        "{name} {overrides:?}: {unmet:#?}"
    );
}

#[test]
fn wrong_variants_are_caught_for_what_is_wrong_with_them() {
    fails("balance", &["variant=one-virtual-node"], "load_cv");
    fails("balance", &["variant=unsorted-ring"], "load_peak");
    fails("balance", &["variant=no-wraparound"], "unowned");
    fails("node-joins", &["variant=off-by-one"], "moved_needlessly");
    fails("node-joins", &["variant=drop"], "misses");
    fails("node-leaves", &["variant=by-position"], "moved_needlessly");
    fails("node-leaves", &["variant=jump"], "moved_needlessly");
    fails("node-dies", &["variant=one-virtual-node"], "heir_share");
    fails("there-and-back", &["variant=hoard"], "stale_reads");
    fails("cut-off-node", &["variant=trusts-gaps"], "stale_reads");
    fails("modulo-reshuffle", &["variant=modulo"], "availability");
    fails("hot-key", &["variant=reference"], "p99(all)");
    fails("hot-key", &["variant=forgets-capacity"], "invariant bounded-load");
    fails("calm", &["variant=own-seed"], "invariant one-owner");
    fails("balance", &["variant=no-wraparound"], "invariant one-owner");
    fails("node-joins", &["variant=off-by-one"], "invariant monotone");
    fails("keys-moved", &["variant=maglev"], "invariant monotone");
    fails("weighted-nodes", &["variant=ignores-weights"], "request_peak");
    fails("maglev", &["variant=maglev-misses-turn"], "table_uneven");
    fails("maglev", &["variant=maglev-misses-turn"], "invariant even-table");
    fails("bounded-loads", &["variant=forgets-capacity"], "bound_excess");
    fails("multi-probe", &["variant=one-virtual-node"], "load_peak");
}

#[test]
fn owners_that_forget_pass_where_modulo_and_trust_do_not() {
    for name in ["modulo-reshuffle", "cut-off-node"] {
        let scenario = scenario(name, &["variant=drop"]);
        let (verdict, unmet) = judged(&scenario, &run(&scenario, 1));
        assert_eq!(verdict, Verdict::Pass, "{name}: {unmet:#?}");
    }
}

#[test]
fn every_placement_keeps_a_calm_cluster_linearizable() {
    for variant in ["rendezvous", "jump", "maglev", "multi-probe", "bounded-loads", "modulo"] {
        let overrides = [
            &*format!("variant={variant}"),
            "duration=12s",
            "verdict.expect=[\"availability == 100%\", \"stale_reads == 0\"]",
        ];
        // Bounded loads spill reads, and copies that spilled are not told of writes.
        let reads = ["load.clients.mix={ get = 1 }"];
        let more = if variant == "bounded-loads" { &reads[..] } else { &[] };
        let scenario = scenario("calm", &[&overrides[..], more].concat());
        let (verdict, unmet) = judged(&scenario, &run(&scenario, 1));
        assert_eq!(verdict, Verdict::Pass, "{variant}: {unmet:#?}");
    }
}

#[test]
fn what_cannot_be_is_refused() {
    for (set, what) in [
        ("params.table_size=5000", "a prime"),
        ("params.sizes=[]", "params.sizes"),
        ("params.sizes=[1, 0]", "params.sizes"),
        ("params.probes=0", "params.probes"),
        ("nodes.store.count=2", "nodes.store.count is 2"),
        ("nodes.directory.count=2", "nodes.directory.count is 2"),
    ] {
        let why = try_run(&scenario("calm", &[set]), 1).expect_err(set);
        assert!(why.contains(what), "{set}: {why}");
    }
}
