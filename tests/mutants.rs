//! `netsplit mutants`: a scenario is graded by the mutants of its lab that it kills.

mod support;

use std::fs;

use serde_json::Value;
use support::sweeps::run;
use support::{root, stderr, stdout};
use tempfile::TempDir;

/// The shipped scenario `rate-limiter/steady`, changed, in a file.
fn steady(change: impl Fn(String) -> String) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shipped = root().join("scenarios/rate-limiter/steady.toml");
    let text = change(fs::read_to_string(shipped).expect("it is shipped"));
    fs::write(folder.path().join("my.toml"), text).expect("writable");
    folder
}

/// Its expectations replaced by one.
fn expecting(sentence: &str) -> TempDir {
    steady(|text| {
        let (rest, _) = text.split_once("[verdict]").expect("it has a verdict");
        format!("{rest}[verdict]\nexpect = [{sentence:?}]\n")
    })
}

fn graded(folder: &TempDir) -> (Option<i32>, Value) {
    let output = run(folder.path(), "mutants my.toml --seeds 2 --json");
    let text = stdout(&output);
    let report = serde_json::from_str(&text);
    (output.status.code(), report.unwrap_or_else(|_| panic!("{text}{}", stderr(&output))))
}

fn mutant<'a>(report: &'a Value, name: &str) -> &'a Value {
    let mutants = report["mutants"].as_array().expect("an array");
    mutants.iter().find(|mutant| mutant["name"] == name).expect("a mutant of the lab")
}

#[test]
fn kills_and_survivors_are_told_apart() {
    let (code, report) = graded(&steady(|text| text));
    assert_eq!(code, Some(0), "{report}");
    let killed = report["mutants"].as_array().expect("an array").iter();
    let killed = killed.filter(|mutant| !mutant["kill"].is_null()).count();
    assert_eq!(report["killed"], killed, "{report}");
    assert_eq!(mutant(&report, "off-by-one")["kill"]["seed"], 1, "{report}");
    let survivor = mutant(&report, "forgets-skew");
    assert!(survivor["kill"].is_null(), "{report}");
    let why = survivor["survives"].as_str().expect("a reason");
    assert!(why.contains("event for event"), "{why}");
}

#[test]
fn a_scenario_that_notices_nothing_kills_nothing() {
    let (code, report) = graded(&expecting("availability >= 0%"));
    assert_eq!((code, &report["killed"]), (Some(1), &Value::from(0)), "{report}");
    let why = mutant(&report, "off-by-one")["survives"].as_str().expect("a reason");
    assert!(why.contains("no expectation notices"), "{why}");
}

#[test]
fn what_right_code_does_not_pass_earns_nothing() {
    let (code, report) = graded(&expecting("admitted == 1"));
    assert_eq!((code, &report["killed"]), (Some(1), &Value::from(0)), "{report}");
    assert_eq!(report["own"]["not_passed"]["seed"], 1, "{report}");
    let command = report["own"]["not_passed"]["command"].as_str().expect("a command");
    assert_eq!(command, "netsplit run my.toml --seed 1");
}

#[test]
fn a_mutant_is_no_reference() {
    let folder = steady(|text| format!("variant = \"off-by-one\"\n{text}"));
    let output = run(folder.path(), "mutants my.toml");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("its own variant is the mutant off-by-one"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_mutant_that_does_not_fit_is_a_survivor() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = run(folder.path(), "mutants rate-limiter/gcra --seeds 1 --json");
    let report: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(output.status.code(), Some(0), "{report}");
    let why = mutant(&report, "carries-over")["survives"].as_str().expect("a reason");
    assert!(why.contains("cannot be added") && why.contains("coordination=synced"), "{why}");
}
