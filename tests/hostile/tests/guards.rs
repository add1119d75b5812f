//! The real command with a lab that takes its process down: nothing is lost but that run, nothing
//! is green, and what a lab prints is not in the results.

use std::process::{Command, Output};

/// Runs the command in an empty folder.
fn hostile(line: &str) -> Output {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(env!("CARGO_BIN_EXE_netsplit-hostile"))
        .args(line.split_whitespace())
        .current_dir(folder.path())
        .output();
    output.expect("the command starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("output is UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("output is UTF-8")
}

fn json(output: &Output) -> serde_json::Value {
    let text = stdout(output);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Ways to take the process down, and how it ends.
const DEADLY: [(&str, &str); 5] = [
    ("abort", "signal 6 (SIGABRT)"),
    ("exit", "exit status 0"),
    ("overflow", "signal 6 (SIGABRT)"),
    ("drop-panic", "signal 6 (SIGABRT)"),
    ("allocation", "signal 6 (SIGABRT)"),
];

#[test]
fn a_run_that_dies_is_no_success_and_says_which_it_was() {
    for (variant, end) in DEADLY {
        let output = hostile(&format!("run hostile/calm --seed 7 --variant {variant} --json"));
        assert_eq!(output.status.code(), Some(3), "{variant}");
        assert_eq!(stdout(&output), "", "{variant}");
        let said = format!(
            "error: hostile/calm variant={variant} seed 7: lost: its process ended with {end}, in \
             code of n2 at 0.500000000s\n"
        );
        assert!(stderr(&output).contains(&said), "{variant}: {}", stderr(&output));
    }
}

#[test]
fn every_command_that_runs_lab_code_is_guarded() {
    for line in
        ["trace hostile/calm --variant exit", "compare hostile/calm --vary variant=reference,exit"]
    {
        assert_eq!(hostile(line).status.code(), Some(3), "{line}");
    }
}

#[test]
fn a_sweep_goes_on_after_a_lost_run_and_names_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (variant, end) in DEADLY {
        let calm = include_str!("../scenarios/calm.toml").replace(
            "expect =",
            &format!("min_pass_rate = 0.1\ncatches = [\"{variant}\"]\nexpect ="),
        );
        let file = folder.path().join(format!("{variant}.toml"));
        std::fs::write(&file, calm).expect("writable");
        let line = format!("verify {} --seeds 3 --jobs 2 --json", file.display());
        let output = hostile(&line);
        assert_ne!(output.status.code(), Some(0), "{variant}");
        let summary = json(&output);
        let scenario = &summary["scenarios"][0];
        assert_eq!(summary["run"], summary["planned"], "{variant}: it goes on");
        assert_eq!(scenario["rate"]["passed"], 3, "{variant}: the others are done");
        assert_ne!(scenario["verdict"], "pass", "{variant}");
        let criteria = scenario["claims"].as_array().expect("claims");
        let lost = criteria.iter().find(|criterion| criterion["kind"] == "lost");
        let lost = lost.expect("a criterion of lost runs");
        let why = format!("{variant} seed 1: its process ended with {end}");
        assert_eq!(lost["why"], why.as_str());
    }
}

#[test]
fn what_a_lab_prints_is_not_in_the_results() {
    for line in
        ["run hostile/calm --json --variant print", "verify --seeds 2 --variant print --json"]
    {
        let output = hostile(line);
        assert_eq!(output.status.code(), Some(0), "{line}");
        assert!(json(&output)["schema"].is_string());
        assert!(stderr(&output).contains("a lab\": \"prints"), "{line}");
    }
}

#[test]
fn nobody_else_starts_a_worker() {
    let output = hostile("worker-process");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("only netsplit itself"), "{}", stderr(&output));
}

#[test]
fn floods_are_verdicts_that_name_node_time_and_budget() {
    for (variant, said) in [
        ("flood", "200,000 messages in flight, the last one sent by n2"),
        ("spawn", "300,000 tasks, all on n2"),
        ("record", "for what nodes record, the last of it by n2"),
        ("count", "for what nodes record, the last of it by n2"),
        ("write", "for disks, the last of it by n2"),
    ] {
        let small = [
            "--set limits.memory=200MB",
            "--set limits.messages=200000",
            "--set limits.tasks_per_host=300000",
        ];
        let small = small.join(" ");
        let output = hostile(&format!("run hostile/calm --variant {variant} {small} --json"));
        assert_eq!(output.status.code(), Some(1), "{variant}: {}", stderr(&output));
        let report = json(&output);
        let reason = report["reasons"][0].as_str().expect("a reason");
        assert!(reason.starts_with("the run was ended at 0.500000000s: more than "), "{reason}");
        assert!(reason.contains(said), "{reason}");
    }
    let sleeps = hostile("run hostile/calm --variant sleep --set limits.events=1000000 --json");
    assert_eq!(sleeps.status.code(), Some(3));
    assert!(stdout(&sleeps).contains("1,000,000 events, most steps were of n2"));
}
