//! The commands of `docs/courses.md`, with stand-ins for what a machine without the platform lacks.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use netsplit_lab_raft::RaftLab;
use netsplit_lab_rate_limiter::RateLimiter;
use netsplit_sim::Lab;
use serde_json::Value;
use tempfile::TempDir;

const BEGINNER: &str = env!("CARGO_BIN_EXE_netsplit-beginner");
const GRADUATE: &str = env!("CARGO_BIN_EXE_netsplit-graduate");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the project")
}

fn page() -> String {
    fs::read_to_string(root().join("docs/courses.md")).expect("the page")
}

/// The script of the page that has `# NAME` in its second line.
fn script(name: &str) -> String {
    let page = page();
    let mut blocks =
        page.split("```bash\n").skip(1).map(|block| block.split("```").next().unwrap());
    let script = blocks.find(|block| block.lines().nth(1) == Some(&format!("# {name}")));
    script.expect("the page has it").to_owned()
}

/// A platform: its folder `autograder`, and the programs that are not here. Cargo builds `program`.
fn platform(program: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let autograder = folder.path().join("autograder");
    for name in ["netsplit/bin", "submission", "results"] {
        fs::create_dir_all(autograder.join(name)).expect("writable");
    }
    symlink(BEGINNER, autograder.join("netsplit/bin/netsplit")).expect("writable");
    let cargo = format!("echo '{{\"executable\":\"{program}\"}}'");
    for (name, does) in [("apt-get", "true"), ("curl", "true"), ("cargo", &cargo)] {
        let file = folder.path().join(name);
        fs::write(&file, format!("#!/bin/sh\n{does}\n")).expect("writable");
        fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("writable");
    }
    folder
}

/// Runs a script of the page.
fn run(platform: &TempDir, name: &str) -> Output {
    let here = platform.path().display();
    let script = script(name).replace("/autograder/", &format!("{here}/autograder/"));
    let path = std::env::var("PATH").unwrap_or_default();
    let script = script.replace("$HOME/.cargo/bin", &here.to_string());
    let mut command = Command::new("bash");
    command.args(["-c", &script]).env("PATH", format!("{here}:{path}")).env_remove("CARGO");
    let output = command.output().expect("bash");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {said}");
    output
}

fn results(platform: &TempDir) -> Value {
    let file = platform.path().join("autograder/results/results.json");
    serde_json::from_str(&fs::read_to_string(file).expect("results")).expect("JSON")
}

#[test]
fn the_autograder_gives_all_points_to_right_code_and_none_to_skeletons() {
    for (program, passes) in [(GRADUATE, true), (BEGINNER, false)] {
        let platform = platform(program);
        run(&platform, "setup.sh");
        run(&platform, "run_autograder");
        let results = results(&platform);
        let tests = results["tests"].as_array().expect("tests");
        let sum = |key: &str| tests.iter().map(|test| test[key].as_u64().unwrap()).sum::<u64>();
        let expected = if passes { sum("max_score") } else { 0 };
        assert!(sum("max_score") > 0);
        assert_eq!(results["score"].as_u64(), Some(expected), "{results}");
        assert!(!results.to_string().contains("CHANGE-ME"), "the salt is secret");
    }
}

#[test]
fn only_files_of_steps_are_taken_from_a_submission() {
    let platform = platform(BEGINNER);
    run(&platform, "setup.sh");
    let autograder = platform.path().join("autograder");
    for name in ["token_bucket.rs", "main.rs", "Cargo.toml", "results.json"] {
        fs::write(autograder.join("submission").join(name), "// theirs\n").expect("writable");
    }
    run(&platform, "run_autograder");
    let read =
        |file: &str| fs::read_to_string(autograder.join("crate").join(file)).expect("a file");
    assert_eq!(read("src/rate_limiter/token_bucket.rs"), "// theirs\n");
    assert!(read("src/main.rs").contains("netsplit_cli::main"));
    assert!(read("Cargo.toml").contains("netsplit-lab-rate-limiter"));
    assert_eq!(results(&platform)["score"], 0);
}

/// All files below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// The lines of code that only the labs have: those of their sources that no skeleton has.
fn lines_of_the_labs() -> BTreeSet<String> {
    let mut sources = Vec::new();
    for lab in ["rate-limiter", "raft"] {
        files(&root().join("labs").join(lab).join("src"), &mut sources);
    }
    let labs: [&dyn Lab; 2] = [&RateLimiter, &RaftLab];
    let skeletons = labs.iter().flat_map(|lab| lab.exercises().steps).map(|step| step.skeleton);
    let given: String = skeletons.collect();
    let text: String =
        sources.iter().map(|file| fs::read_to_string(file).expect("UTF-8")).collect();
    let is_code =
        |line: &&str| line.len() > 30 && !line.starts_with("//") && line.contains([';', '{']);
    let lines = text.lines().map(str::trim).filter(is_code).filter(|line| !given.contains(line));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_course_without_solutions_has_no_line_of_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let export = |name: &str, args: &[&str]| {
        let mut command = Command::new(BEGINNER);
        command.args(["course", "export", name, "--lab", "rate-limiter", "--lab", "raft"]);
        let output = command.args(args).current_dir(folder.path()).output().expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut found = Vec::new();
        files(&folder.path().join(name), &mut found);
        found
    };
    let secret = lines_of_the_labs();
    assert!(secret.len() > 500, "{}", secret.len());
    let told = |files: &[PathBuf]| -> Vec<String> {
        let text: String = files.iter().map(|f| fs::read_to_string(f).expect("UTF-8")).collect();
        secret.iter().filter(|line| text.contains(*line)).cloned().collect()
    };
    let without = export("handout", &["--no-solutions"]);
    assert_eq!(told(&without), Vec::<String>::new());
    for file in ["README.md", "lessons/raft.md", "scenarios/raft/calm.toml", "my-labs/src/main.rs"]
    {
        assert!(without.contains(&folder.path().join("handout").join(file)), "{file}");
    }
    assert!(told(&export("own", &[])).len() > 100, "the instructor's has them");
}
