//! Every feature of a lab has a scenario that fails when it is off: each row of a lesson's table
//! "Switched off" names the feature, the setting, the scenario and the expectation that then fails.

mod support;

use std::fs;

use serde_json::Value;
use support::{netsplit, root, scenarios, stderr, stdout, with_each};

/// The labs without such a table: queueing has no features that can be switched off.
const WITHOUT: &[&str] = &["queueing"];

/// The cells of a table's rows, without its head.
fn rows(section: &str) -> Vec<Vec<&str>> {
    let lines = section.lines().filter(|line| line.starts_with('|')).skip(2);
    lines
        .map(|line| line.split(" | ").map(|cell| cell.trim_matches(['|', ' ', '`'])).collect())
        .collect()
}

/// Whether the scenario, with this setting, fails the expectation that starts with `expected`.
fn misses(scenario: &str, set: &str, expected: &str) -> bool {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = netsplit(folder.path(), &["run", scenario, "--set", set, "--json", "--no-files"]);
    let report: Value = serde_json::from_str(&stdout(&output))
        .unwrap_or_else(|_| panic!("{scenario} --set {set}: {}", stderr(&output)));
    let expectations = report["expectations"].as_array().expect("a list");
    expectations.iter().any(|expectation| {
        let text = expectation["text"].as_str().expect("text");
        text.starts_with(expected) && expectation["verdict"] == "fail"
    })
}

#[test]
fn every_feature_is_missed_where_it_is_off() {
    let names = scenarios();
    let mut labs: Vec<_> = names.iter().filter_map(|name| Some(name.split_once('/')?.0)).collect();
    labs.dedup();
    let mut features = Vec::new();
    for lab in labs.into_iter().filter(|lab| !WITHOUT.contains(lab)) {
        let file = root().join("labs").join(lab).join("README.md");
        let lesson = fs::read_to_string(file).expect("every lab has a lesson");
        let section = lesson.split("\n## Switched off\n").nth(1);
        let section = section.unwrap_or_else(|| panic!("{lab} has no section \"Switched off\""));
        let rows = rows(section.split("\n## ").next().expect("there is a first part"));
        assert!(!rows.is_empty(), "{lab}: an empty table");
        for row in rows {
            let [feature, off, name, expected] = row[..] else { panic!("not four cells: {row:?}") };
            let row = [feature, off, &format!("{lab}/{name}"), expected];
            features.push(row.map(ToOwned::to_owned));
        }
    }
    assert!(features.len() >= 94, "only {} features", features.len());
    with_each(features, |[feature, off, scenario, expected]| {
        let missed = misses(&scenario, &off, &expected);
        assert!(missed, "{feature}: {scenario} --set {off} still meets `{expected}`");
    });
}
