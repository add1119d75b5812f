//! The command line of `learn`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::DependencyArgs;
use crate::command::SALT;

pub(super) const LEARN_EXAMPLES: &str = "\
Examples:
  netsplit learn init my-labs && cd my-labs
  netsplit learn
  netsplit learn rate-limiter token-bucket
  netsplit learn rate-limiter --watch
  netsplit learn rate-limiter token-bucket --hint
  netsplit learn raft --grade results.json --format gradescope

A step is a file such as src/rate_limiter/token_bucket.rs: it says what to write, and where. The
command builds it with cargo, runs the step's scenarios with it in processes of their own, and
judges the runs itself.";

/// `netsplit learn`
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Learn {
    /// What to do instead of grading.
    #[command(subcommand)]
    pub init: Option<LearnCommand>,
    /// Grade the steps of this lab, up to the first that is not passed
    /// [default: show where you stand]
    pub lab: Option<String>,
    /// Grade this step only
    pub step: Option<String>,
    /// Show the step's next hint; there are three
    #[arg(long, requires = "step", conflicts_with_all = ["reset", "solution"])]
    pub hint: bool,
    /// Put the step's skeleton back; your file is kept beside it, as FILE.before-reset
    #[arg(long, requires = "step", conflicts_with = "solution")]
    pub reset: bool,
    /// Show how the reference differs from your file, once the step is passed
    #[arg(long, requires = "step")]
    pub solution: bool,
    /// Grade the first step that is not passed, and again whenever its file is saved
    #[arg(long, conflicts_with_all = ["hint", "reset", "solution"])]
    pub watch: bool,
    /// Grade a program that was built before, instead of building it
    #[arg(long, value_name = "FILE", requires = "lab")]
    pub binary: Option<PathBuf>,
    /// Grade all scenarios of all these steps, and write their points to a file; the exit code is 0
    /// once they are written
    #[arg(long, value_name = "FILE", conflicts_with_all = ["hint", "reset", "solution", "watch"])]
    pub grade: Option<PathBuf>,
    /// The format of the points [default: junit for FILE.xml]
    #[arg(long, value_enum, requires = "grade")]
    pub format: Option<GradeFormat>,
    /// With --grade: half of the points are for held-out seeds, which are derived from this text. It
    /// is never printed
    #[arg(long, value_name = "TEXT", env = SALT, hide_env_values = true)]
    pub seed_salt: Option<String>,
    /// With --grade and a salt: the held-out half of some scenarios runs with values of parameters
    /// that are derived from the salt and this name, the same each time
    #[arg(long, value_name = "NAME", requires_all = ["grade", "seed_salt"])]
    pub student: Option<String>,
}

/// A format of points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GradeFormat {
    /// Gradescope's results.json
    Gradescope,
    /// Exercism's results.json, version 3
    Exercism,
    /// The score and the tests of Classroom 50's result.json
    Classroom50,
    /// JUnit XML
    Junit,
}

/// Subcommands of `learn`.
#[derive(Debug, Subcommand)]
pub enum LearnCommand {
    /// Write a crate of your own, with a file for each step; files that are there stay as they are
    Init(LearnInit),
}

/// `netsplit learn init`
#[derive(Args, Debug)]
pub struct LearnInit {
    /// The folder of the crate
    pub folder: PathBuf,
    /// How it depends on Netsplit.
    #[command(flatten)]
    pub dependency: DependencyArgs,
}
