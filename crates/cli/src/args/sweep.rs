//! The command line of sweeps: `verify`, `merge` and `replay`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use netsplit_report::sweep::{Limit, Shard};

use super::duration;
use crate::command::SALT;

pub(super) const VERIFY_EXAMPLES: &str = "\
Examples:
  netsplit verify --seeds 100
  netsplit verify quorum-kv --seeds 20 --junit junit.xml --page sweep.html
  netsplit verify 'quorum-kv/*-partition' exams/ --seeds 1000 --time-limit 10m
  netsplit verify --seeds 1000 --shard 3/16 --out shard-3.jsonl
  netsplit verify queueing/calm --seeds 50 --baseline old.json --max-regression p99=10%

A pattern is a scenario (LAB/NAME), a lab, a name with * and ?, a folder, a file, or files with * and
?: 'mine/*.toml'.";

pub(super) const MERGE_EXAMPLES: &str = "\
Example:
  netsplit merge shard-*.jsonl --junit junit.xml";

pub(super) const REPLAY_EXAMPLES: &str = "\
Examples:
  netsplit replay netsplit-out/queueing/calm/reference/seed-3/report.json
  netsplit replay report.json --scenario exams/split.toml";

pub(super) const MUTANTS_HELP: &str = "\
A mutant is a variant that is wrong on purpose. It is killed when it violates an expectation under
a seed; a panic or an undecided run kills nothing. Nothing is killed unless the scenario's own
variant passes under every seed.

Examples:
  netsplit mutants my-scenario.toml
  netsplit mutants my-scenario.toml --seeds 50 --json
  netsplit mutants raft/leader-crash

Exit codes: 0 it kills a mutant, 1 it kills none or its own variant fails, 3 its own variant is
inconclusive.";

/// `netsplit mutants`
#[derive(Args, Debug)]
pub struct Mutants {
    /// A scenario file (.toml), or a shipped scenario (LAB/NAME)
    #[arg(value_name = "FILE")]
    pub scenario: String,
    /// How many seeds, from 1, or a range such as 100..=199
    #[arg(long, default_value = "10")]
    pub seeds: SeedRange,
    /// Derive held-out seeds from this text, which is never printed
    #[arg(long, value_name = "TEXT", env = SALT, hide_env_values = true)]
    pub seed_salt: Option<String>,
    /// Simulations at a time [default: one per core]
    #[arg(long)]
    pub jobs: Option<NonZeroUsize>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `netsplit verify`
#[derive(Args, Debug)]
pub struct Verify {
    /// Which scenarios [default: all that are shipped]
    #[arg(value_name = "PATTERN")]
    pub patterns: Vec<String>,
    /// How many seeds, from 1, or a range such as 100..=199
    #[arg(long, default_value = "10")]
    pub seeds: SeedRange,
    /// Derive held-out seeds from this text, which is never printed
    #[arg(long, value_name = "TEXT", env = SALT, hide_env_values = true)]
    pub seed_salt: Option<String>,
    /// Run this variant instead of each scenario's own; `catches` is then ignored
    #[arg(long)]
    pub variant: Option<String>,
    /// Override a key of every scenario; may be given again
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Simulations at a time [default: one per core]
    #[arg(long)]
    pub jobs: Option<NonZeroUsize>,
    /// Stop at the first run that fails
    #[arg(long)]
    pub fail_fast: bool,
    /// Start no run after this long, such as 10m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub time_limit: Option<Duration>,
    /// Do each run twice, and show the first event at which they differ
    #[arg(long)]
    pub determinism: bool,
    /// Run the variants in `catches` on every seed, and not only until one catches them; a baseline
    /// implies it
    #[arg(long)]
    pub all_catches: bool,
    /// Do only one part of the sweep, such as 3/16
    #[arg(long, value_name = "K/N", requires = "out")]
    pub shard: Option<Shard>,
    /// Write the runs to a file for `netsplit merge`, without a verdict
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "junit", "markdown", "page", "baseline"])]
    pub out: Option<PathBuf>,
    /// The output.
    #[command(flatten)]
    pub output: SweepOutputArgs,
}

impl Verify {
    /// All overrides, the variant included.
    pub fn overrides(&self) -> Vec<String> {
        let variant = self.variant.iter();
        let variant = variant.map(|variant| format!("variant={variant}"));
        variant.chain(self.set.iter().cloned()).collect()
    }

    /// Whether wrong variants are run on every seed.
    pub fn counts_all_catches(&self) -> bool {
        self.all_catches || self.output.baseline.is_some()
    }
}

/// The output of a sweep.
#[derive(Args, Debug)]
pub struct SweepOutputArgs {
    /// Print the summary as JSON
    #[arg(long)]
    pub json: bool,
    /// Also write JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Also write a Markdown page
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Also write a page of HTML: scenarios against seeds
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
    /// Compare with the --json output of an older sweep
    #[arg(long, value_name = "FILE", requires = "max_regression")]
    pub baseline: Option<PathBuf>,
    /// How much worse than the baseline a number may be, such as p99=10%; may be given again
    #[arg(long, value_name = "METRIC=PERCENT", requires = "baseline")]
    pub max_regression: Vec<Limit>,
}

/// `netsplit merge`
#[derive(Args, Debug)]
pub struct Merge {
    /// The files that `netsplit verify --shard K/N --out FILE` wrote, all shards
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// The output.
    #[command(flatten)]
    pub output: SweepOutputArgs,
}

/// `netsplit replay`
#[derive(Args, Debug)]
pub struct Replay {
    /// A report.json of `netsplit run`
    pub report: PathBuf,
    /// The scenario's file [default: scenario.toml beside the report, or the shipped scenario]
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<String>,
}

/// Seeds from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeedRange {
    /// The first.
    pub from: u64,
    /// The last.
    pub to: u64,
}

/// The most seeds of one sweep.
const SEEDS_MAX: u64 = 10_000_000;

impl FromStr for SeedRange {
    type Err = String;

    /// Reads `100`, `100..=199` or `100-199`.
    fn from_str(text: &str) -> Result<SeedRange, String> {
        let number = |text: &str| {
            let number = text.trim().parse::<u64>();
            let number = number.ok().filter(|seed| i64::try_from(*seed).is_ok());
            number.ok_or("it is written 100, or 100..=199 for a range")
        };
        let ends = text.split_once("..=").or_else(|| text.split_once('-'));
        let (from, to) = match ends {
            Some((from, to)) => (number(from)?, number(to)?),
            None => (1, number(text)?),
        };
        if to < from {
            return Err("there is no seed in it".into());
        }
        if to - from >= SEEDS_MAX {
            return Err(format!("at most {SEEDS_MAX} seeds at a time"));
        }
        Ok(SeedRange { from, to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_a_count_or_a_range() {
        let range = |from, to| Ok(SeedRange { from, to });
        assert_eq!("3".parse(), range(1, 3));
        assert_eq!("100..=199".parse(), range(100, 199));
        assert_eq!("100-199".parse(), range(100, 199));
        assert_eq!("0-0".parse(), range(0, 0));
        for wrong in ["0", "", "a", "1..3", "5-4", "-3", "1..=99999999999"] {
            assert!(wrong.parse::<SeedRange>().is_err(), "{wrong}");
        }
    }
}
