//! Ctrl-C and the termination signal: exit codes as shells give them, and nothing that is finished
//! is lost.

mod support;

use std::process::{Command, Output, Stdio};

use support::{command, stderr, stdout, sweeps::folder};

/// The output of a command that got a signal about a second after it could handle one.
fn signalled(line: &str, signal: &str) -> Output {
    let folder = folder("");
    let args: Vec<_> = line.split(' ').collect();
    let child = command(folder.path(), &args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let script = format!(
        "until grep -q '^SigCgt:.*[2367abef]$' /proc/{0}/status; do sleep 0.1; done
         sleep 1; kill -{signal} {0}",
        child.id()
    );
    let sent = Command::new("sh").args(["-c", &script]).status();
    assert!(sent.expect("a shell").success(), "{line}");
    child.wait_with_output().expect("its output")
}

#[test]
fn an_interrupted_sweep_tells_what_is_done() {
    let line = "verify short.toml --seeds 1000000 --jobs 1 --set duration=60s";
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let output = signalled(line, signal);
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        let text = stdout(&output);
        assert!(text.contains("Cut short (interrupted)"), "{text}");
        assert!(text.contains("INCONCLUSIVE") || text.contains("FAIL"), "{text}");
        assert!(output.stderr.is_empty(), "{}", stderr(&output));
    }
}

#[test]
fn an_interrupted_comparison_shows_the_runs_that_are_done() {
    let rates: Vec<_> = (1..=1000).map(|rate| format!("{rate}/s")).collect();
    let vary = format!("load.clients.rate={}", rates.join(","));
    let line = format!("compare short.toml --set duration=60s --no-files --vary {vary}");
    let output = signalled(&line, "INT");
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(130), "{told}");
    let left = told.split_once("(interrupted): ").and_then(|(_, rest)| rest.split_once(" of "));
    let left: usize = left.expect("it says how many").0.parse().expect("a number");
    assert_eq!(stdout(&output).is_empty(), left == rates.len(), "{told}{}", stdout(&output));
}

#[test]
fn an_interrupted_truth_table_has_the_checks_that_are_done() {
    let output = signalled("truth --jobs 1", "TERM");
    assert_eq!(output.status.code(), Some(143), "{}", stderr(&output));
    assert!(stderr(&output).contains("checks were not measured"), "{}", stderr(&output));
    assert!(stdout(&output).contains("checks hold"), "{}", stdout(&output));
}

#[test]
fn interrupted_grading_by_mutants_says_how_much_was_not_done() {
    let output = signalled("mutants short.toml --seeds 100000 --jobs 1", "INT");
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert!(
        told.contains("cut short (interrupted): ") && told.contains(" were not done"),
        "{told}"
    );
}

#[test]
fn a_single_run_ends_at_once_and_is_not_lost() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let output = signalled("run short.toml --set duration=10h", signal);
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert_eq!((stdout(&output), stderr(&output)), (String::new(), String::new()));
    }
}
