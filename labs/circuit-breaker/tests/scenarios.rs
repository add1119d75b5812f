//! Each shipped scenario passes as it is, and fails for what it is there to show.

mod support;

use netsplit_check::Verdict;
use netsplit_lab_circuit_breaker::Breaking;
use netsplit_sim::Lab;
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

/// The rows of the lesson's table: what is switched off where, and what is missed then.
#[test]
fn every_feature_is_missed_where_it_is_off() {
    let section = Breaking.lesson().split("\n## Switch it off\n").nth(1);
    let section = section.and_then(|rest| rest.split("\n## ").next());
    let rows = section.into_iter().flat_map(str::lines);
    let mut switched = 0;
    for row in rows.filter(|row| row.matches("| `").count() == 3) {
        let cells: Vec<_> = row.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let [_, _, knob, name, expectation, _] = cells[..] else {
            panic!("not four cells: {row}");
        };
        fails(name, &[knob], expectation);
        switched += 1;
    }
    assert_eq!(switched, 18, "rows of the table");
}

#[test]
fn variants_fail_for_what_they_do() {
    fails("dependency-down", &["variant=no-breaker"], "availability(reviews)");
    fails("slow-dependency", &["variant=slow-is-fine"], "availability(reviews)");
    fails("one-bad-shard", &["variant=one-breaker-for-all"], "availability");
    fails("recovery", &["variant=lost-permit"], "recovery");
    fails("breaker-and-retry", &["variant=outside-retry"], "calls_to_open");
}
