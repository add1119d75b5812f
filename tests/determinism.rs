//! One seed, one byte sequence: every shipped scenario, run in two processes, leaves the same
//! bytes, and passes.

mod support;

use std::fs;
use std::sync::Mutex;
use std::thread;

use support::{netsplit, scenarios, stdout};

/// Runs a scenario in a process and a folder of its own; returns its artefacts.
fn artefacts(scenario: &str) -> (Option<i32>, String, Vec<Vec<u8>>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    let args = ["run", scenario, "--out", out.to_str().expect("a plain path"), "--json"];
    let output = netsplit(folder.path(), &args);
    let files = ["report.json", "history.jsonl", "timeline.svg"];
    let files = files.map(|file| fs::read(out.join(file)).expect("every run writes it"));
    (output.status.code(), stdout(&output), files.into())
}

#[test]
fn every_scenario_passes_and_leaves_the_same_bytes_twice() {
    let left = Mutex::new(scenarios());
    assert!(left.lock().unwrap().len() >= 13);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(scenario) = { left.lock().unwrap().pop() } {
                    let (code, report, files) = artefacts(&scenario);
                    assert_eq!(code, Some(0), "{scenario}: {report}");
                    assert_eq!(files[0], report.as_bytes(), "{scenario}: --json prints the report");
                    assert!(artefacts(&scenario).2 == files, "{scenario}: two runs differ");
                }
            });
        }
    });
}

#[test]
fn another_seed_is_another_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let report = |seed| {
        let output = netsplit(folder.path(), &["run", "queueing/calm", "--seed", seed, "--json"]);
        serde_json::from_str::<serde_json::Value>(&stdout(&output)).expect("a report")
    };
    assert_ne!(report("1")["fingerprint"], report("2")["fingerprint"]);
}
