//! The `netsplit` command.
//!
//! `main` turns errors into exit codes; `args` is the command line, `command` does what it
//! says, a file per subcommand; `catalog` finds scenarios, `labs` is the registry.

mod args;
mod catalog;
mod command;
mod exit;
mod labs;
mod parallel;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = args::Cli::parse();
    match command::dispatch(cli.command) {
        Ok(code) => code,
        Err(error) => {
            match error.downcast_ref::<exit::Diagnosed>() {
                Some(diagnosed) => anstream::eprintln!("{diagnosed}"),
                None => anstream::eprintln!("error: {error:#}"),
            }
            exit::USAGE.into()
        }
    }
}
