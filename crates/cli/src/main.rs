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
            let text = format!("{error:#}");
            let told = if text.starts_with("error") || text.starts_with("\u{1b}") {
                text
            } else {
                format!("error: {text}")
            };
            anstream::eprintln!("{told}");
            exit::USAGE.into()
        }
    }
}
