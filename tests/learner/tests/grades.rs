//! Points in a file: right code earns them all, whatever other code does leaves a file that is
//! valid and has no more than was earned.

use std::fs;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const BEGINNER: &str = env!("CARGO_BIN_EXE_netsplit-beginner");
const CLUMSY: &str = env!("CARGO_BIN_EXE_netsplit-clumsy");
const GRADUATE: &str = env!("CARGO_BIN_EXE_netsplit-graduate");
const SALT: &str = "midterm-of-2026";

/// A learner's folder.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(BEGINNER);
    let output = command.args(["learn", "init", "."]).current_dir(folder.path()).output();
    assert!(output.expect("the command starts").status.success());
    folder
}

/// The command in `folder`.
fn netsplit(folder: &TempDir, args: &[&str]) -> Command {
    let mut command = Command::new(BEGINNER);
    command.args(args).current_dir(folder.path()).env_remove("NETSPLIT_SEED_SALT");
    command
}

/// Runs a command that grades into `results.json`, in Gradescope's format, and reads that.
fn graded(folder: &TempDir, command: &mut Command) -> Value {
    let output = command.output().expect("the command starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "a grade is no failure: {said}");
    let text = fs::read_to_string(folder.path().join("results.json")).expect("it is written");
    assert!(!text.contains(SALT), "the salt is secret: {text}");
    serde_json::from_str(&text).expect("JSON")
}

/// Grades the token bucket of a program.
fn bucket(folder: &TempDir, program: &str) -> Command {
    let args = ["learn", "rate-limiter", "token-bucket", "--grade", "results.json"];
    let mut command = netsplit(folder, &args);
    command.args(["--format", "gradescope", "--binary", program]);
    command
}

fn points(results: &Value, key: &str) -> u64 {
    let tests = results["tests"].as_array().expect("an array of tests");
    tests.iter().map(|test| test[key].as_u64().expect("whole points")).sum()
}

#[test]
fn right_code_earns_all_points_under_known_and_held_out_seeds() {
    let folder = folder();
    let known = graded(&folder, &mut bucket(&folder, GRADUATE));
    let all = known["score"].as_u64().expect("whole points");
    assert_eq!((points(&known, "score"), points(&known, "max_score")), (all, all));
    let salted = graded(&folder, bucket(&folder, GRADUATE).env("NETSPLIT_SEED_SALT", SALT));
    assert_eq!(salted["score"].as_u64(), Some(all), "{salted}");
    assert_eq!((points(&salted, "score"), points(&salted, "max_score")), (all, all));
    let tests = salted["tests"].as_array().expect("an array of tests");
    assert_eq!(tests.last().expect("tests")["name"], "held-out seeds");
    assert!(tests.iter().all(|test| test["visibility"] == "visible"), "the total stays visible");
}

#[test]
fn a_student_has_values_of_their_own_and_right_code_earns_all_points_with_any() {
    let folder = folder();
    let salted = |program: &str, student: &str, mistake: &str| {
        let mut command = bucket(&folder, program);
        command.args(["--student", student]).env("MISTAKE", mistake);
        graded(&folder, command.env("NETSPLIT_SEED_SALT", SALT))
    };
    for student in ["ada", "bob"] {
        let results = salted(GRADUATE, student, "");
        let all = results["score"].as_u64().expect("whole points");
        assert_eq!(points(&results, "max_score"), all, "{student}: {results}");
    }
    let [one, other] = ["ada", "bob"].map(|student| salted(CLUMSY, student, "fitted"));
    assert_eq!(one, salted(CLUMSY, "ada", "fitted"), "the same values each time");
    assert_ne!(one, other, "each has their own");
    for results in [one, other] {
        let tests = results["tests"].as_array().expect("an array of tests");
        let (held_out, known) = tests.split_last().expect("tests");
        assert!(known.iter().all(|test| test["score"] == test["max_score"]), "{results}");
        assert!(held_out["score"].as_u64() < held_out["max_score"].as_u64(), "{results}");
        let output = held_out["output"].as_str().expect("text");
        assert!(output.contains(" --set params.burst=") && output.contains(" --set params.limit="));
        // The command that it shows judges at home by the same bounds.
        let shown = output.lines().find_map(|line| Some(line.split_once("cargo rate-limiter ")?.1));
        let shown = shown.unwrap_or_else(|| panic!("no command: {output}"));
        for (program, code) in [(GRADUATE, 0), (CLUMSY, 1)] {
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("{program} {shown} --no-files")]);
            let output = shell.current_dir(folder.path()).env("MISTAKE", "fitted").output();
            let output = output.expect("the shell starts");
            let said = String::from_utf8_lossy(&output.stdout);
            assert_eq!(output.status.code(), Some(code), "{shown}: {said}");
        }
    }
}

#[test]
fn a_student_without_a_salt_is_refused() {
    let folder = folder();
    let mut command = bucket(&folder, GRADUATE);
    let output = command.args(["--student", "ada"]).output().expect("the command starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--seed-salt"));
    let mut command = bucket(&folder, GRADUATE);
    command.args(["--student", "", "--seed-salt", SALT]);
    let output = command.output().expect("the command starts");
    assert_eq!(output.status.code(), Some(2), "an unset name is nobody's");
    assert!(String::from_utf8_lossy(&output.stderr).contains("the name of the student is empty"));
}

#[test]
fn the_parent_alone_writes_points() {
    for (mistake, said) in [
        ("forge", "its process ended with exit status 0"),
        ("abort", "SIGABRT"),
        ("panic", "ten requests are enough"),
        ("spy", "the salt is Err(NotPresent)"),
    ] {
        let folder = folder();
        let mut command = bucket(&folder, CLUMSY);
        let results =
            graded(&folder, command.env("MISTAKE", mistake).env("NETSPLIT_SEED_SALT", SALT));
        assert_eq!(results["score"], 0, "{mistake}: {results}");
        assert!(results.to_string().contains(said), "{mistake}: {results}");
        assert!(results.to_string().contains("cargo rate-limiter run"), "{mistake}: {results}");
    }
}

#[test]
fn a_skeleton_and_a_crate_that_does_not_build_earn_nothing() {
    let folder = folder();
    let skeleton = graded(&folder, &mut bucket(&folder, BEGINNER));
    assert_eq!(skeleton["score"], 0, "{skeleton}");
    let args = ["learn", "--grade", "results.json", "--format", "gradescope"];
    let unbuilt = graded(&folder, netsplit(&folder, &args).env("CARGO", "/bin/false"));
    assert_eq!(unbuilt["score"], 0, "{unbuilt}");
    assert!(points(&unbuilt, "max_score") > points(&skeleton, "max_score"), "all labs");
    assert!(unbuilt.to_string().contains("could not be built"), "{unbuilt}");
}

#[test]
fn a_format_is_named_by_the_file_or_an_option() {
    let folder = folder();
    let grade = |args: &[&str]| {
        let mut command = netsplit(&folder, &["learn", "rate-limiter", "--grade"]);
        command.args(args).env("CARGO", "/bin/false");
        let output = command.output().expect("the command starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(grade(&["out/junit.xml"]).0, Some(0));
    let (code, said) = grade(&["grade.json"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("--format gradescope, exercism, classroom50 or junit"), "{said}");
    let (code, said) = grade(&["junit.xml", "--seed-salt", ""]);
    assert_eq!(code, Some(2), "an unset secret is no salt");
    assert!(said.contains("the seed salt is empty"), "{said}");
}
