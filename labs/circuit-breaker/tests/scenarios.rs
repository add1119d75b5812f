//! Each shipped scenario passes as it is, and fails for what it is there to show.

mod support;

use netsplit_check::Verdict;
use support::{judge, names, scenario};

#[test]
fn every_scenario_passes() {
    for name in names() {
        for seed in 1..=2 {
            let findings = judge(&name, &[], seed);
            assert_eq!(
                findings.verdict,
                Verdict::Pass,
                "{name}, seed {seed}: {findings:#?}"
            );
        }
    }
}

#[test]
fn scenarios_catch_what_they_say_they_catch() {
    let mut caught = std::collections::BTreeSet::new();
    for name in names() {
        for variant in scenario(&name, &[]).verdict.catches {
            let findings = judge(&name, &[&format!("variant={variant}")], 3);
            assert_eq!(
                findings.verdict,
                Verdict::Fail,
                "{name} does not catch {variant}"
            );
            caught.insert(variant);
        }
    }
    assert_eq!(caught.len(), 8, "every wrong variant is caught: {caught:?}");
}

/// With `set`, the scenario misses the expectation that starts with `expected`.
fn fails(name: &str, set: &[&str], expected: &str) {
    for seed in 1..=2 {
        let findings = judge(name, set, seed);
        let missed = findings
            .expectations
            .iter()
            .any(|finding| finding.verdict == Verdict::Fail && finding.text.starts_with(expected));
        assert!(missed, "{name} {set:?}, seed {seed}: {findings:#?}");
    }
}

#[test]
fn every_feature_is_missed_where_it_is_off() {
    fails(
        "bulkhead",
        &["params.bulkhead=unlimited"],
        "availability(stock)",
    );
    fails(
        "outlier-ejection",
        &["params.ejection=false"],
        "availability >= 88%",
    );
    fails(
        "outlier-ejection",
        &["params.eject_at_most=20%"],
        "ejected_at_once_max",
    );
    fails("fallback", &["params.fallback=none"], "availability");
    fails(
        "consecutive",
        &["params.consecutive=unlimited"],
        "failed_calls",
    );
    fails("blip", &["params.window=100"], "openings");
    fails("blip", &["params.min_calls=1"], "openings");
    fails(
        "slow-dependency",
        &["params.slow_rate=100%", "params.slow_after=60s"],
        "availability(reviews)",
    );
    fails(
        "probes-together",
        &["params.open_jitter=0%"],
        "probes_at_once_max",
    );
    fails(
        "probes-together",
        &["params.open_jitter=0%"],
        "availability",
    );
    fails("calm", &["params.attempts=1"], "availability");
}

#[test]
fn variants_fail_for_what_they_do() {
    fails(
        "dependency-down",
        &["variant=no-breaker"],
        "availability(reviews)",
    );
    fails(
        "slow-dependency",
        &["variant=slow-is-fine"],
        "availability(reviews)",
    );
    fails(
        "one-bad-shard",
        &["variant=one-breaker-for-all"],
        "availability",
    );
    fails("recovery", &["variant=lost-permit"], "recovery");
    fails(
        "breaker-and-retry",
        &["variant=outside-retry"],
        "calls_to_open",
    );
}
