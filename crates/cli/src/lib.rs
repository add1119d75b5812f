//! The `netsplit` command, for any labs.
//!
//! [`main`] is the whole command: every subcommand works on the labs that it is given, so a crate
//! with a lab of its own is a `netsplit` in a few lines:
//!
//! ```ignore
//! fn main() -> std::process::ExitCode {
//!     netsplit_cli::main(&[&my_lab::Echo])
//! }
//! ```
//!
//! `args` is the command line and `command` does what it says, a file per subcommand; `exit` turns
//! errors into exit codes; `parallel` runs simulations on several threads.

mod args;
mod command;
mod exit;
mod parallel;
mod terminal;

use std::process::ExitCode;

use clap::Parser;
use netsplit_harness::{Catalog, LoadError};
use netsplit_sim::Lab;

/// Does what the command line of this process asks, with these labs in teaching order.
pub fn main(labs: &[&'static dyn Lab]) -> ExitCode {
    let cli = args::Cli::parse();
    match command::dispatch(Catalog::new(labs), cli.command) {
        Ok(code) => code,
        Err(error) => {
            match error.downcast_ref::<LoadError>() {
                Some(LoadError::Invalid(diagnostics)) => {
                    anstream::eprintln!("{}", diagnostics.render(terminal::colour_on_stderr()));
                }
                _ => anstream::eprintln!("error: {error:#}"),
            }
            exit::USAGE.into()
        }
    }
}

/// Reads a scenario, by name or path, with overrides put into it; warnings go to standard error.
///
/// # Errors
/// When there is none, or it is not valid.
fn load(
    catalog: Catalog<'_>,
    source: &netsplit_harness::Source,
    overrides: &[String],
) -> anyhow::Result<netsplit_harness::Experiment> {
    let experiment = catalog.load(source, overrides)?;
    if !experiment.warnings.is_empty() {
        let warnings = experiment.warnings.render(terminal::colour_on_stderr());
        anstream::eprintln!("{warnings}");
    }
    Ok(experiment)
}
