//! Determinism: every shipped scenario, run in two processes, writes the same bytes, passes, and
//! has the fingerprint that `tests/fingerprints.txt` records for seed 1. A changed line of that
//! file is a changed run: the commit that changes it says why. One of the two is recorded for a page,
//! the other is not, so recording changes nothing either.

mod support;

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;
use support::{chosen_scenarios, netsplit, root, scenarios, stdout, with_each};

/// Runs a scenario in a process and a folder of its own, with options; returns its artefacts.
fn artefacts(scenario: &str, options: &[&str]) -> (Option<i32>, String, Vec<Vec<u8>>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    let args = ["run", scenario, "--out", out.to_str().expect("a plain path"), "--json"];
    let output = netsplit(folder.path(), &[&args, options].concat());
    let files = ["report.json", "history.jsonl", "timeline.svg"];
    let files = files.map(|file| fs::read(out.join(file)).expect("every run writes it"));
    (output.status.code(), stdout(&output), files.into())
}

#[test]
fn every_scenario_passes_and_leaves_the_same_bytes_twice() {
    let chosen = chosen_scenarios();
    assert!(!chosen.is_empty());
    let fingerprint = |scenario: String| {
        let (code, report, files) = artefacts(&scenario, &[]);
        assert_eq!(code, Some(0), "{scenario}: {report}");
        assert_eq!(files[0], report.as_bytes(), "{scenario}: --json prints the report");
        let again = artefacts(&scenario, &["--no-page"]).2;
        assert!(again == files, "{scenario}: two runs differ");
        let report: Value = serde_json::from_str(&report).expect("a report");
        let fingerprint = report["fingerprint"].as_str().expect("text").to_owned();
        (scenario, fingerprint)
    };
    let fingerprints = with_each(chosen.clone(), fingerprint).into_iter().collect();
    compare_with_recorded(&chosen, &fingerprints);
}

fn compare_with_recorded(chosen: &[String], fingerprints: &BTreeMap<String, String>) {
    let file = root().join("tests/fingerprints.txt");
    let recorded = fs::read_to_string(&file).expect("the fingerprints are recorded");
    let all = scenarios();
    let kept = recorded.lines().filter_map(|line| line.split_once(' '));
    let kept = kept.filter(|(_, name)| {
        all.iter().any(|one| one == name) && !chosen.iter().any(|one| one == name)
    });
    let mut now: BTreeMap<&str, &str> = kept.map(|(mark, name)| (name, mark)).collect();
    now.extend(fingerprints.iter().map(|(name, mark)| (name.as_str(), mark.as_str())));
    let now: String = now.iter().map(|(name, mark)| format!("{mark} {name}\n")).collect();
    if std::env::var_os("NETSPLIT_BLESS").is_some() {
        fs::write(&file, &now).expect("the file can be written");
    }
    let recorded = fs::read_to_string(&file).expect("the fingerprints are recorded");
    let changed: Vec<_> = now.lines().filter(|line| !recorded.contains(line)).collect();
    assert!(changed.is_empty(), "these runs are no longer what they were: {changed:#?}");
    assert_eq!(now, recorded, "tests/fingerprints.txt names scenarios that do not exist");
}

#[test]
fn another_seed_is_another_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let report = |seed| {
        let output = netsplit(folder.path(), &["run", "queueing/calm", "--seed", seed, "--json"]);
        serde_json::from_str::<Value>(&stdout(&output)).expect("a report")
    };
    assert_ne!(report("1")["fingerprint"], report("2")["fingerprint"]);
}
