//! The command line of `course`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::DependencyArgs;

const EXPORT_EXAMPLES: &str = "\
Examples:
  netsplit course export --no-solutions course
  netsplit course export course --lab queueing --lab raft

The folder has the lessons, the scenarios, a learner's crate and, without --no-solutions, the
reference's file of each step.";

/// `netsplit course`
#[derive(Debug, Subcommand)]
pub enum Course {
    /// Write lessons, scenarios, and a crate with the steps into a folder
    #[command(after_help = EXPORT_EXAMPLES)]
    Export(CourseExport),
}

/// `netsplit course export`
#[derive(Args, Debug)]
pub struct CourseExport {
    /// The folder, which is new
    pub folder: PathBuf,
    /// Only this lab; may be given again
    #[arg(long = "lab", value_name = "LAB")]
    pub labs: Vec<String>,
    /// Leave the solutions out, for students
    #[arg(long)]
    pub no_solutions: bool,
    /// How the crate depends on Netsplit.
    #[command(flatten)]
    pub dependency: DependencyArgs,
}
