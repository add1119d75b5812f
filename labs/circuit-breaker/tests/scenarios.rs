//! Each shipped scenario passes as it is, and fails for what it is there to show.

mod support;

use netsplit_check::Verdict;
use support::{judge, names, scenario};

#[test]
fn every_scenario_passes() {
    for name in names() {
        for seed in 1..=2 {
            let findings = judge(&name, &[], seed);
            assert_eq!(findings.verdict, Verdict::Pass, "{name}, seed {seed}: {findings:#?}");
        }
    }
}

#[test]
fn scenarios_catch_what_they_say_they_catch() {
    let mut caught = std::collections::BTreeSet::new();
    for name in names() {
        for variant in scenario(&name, &[]).verdict.catches {
            let findings = judge(&name, &[&format!("variant={variant}")], 3);
            assert_eq!(findings.verdict, Verdict::Fail, "{name} does not catch {variant}");
            caught.insert(variant);
        }
    }
    assert_eq!(caught.len(), 12, "every wrong variant is caught: {caught:?}");
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
fn variants_fail_for_what_they_do() {
    fails("dependency-down", &["variant=no-breaker"], "availability(reviews)");
    fails("slow-dependency", &["variant=slow-is-fine"], "availability(reviews)");
    fails("one-bad-shard", &["variant=one-breaker-for-all"], "availability");
    fails("recovery", &["variant=lost-permit"], "recovery");
    fails("breaker-and-retry", &["variant=outside-retry"], "calls_to_open");
}
