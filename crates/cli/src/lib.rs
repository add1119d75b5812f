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
//! errors into exit codes; `files` writes files; `keys` reads keys; `parallel` does jobs on several threads; `signals`
//! handles Ctrl-C, and `worker` runs code of labs in processes of its own.

mod args;
mod command;
mod exit;
mod files;
mod keys;
mod parallel;
mod signals;
mod terminal;
mod worker;

use std::process::ExitCode;

use clap::Parser;
use netsplit_harness::{Catalog, Experiment, LoadError};
use netsplit_scenario::visible;
use netsplit_sim::Lab;

/// Does what the command line of this process asks, with these labs in teaching order.
///
/// Commands that run code of labs start this program again, as workers, so that nothing must come
/// before this call that is not meant for each of them.
pub fn main(labs: &[&'static dyn Lab]) -> ExitCode {
    let catalog = Catalog::new(labs);
    if worker::is_worker() {
        return worker::child::serve(catalog);
    }
    let command = args::Cli::parse().command;
    match command.runs_in_a_worker() {
        Some(what) => {
            let asked = command::predictions(catalog, &command);
            let asked = asked.map_err(|error| as_given(&command, error));
            let done = asked.and_then(|said| worker::command(&what, command.is_single_run(), said));
            done.unwrap_or_else(|error| report(&error))
        }
        None => execute(catalog, &command),
    }
}

/// Does a command in this process.
fn execute(catalog: Catalog<'_>, command: &args::Command) -> ExitCode {
    command::dispatch(catalog, command)
        .map_err(|error| as_given(command, error))
        .unwrap_or_else(|error| report(&error))
}

/// An error about a scenario: one in the variant names `--variant`, if it was given there.
fn as_given(command: &args::Command, error: anyhow::Error) -> anyhow::Error {
    if !command.has_variant() {
        return error;
    }
    match error.downcast::<LoadError>() {
        Ok(LoadError::Invalid(found)) => LoadError::Invalid(found.with_variant_flag()).into(),
        Ok(other) => other.into(),
        Err(error) => error,
    }
}

/// Reports an error of the usage or the environment.
fn report(error: &anyhow::Error) -> ExitCode {
    match error.downcast_ref::<LoadError>() {
        Some(LoadError::Invalid(diagnostics)) => terminal::complain_of(diagnostics),
        _ => terminal::complain(&format!("error: {}", visible(&format!("{error:#}")))),
    }
    exit::USAGE.into()
}

/// Reads a scenario, by name or path, with overrides put into it; warnings go to standard error.
///
/// # Errors
/// When there is none, or it is not valid.
fn load(
    catalog: Catalog<'_>,
    source: &netsplit_harness::Source,
    overrides: &[String],
) -> anyhow::Result<Experiment> {
    let experiment = catalog.load(source, overrides)?;
    warn(&experiment);
    Ok(experiment)
}

/// Writes the warnings about a scenario to standard error.
fn warn(experiment: &Experiment) {
    if !experiment.warnings.is_empty() {
        terminal::complain_of(&experiment.warnings);
    }
}
