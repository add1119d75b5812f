//! Helpers that run the command.

#![allow(dead_code, reason = "each test file uses some of it")]

pub mod sweeps;

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::thread;

/// The top folder of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the project exists")
}

/// `netsplit` in `folder`, without the environment variables that it reads.
pub fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netsplit"));
    command.args(args).current_dir(folder);
    for variable in ["COLUMNS", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "NETSPLIT_SEED_SALT"] {
        command.env_remove(variable);
    }
    command
}

/// Runs `netsplit` in `folder`.
pub fn netsplit(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().expect("the command starts")
}

/// The standard output of a command.
pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("output is UTF-8")
}

/// The standard error of a command.
pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("output is UTF-8")
}

/// Does `work` with each item, on as many threads as there are processors; returns the results in
/// no order.
pub fn with_each<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let (left, done) = (Mutex::new(items), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(item) = { left.lock().unwrap().pop() } {
                    let result = work(item);
                    done.lock().unwrap().push(result);
                }
            });
        }
    });
    done.into_inner().unwrap()
}

/// The shipped scenarios that `NETSPLIT_ONLY` names by the start of their name, such as `raft/`; all
/// without it. It is for the author of a lab; the whole test run does without.
pub fn chosen_scenarios() -> Vec<String> {
    let mut names = scenarios();
    if let Ok(start) = std::env::var("NETSPLIT_ONLY") {
        names.retain(|name| name.starts_with(&start));
        assert!(!names.is_empty(), "NETSPLIT_ONLY={start}: no scenario's name begins with that");
    }
    names
}

/// The names of all shipped scenarios, `LAB/NAME`.
pub fn scenarios() -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let list = stdout(&netsplit(folder.path(), &["list", "--json"]));
    let labs: serde_json::Value = serde_json::from_str(&list).expect("list prints JSON");
    let labs = labs.as_array().expect("an array of labs");
    let names = labs.iter().flat_map(|lab| lab["scenarios"].as_array().expect("scenarios"));
    names.map(|scenario| scenario["name"].as_str().expect("a name").to_owned()).collect()
}
