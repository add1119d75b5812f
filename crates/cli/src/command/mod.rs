//! The subcommands, one file each.

mod compare;
mod course;
mod diff;
mod history;
mod learn;
mod lint;
mod list;
mod merge;
mod mutants;
mod new;
mod predict;
mod print;
mod recorded;
mod replay;
mod run;
mod seeds;
mod sweep_output;
mod trace;
mod truth;
mod vary;
mod verify;

pub use learn::simulated_run;
pub use predict::predictions;
pub use seeds::SALT;
pub use verify::swept_run;

use std::process::ExitCode;

use netsplit_harness::Catalog;

use crate::args::{Command, Course, History};

/// Runs the subcommand of the command line.
///
/// # Errors
/// When an argument or a file is not valid, or a file cannot be read or written.
pub fn dispatch(catalog: Catalog<'_>, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List(args) => list::list(catalog, args),
        Command::Run(args) => run::run(catalog, args),
        Command::Compare(args) => compare::compare(catalog, args),
        Command::Diff(args) => diff::diff(catalog, args),
        Command::Verify(args) => verify::verify(catalog, args),
        Command::Merge(args) => merge::merge(args),
        Command::Replay(args) => replay::replay(catalog, args),
        Command::Trace(args) => trace::trace(catalog, args),
        Command::Lint(args) => lint::lint(catalog, args),
        Command::Schema => Ok(print::schema(catalog)),
        Command::New(args) => new::new(catalog, args),
        Command::Learn(args) => learn::learn(catalog, args),
        Command::Course(Course::Export(args)) => course::export(catalog, args),
        Command::Mutants(args) => mutants::mutants(catalog, args),
        Command::Truth(args) => truth::truth(catalog, args),
        Command::History(History::Check(args)) => history::check(args),
        Command::Lesson(args) => print::lesson(catalog, &args.lab),
        Command::Completions { shell } => print::completions(*shell),
        Command::Man => print::manual(),
    }
}
