//! Whatever a learner's code does is an answer, and never a pass: each mistake leads to its place.

use std::process::Command;

const BEGINNER: &str = env!("CARGO_BIN_EXE_netsplit-beginner");
const CLUMSY: &str = env!("CARGO_BIN_EXE_netsplit-clumsy");

/// Grades the token bucket of a learner who makes `mistake`; returns what is printed.
fn graded(mistake: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let learn = |args: &[&str]| {
        let mut command = Command::new(BEGINNER);
        command.arg("learn").args(args).current_dir(folder.path()).env("MISTAKE", mistake);
        command.output().expect("the command starts")
    };
    assert!(learn(&["init", "."]).status.success());
    let output = learn(&["rate-limiter", "token-bucket", "--binary", CLUMSY]);
    let text = String::from_utf8(output.stdout).expect("output is UTF-8");
    assert_eq!(output.status.code(), Some(1), "{mistake}: {text}");
    text
}

#[test]
fn each_mistake_leads_to_its_place() {
    for (mistake, said) in [
        ("loop", "code of the lab has not returned for 10 s of processor time"),
        ("deadlock", "waits for a lock, a thread or input that never comes"),
        ("exit", "its process ended with exit status 0"),
        ("abort", "its process ended with signal 6 (SIGABRT)"),
        ("panic", "ten requests are enough"),
        ("wrong-clock", "first difference  at 0."),
        ("no-cap", "first difference  at 0."),
        ("follows-back", "rate-limiter/clock-set-back, seed 1"),
    ] {
        let text = graded(mistake);
        assert!(text.contains(said), "{mistake}: {text}");
        assert!(text.contains("cargo rate-limiter run rate-limiter/"), "{mistake}: {text}");
    }
}

#[test]
fn a_run_that_depends_on_more_than_its_seed_is_found() {
    let text = graded("hash");
    assert!(text.contains("two runs of seed 1 differ"), "{text}");
    assert!(text.contains("--determinism"), "the command that shows the first event: {text}");
}
