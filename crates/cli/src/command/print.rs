//! The subcommands that only print something.

use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Cli;
use crate::{labs, terminal};

/// `netsplit schema`
pub fn schema() -> anyhow::Result<ExitCode> {
    let schema = netsplit_scenario::schema(&labs::specs());
    terminal::print(&(serde_json::to_string_pretty(&schema)? + "\n"));
    Ok(ExitCode::SUCCESS)
}

/// `netsplit new`
pub fn starter(lab: &str) -> anyhow::Result<ExitCode> {
    terminal::print(&netsplit_scenario::starter(labs::lab(lab)?.spec()));
    Ok(ExitCode::SUCCESS)
}

/// `netsplit lesson`
pub fn lesson(lab: &str) -> anyhow::Result<ExitCode> {
    terminal::print(labs::lab(lab)?.lesson());
    Ok(ExitCode::SUCCESS)
}

/// `netsplit completions`
pub fn completions(shell: Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "netsplit", &mut script);
    terminal::print(&String::from_utf8(script)?);
    Ok(ExitCode::SUCCESS)
}

/// `netsplit man`
pub fn manual() -> anyhow::Result<ExitCode> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    terminal::print(&String::from_utf8(page)?);
    Ok(ExitCode::SUCCESS)
}
