//! Building a learner's crate, with cargo.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::command::seeds::SALT;

/// A line of cargo's messages, as far as it matters here.
#[derive(Deserialize)]
struct Message {
    executable: Option<PathBuf>,
    message: Option<Diagnostic>,
}

/// A message of the compiler.
#[derive(Deserialize)]
struct Diagnostic {
    rendered: String,
}

/// Builds the crate in `folder` with one lab, and returns the program, or what the compiler said
/// when there is none. It is also printed, as the compiler prints it.
///
/// # Errors
/// When cargo does not start, or is ended from outside.
pub fn build(folder: &Path, lab: &str) -> anyhow::Result<Result<PathBuf, String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut child = Command::new(&cargo)
        .args(["build", "--profile", "learn", "--no-default-features", "--features", lab])
        .arg("--message-format=json-diagnostic-rendered-ansi")
        .env_remove(SALT)
        .current_dir(folder)
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", cargo.display()))?;
    let stdout = child.stdout.take().expect("it is piped");
    let (mut program, mut said) = (None, String::new());
    for line in BufReader::new(stdout).lines() {
        let Ok(Message { executable, message }) = serde_json::from_str(&line?) else { continue };
        program = executable.or(program);
        if let Some(Diagnostic { rendered }) = message {
            anstream::eprint!("{rendered}");
            said += &anstream::adapter::strip_str(&rendered).to_string();
        }
    }
    let ended = child.wait()?;
    // Cargo says why it fails, but not that somebody has ended it.
    if ended.code().is_none() {
        bail!("cargo did not finish: {ended}; run the command again");
    }
    Ok(program.filter(|_| ended.success()).ok_or(said))
}
