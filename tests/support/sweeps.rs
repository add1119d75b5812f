//! Small scenarios for sweeps, and helpers that read the results.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use super::{netsplit, stderr, stdout};

/// Two seconds of a server. Of the first eight seeds, 3, 5 and 6 fail.
pub const SHORT: &str = r#"
title    = "Two seconds of a server"
lab      = "queueing"
duration = "2s"

[[load]]
rate = "100/s"

[params]
service = { exponential = { mean = "2ms" } }

[verdict]
expect = [
  "availability == 100%",
  "max < 20ms",
]
"#;

/// A folder with [`SHORT`] in `short.toml`, and [`SHORT`] followed by `more` in `more.toml`.
pub fn folder(more: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("short.toml"), SHORT).expect("writable");
    fs::write(folder.path().join("more.toml"), format!("{SHORT}{more}")).expect("writable");
    folder
}

/// Runs `netsplit` with the words of `line`.
pub fn run(folder: &Path, line: &str) -> Output {
    netsplit(folder, &line.split_whitespace().collect::<Vec<_>>())
}

/// The exit code of `netsplit` with the words of `line`.
pub fn code(folder: &Path, line: &str) -> Option<i32> {
    run(folder, line).status.code()
}

/// The JSON output of `netsplit` with the words of `line`, which end in `--json`.
pub fn json(folder: &Path, line: &str) -> Value {
    let output = run(folder, line);
    let read = serde_json::from_str(&stdout(&output));
    read.unwrap_or_else(|error| panic!("{line}: {error}: {}", stderr(&output)))
}

/// The first scenario's criterion of this kind.
pub fn criterion<'a>(summary: &'a Value, kind: &str) -> &'a Value {
    let criteria = summary["scenarios"][0]["claims"].as_array().expect("claims");
    let found = criteria.iter().find(|criterion| criterion["kind"] == kind);
    found.unwrap_or_else(|| panic!("no {kind} in {criteria:#?}"))
}
