//! Every step of every lab: its skeleton fails for the stated reason, right code passes it, and
//! wrong code does not.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use netsplit_lab_cache::CacheLab;
use netsplit_lab_circuit_breaker::CircuitBreakerLab;
use netsplit_lab_consistent_hashing::ConsistentHashing;
use netsplit_lab_leases::LeaseLab;
use netsplit_lab_load_balancing::LoadBalancing;
use netsplit_lab_queueing::Queueing;
use netsplit_lab_quorum_kv::QuorumKv;
use netsplit_lab_raft::RaftLab;
use netsplit_lab_rate_limiter::RateLimiter;
use netsplit_lab_retry_jitter::RetryJitter;
use netsplit_learn::Step;
use netsplit_sim::Lab;

const BEGINNER: &str = env!("CARGO_BIN_EXE_netsplit-beginner");
const GRADUATE: &str = env!("CARGO_BIN_EXE_netsplit-graduate");
const MISTAKEN: &str = env!("CARGO_BIN_EXE_netsplit-mistaken");

/// The steps whose wrong code is compared with the reference's; the others' is a shipped mutant.
const COMPARED: [&str; 10] = [
    "cache/sieve",
    "circuit-breaker/outlier-ejection",
    "consistent-hashing/ring",
    "leases/fencing-tokens",
    "load-balancing/subset",
    "quorum-kv/quorum-counting",
    "quorum-kv/versions",
    "quorum-kv/read-repair",
    "quorum-kv/hinted-handoff",
    "rate-limiter/sliding-window",
];

fn steps() -> Vec<Step> {
    let labs: [&dyn Lab; 10] = [
        &CacheLab,
        &CircuitBreakerLab,
        &ConsistentHashing,
        &LeaseLab,
        &LoadBalancing,
        &Queueing,
        &QuorumKv,
        &RaftLab,
        &RateLimiter,
        &RetryJitter,
    ];
    let steps = labs.iter().flat_map(|lab| {
        let name = lab.spec().name;
        lab.exercises().steps.iter().map(move |files| Step::read(name, files))
    });
    steps.map(|step| step.expect("step.toml is one")).collect()
}

/// Runs the command in `folder`.
fn netsplit(folder: &Path, args: &[&str]) -> Output {
    Command::new(BEGINNER).args(args).current_dir(folder).output().expect("the command starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("output is UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("output is UTF-8")
}

/// A learner's folder.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = netsplit(folder.path(), &["learn", "init", "."]);
    assert!(output.status.success(), "{}", stderr(&output));
    folder
}

/// The exercises in the labs' folders: `LAB/STEP`.
fn folders() -> BTreeSet<String> {
    let labs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../labs");
    let within = |folder: &Path| -> Vec<_> {
        let entries = fs::read_dir(folder).into_iter().flatten();
        entries.map(|entry| entry.expect("readable").file_name().into_string().unwrap()).collect()
    };
    let steps = within(&labs).into_iter().flat_map(|lab| {
        let steps = within(&labs.join(&lab).join("exercises"));
        steps.into_iter().map(move |step| format!("{lab}/{step}"))
    });
    steps.collect()
}

#[test]
fn every_exercise_is_a_step_here() {
    let here: BTreeSet<_> = steps().iter().map(Step::path).collect();
    assert_eq!(here, folders());
}

#[test]
fn an_untouched_skeleton_fails_its_step_and_says_why() {
    let folder = folder();
    for step in steps() {
        let args = ["learn", step.lab, step.name, "--binary", BEGINNER];
        let output = netsplit(folder.path(), &args);
        let text = stdout(&output);
        assert_eq!(output.status.code(), Some(1), "{}: {text}{}", step.path(), stderr(&output));
        assert!(text.contains(": 0 of "), "{}: no point for nothing: {text}", step.path());
        assert!(text.contains("not yet implemented: "), "{}: {text}", step.path());
        assert!(text.contains("skeleton.rs:"), "{}: the place: {text}", step.path());
    }
}

#[test]
fn right_code_passes_every_step() {
    let folder = folder();
    for step in steps() {
        let args = ["learn", step.lab, step.name, "--binary", GRADUATE];
        let output = netsplit(folder.path(), &args);
        let text = stdout(&output);
        assert_eq!(output.status.code(), Some(0), "{}: {text}{}", step.path(), stderr(&output));
        let all = format!("{}: {} of {} points", step.path(), step.points, step.points);
        assert!(text.starts_with(&all), "{text}");
    }
}

#[test]
fn with_a_student_s_own_values_right_code_earns_all_points_and_wrong_code_does_not() {
    let folder = folder();
    let drawn: Vec<_> =
        steps().into_iter().filter(|step| step.draws.scenarios().next().is_some()).collect();
    assert!(!drawn.is_empty());
    for step in drawn {
        for student in ["ada", "bob"] {
            let held_out = |binary| {
                let args = ["learn", step.lab, step.name, "--binary", binary];
                let args = [&args[..], &["--grade", "points.xml", "--student", student]].concat();
                let output =
                    netsplit(folder.path(), &[&args[..], &["--seed-salt", "midterm"]].concat());
                assert!(output.status.success(), "{}: {}", step.path(), stderr(&output));
                let sheet = fs::read_to_string(folder.path().join("points.xml"));
                let sheet = sheet.expect("it is written");
                sheet.rsplit("held-out seeds").next().expect("it is the last test").to_owned()
            };
            let [right, wrong] = [held_out(GRADUATE), held_out(MISTAKEN)];
            assert!(!right.contains("<failure"), "{}, {student}: {right}", step.path());
            assert!(wrong.contains("<failure"), "{}, {student}: {wrong}", step.path());
        }
    }
}

#[test]
fn wrong_code_passes_no_step() {
    let folder = folder();
    for step in steps() {
        let args = ["learn", step.lab, step.name, "--binary", MISTAKEN];
        let output = netsplit(folder.path(), &args);
        let text = stdout(&output);
        assert_eq!(output.status.code(), Some(1), "{}: {text}{}", step.path(), stderr(&output));
        assert!(!text.contains("ended with"), "{}: wrong, not broken: {text}", step.path());
        let compared = COMPARED.contains(&&*step.path());
        assert_eq!(text.contains("first difference"), compared, "{}: {text}", step.path());
    }
}
