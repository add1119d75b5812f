//! Predictions: a scenario asks before its run, and shows the answers after it.

mod support;

use std::fs;
use std::io::Write;
use std::process::{Output, Stdio};

use support::{command, netsplit, root, stderr, stdout};

/// Runs a scenario that asks questions, with these lines as answers.
fn predicted(answers: &str) -> Output {
    predicted_in("queueing/hedged", answers)
}

fn predicted_in(scenario: &str, answers: &str) -> Output {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let args = ["run", scenario, "--predict", "--no-files"];
    let mut command = command(folder.path(), &args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    let mut input = child.stdin.take().expect("it is piped");
    input.write_all(answers.as_bytes()).expect("it reads");
    drop(input);
    child.wait_with_output().expect("it ends")
}

#[test]
fn questions_are_asked_before_the_run_and_answered_after_it() {
    let output = predicted("400ms\n2%\n");
    let text = stdout(&output);
    assert!(output.status.success(), "{text}{}", stderr(&output));
    let (before, report) = text.split_once("variant reference").expect("a report");
    assert!(before.contains("With it?") && !before.contains("27.7ms"), "{before}");
    for line in ["  you       400ms", "  measured  27.7ms (p99)", "  you       2%"] {
        assert!(report.contains(line), "{line}: {report}");
    }
}

#[test]
fn a_question_about_a_property_is_answered_in_words() {
    let output = predicted_in("raft/leader-isolated", "no\n\n\n");
    let text = stdout(&output);
    assert!(text.contains("  measured  it holds (linearizable)"), "{text}{}", stderr(&output));
}

#[test]
fn without_answers_the_run_goes_on() {
    for (answers, said) in [("", ["-", "-"]), ("\n2%\n", ["-", "2%"])] {
        let text = stdout(&predicted(answers));
        let rows = text.lines().filter_map(|line| line.strip_prefix("    you       "));
        assert_eq!(rows.collect::<Vec<_>>(), said, "{text}");
    }
}

#[test]
fn a_scenario_without_questions_says_so() {
    let output = netsplit(&root(), &["run", "queueing/calm", "--predict", "--no-files"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("[[predict]]"), "{}", stderr(&output));
}

#[test]
fn the_lessons_commands_ask() {
    let labs = fs::read_dir(root().join("labs")).expect("labs");
    let lessons = labs.map(|lab| lab.expect("readable").path().join("README.md"));
    let lessons = lessons.filter_map(|lesson| fs::read_to_string(lesson).ok());
    let text: String = lessons.collect();
    let commands = text.lines().filter_map(|line| line.strip_suffix(" --predict"));
    let commands: Vec<_> = commands.filter_map(|line| line.strip_prefix("netsplit run ")).collect();
    assert!(commands.len() > 30, "{commands:?}");
    for command in commands {
        let name = command.split(' ').next().expect("a word");
        let file = root().join("scenarios").join(name).with_extension("toml");
        let scenario = fs::read_to_string(file).expect("a shipped scenario");
        assert!(scenario.contains("\n[[predict]]\n"), "{command}");
        let linted = command.replace("--variant ", "--set variant=").replace('\'', "");
        let linted = linted.replace(" --seed 3", "");
        let args: Vec<_> = ["lint"].into_iter().chain(linted.split(' ')).collect();
        let output = netsplit(&root(), &args);
        assert!(output.status.success(), "{command}: {}", stdout(&output));
    }
}
