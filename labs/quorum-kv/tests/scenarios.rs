//! Scenarios fail for what they are there to show.

use netsplit_check::Verdict;
use netsplit_harness::testing::load;
use netsplit_lab_quorum_kv::QuorumKv;
use netsplit_sim::Lab;

/// Checks that with `overrides`, the scenario misses an expectation about `broken`.
fn fails(name: &str, overrides: &[&str], broken: &str) {
    let experiment = load(&QuorumKv, name, overrides);
    for seed in 1..=2 {
        let (_, findings) = experiment.run(seed).expect("it can be built");
        let is_broken = |finding: &netsplit_check::Finding| {
            finding.verdict == Verdict::Fail && finding.text.contains(broken)
        };
        assert!(
            findings.expectations.iter().any(is_broken),
            "{name} {overrides:?}, seed {seed}: {findings:#?}"
        );
    }
}

#[test]
fn hints_are_merged_delivered_or_left() {
    for name in ["sloppy-quorum", "hinted-handoff", "hints-overtaken"] {
        let experiment = load(&QuorumKv, name, &[]);
        let (run, _) = experiment.run(1).expect("it can be built");
        let count =
            |metric| experiment.measure(&run, metric).expect("it is measured").value.number();
        let accounted = count("hints_merged") + count("hints_delivered") + count("hints_left");
        assert_eq!(count("hints_stored"), accounted, "{name}");
        assert!(count("hints_stored") > 0.0, "{name}");
    }
}

#[test]
fn mutants_break_what_they_say() {
    for variant in QuorumKv.spec().variants() {
        let Some(mutant) = variant.mutant else { continue };
        fails(mutant.shown_by, &[&format!("variant={}", variant.name)], mutant.breaks);
    }
}

#[test]
fn mutants_break_more_than_that() {
    fails("minority-partition", &["variant=off-by-one"], "lost_writes");
    fails("siblings", &["variant=last-writer-wins"], "siblings");
}

#[test]
fn parameters_switch_off_what_the_seats_do() {
    fails("read-repair", &["params.read_repair=off"], "keys_diverged");
    fails("hinted-handoff", &["params.hinted_handoff=false"], "keys_diverged");
}

#[test]
fn quorum_sizes_decide_who_waits_and_who_is_stale() {
    fails("slow-replica-r1", &["params.r=3"], "p99(get)");
    fails("slow-replica-r1", &["params.fanout=quorum"], "p99(get)");
    fails("slow-replica-r2", &["params.w=3"], "p99(put)");
    fails("w1-r1-stale", &["params.r=2", "params.w=2"], "stale_rate");
    fails("minority-partition", &["params.r=2", "params.w=2"], "stale_reads");
    fails("k-staleness", &["params.r=2"], "behind_1");
    fails("majority", &["params.r=3"], "availability");
}

#[test]
fn a_hybrid_clock_that_asks_first_survives_skew() {
    let experiment = load(&QuorumKv, "clock-skew", &["variant=hybrid-clock"]);
    let (_, findings) = experiment.run(1).expect("it can be built");
    assert_eq!(findings.verdict, Verdict::Pass, "{findings:#?}");
}
