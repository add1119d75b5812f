//! Building a learner's crate, with cargo.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;
use serde::Deserialize;

/// A line of cargo's messages, as far as it matters here.
#[derive(Deserialize)]
struct Message {
    executable: Option<PathBuf>,
}

/// Builds the crate in `folder` with one lab, and returns the program; `None` when it does not
/// compile. Errors of the compiler are printed as it prints them.
///
/// # Errors
/// When cargo does not start.
pub fn build(folder: &Path, lab: &str) -> anyhow::Result<Option<PathBuf>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut child = Command::new(&cargo)
        .args(["build", "--profile", "learn", "--no-default-features", "--features", lab])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(folder)
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", cargo.display()))?;
    let stdout = child.stdout.take().expect("it is piped");
    let mut program = None;
    for line in BufReader::new(stdout).lines() {
        let message: Option<Message> = serde_json::from_str(&line?).ok();
        program = message.and_then(|message| message.executable).or(program);
    }
    Ok(if child.wait()?.success() { program } else { None })
}
