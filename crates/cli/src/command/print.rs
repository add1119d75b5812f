//! The subcommands that only print something.

use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;
use netsplit_harness::Catalog;

use crate::args::Cli;
use crate::terminal;

/// `netsplit schema`
pub fn schema(catalog: Catalog<'_>) -> ExitCode {
    terminal::print_own(&netsplit_scenario::schema_text(&catalog.specs()));
    ExitCode::SUCCESS
}

/// `netsplit lesson`
pub fn lesson(catalog: Catalog<'_>, lab: &str) -> anyhow::Result<ExitCode> {
    terminal::print_own(catalog.lab(lab)?.lesson());
    Ok(ExitCode::SUCCESS)
}

/// `netsplit completions`
pub fn completions(shell: Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "netsplit", &mut script);
    terminal::print_own(&String::from_utf8(script)?);
    Ok(ExitCode::SUCCESS)
}

/// `netsplit man`
pub fn manual() -> anyhow::Result<ExitCode> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    terminal::print_own(&String::from_utf8(page)?);
    Ok(ExitCode::SUCCESS)
}
