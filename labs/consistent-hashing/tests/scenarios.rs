//! Each mutant fails for what it says it breaks, and each placement works where nothing breaks.

use netsplit_check::Verdict;
use netsplit_harness::testing::load;
use netsplit_lab_consistent_hashing::ConsistentHashing;
use netsplit_sim::Lab;

/// The verdict of a scenario under seed 1, and the texts of the expectations that were not met.
fn judged(name: &str, overrides: &[&str]) -> (Verdict, Vec<String>) {
    let (run, findings) = load(&ConsistentHashing, name, overrides).run(1).expect("a lab");
    assert!(run.crashes.is_empty(), "{:?}", run.crashes);
    let unmet = findings.expectations.into_iter().filter(|found| found.verdict != Verdict::Pass);
    (findings.verdict, unmet.map(|finding| finding.text).collect())
}

#[test]
fn mutants_break_what_they_say_they_break() {
    for variant in ConsistentHashing.spec().variants() {
        let Some(mutant) = variant.mutant else { continue };
        let name = variant.name;
        let (verdict, unmet) = judged(mutant.shown_by, &[&format!("variant={name}")]);
        assert_eq!(verdict, Verdict::Fail, "{name}");
        let breaks = unmet.iter().any(|text| text.contains(mutant.breaks));
        assert!(breaks, "{name} in {} breaks {unmet:?}", mutant.shown_by);
    }
}

#[test]
fn nodes_that_drop_entries_pass_where_modulo_and_trusts_gaps_do_not() {
    for name in ["modulo-reshuffle", "cut-off-node"] {
        assert_eq!(judged(name, &["variant=drop"]), (Verdict::Pass, vec![]), "{name}");
    }
}

#[test]
fn every_placement_keeps_a_calm_cluster_linearizable() {
    for variant in ["rendezvous", "jump", "maglev", "multi-probe", "bounded-loads", "modulo"] {
        let variant_set = format!("variant={variant}");
        let mut overrides = vec![&*variant_set, "duration=12s"];
        // Bounded loads spill reads, and writes do not reach the copies that spilled: only reads, of
        // which none can be stale.
        if variant == "bounded-loads" {
            overrides.extend([
                "verdict.expect=['availability == 100%']",
                "load.clients.mix={ get = 1 }",
            ]);
        } else {
            overrides.push("verdict.expect=['availability == 100%', 'stale_reads == 0']");
        }
        let found = judged("calm", &overrides);
        assert_eq!(found, (Verdict::Pass, vec![]), "{variant}");
    }
}

#[test]
fn parameters_out_of_range_are_refused() {
    for (set, message) in [
        ("params.table_size=5000", "a prime"),
        ("params.sizes=[]", "params.sizes"),
        ("params.sizes=[1, 0]", "params.sizes"),
        ("params.probes=0", "params.probes"),
        ("nodes.store.count=2", "nodes.store.count is 2"),
        ("nodes.directory.count=2", "nodes.directory.count is 2"),
    ] {
        let why = load(&ConsistentHashing, "calm", &[set]).run(1).expect_err(set).to_string();
        assert!(why.contains(message), "{set}: {why}");
    }
}
