//! The subcommands, one file each.

mod compare;
mod history;
mod lint;
mod list;
mod merge;
mod print;
mod replay;
mod run;
mod telling;
mod trace;
mod truth;
mod verify;

use std::process::ExitCode;

use crate::args::{Command, History};

/// Does what the command line asks.
///
/// # Errors
/// When the command line, a file or the world is wrong.
pub fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List(args) => list::list(&args),
        Command::Run(args) => run::run(&args),
        Command::Compare(args) => compare::compare(&args),
        Command::Verify(args) => verify::verify(&args),
        Command::Merge(args) => merge::merge(&args),
        Command::Replay(args) => replay::replay(&args),
        Command::Trace(args) => trace::trace(&args),
        Command::Lint(args) => lint::lint(&args),
        Command::Schema => print::schema(),
        Command::New(args) => print::starter(&args.lab),
        Command::Truth(args) => truth::truth(&args),
        Command::History(History::Check(args)) => history::check(&args),
        Command::Lesson(args) => print::lesson(&args.lab),
        Command::Completions { shell } => print::completions(shell),
        Command::Man => print::manual(),
    }
}
