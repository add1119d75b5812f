//! Each shipped scenario passes as it is, and fails for what it is there to show.

mod support;

use netsplit_check::Verdict;
use support::{judged, run, scenario};

/// Every scenario but those of the PBS table, which `netsplit truth` runs.
const SCENARIOS: &[&str] = &[
    "anti-entropy",
    "calm",
    "clock-skew",
    "crash-restart",
    "hinted-handoff",
    "k-staleness",
    "majority",
    "minority-partition",
    "overlap-is-not-enough",
    "read-repair",
    "siblings",
    "sloppy-quorum",
    "slow-replica-r1",
    "slow-replica-r2",
    "w1-r1-stale",
];

#[test]
fn scenarios_pass() {
    for name in SCENARIOS {
        let scenario = scenario(name, &[]);
        for seed in 1..=3 {
            let (verdict, unmet) = judged(&scenario, &run(&scenario, seed));
            assert_eq!(verdict, Verdict::Pass, "{name}, seed {seed}: {unmet:#?}");
        }
    }
}

/// With `overrides`, the scenario misses the expectation that starts with `expected`.
fn fails(name: &str, overrides: &[&str], expected: &str) {
    let scenario = scenario(name, overrides);
    for seed in 1..=2 {
        let (verdict, unmet) = judged(&scenario, &run(&scenario, seed));
        let is_expected = |text: &str| text.starts_with(expected);
        assert_eq!(verdict, Verdict::Fail, "{name} {overrides:?}, seed {seed}");
        assert!(
            unmet.iter().any(|finding| is_expected(&finding.text)),
            "{name} {overrides:?}, seed {seed}: {unmet:#?}"
        );
    }
}

#[test]
fn wrong_variants_are_caught() {
    fails("calm", &["variant=off-by-one"], "linearizable");
    fails("calm", &["variant=no-versions"], "linearizable");
    fails("minority-partition", &["variant=off-by-one"], "lost_writes");
    fails("crash-restart", &["variant=no-fsync"], "lost_writes");
    fails("crash-restart", &["variant=amnesia"], "lost_writes");
    fails("clock-skew", &["variant=last-writer-wins"], "lost_writes");
    fails("siblings", &["variant=last-writer-wins"], "siblings");
    fails("siblings", &["variant=hybrid-clock"], "siblings");
    fails("read-repair", &["variant=no-repair"], "keys_diverged");
    fails("hinted-handoff", &["variant=no-handoff"], "keys_diverged");
}

#[test]
fn scenarios_catch_what_they_say_they_catch() {
    for name in SCENARIOS {
        for variant in scenario(name, &[]).verdict.catches {
            let scenario = scenario(name, &[&format!("variant={variant}")]);
            let (verdict, _) = judged(&scenario, &run(&scenario, 4));
            assert_eq!(verdict, Verdict::Fail, "{name} does not catch {variant}");
        }
    }
}

#[test]
fn every_feature_is_missed_where_it_is_off() {
    fails("read-repair", &["params.read_repair=off"], "keys_diverged");
    fails("hinted-handoff", &["params.hinted_handoff=false"], "keys_diverged");
    fails("anti-entropy", &["params.anti_entropy=false"], "keys_diverged");
    fails("sloppy-quorum", &["variant=reference"], "availability");
    fails("overlap-is-not-enough", &["params.read_repair=blocking"], "not linearizable");
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
    let scenario = scenario("clock-skew", &["variant=hybrid-clock"]);
    let (verdict, unmet) = judged(&scenario, &run(&scenario, 1));
    assert_eq!(verdict, Verdict::Pass, "{unmet:#?}");
}
