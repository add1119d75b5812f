//! Sweeps: one verdict over many runs.
//!
//! A sweep is planned before it runs: a [`Plan`] lists every [`Job`], which is a scenario, the
//! [`Role`] of the run, and a seed. Each run yields one [`Entry`]. From the plan
//! and the entries, in whatever order and from whichever machines they came, [`Summary::of`]
//! computes the result; it is a pure function, so the output does not depend on thread count or
//! sharding.
//!
//! A sweep decides a list of [`Criterion`]s per scenario: enough seeds pass, past failures stay
//! fixed, the sentences of `sweep` hold, wrong variants are caught and, if requested, runs are
//! reproducible and no metric got worse than a baseline. The formats, a file each, lay out criteria
//! and decide nothing.
//!
//! A sweep that is cut short still fails if it has enough failures. Otherwise it is inconclusive,
//! and the missing runs are listed.
//!
//! A sweep of fewer seeds than a criterion needs leaves it open: the noise of one run is no failure.
//!
//! Left out: testing whether two pass rates differ significantly. The interval is printed, and the
//! point estimate is judged.

mod baseline;
mod command;
mod criterion;
mod determinism;
mod entry;
mod expectations;
mod file;
mod first_catch;
mod github;
mod granularity;
mod json;
mod junit;
mod lost;
mod markdown;
mod merge;
mod mutants_caught;
mod pass_rate;
mod plan;
mod runs;
mod sentences;
mod summary;
mod terminal;
mod validate;
mod wilson;

#[cfg(test)]
pub(crate) mod testing;

pub use baseline::{Compared, Limit};
pub use command::{command, quoted};
pub use criterion::{Criterion, CriterionKind};
pub use entry::{Divergence, Entry, Sample};
pub use expectations::{ExpectationTally, Worst};
pub use file::{Shard, SweepFile};
pub use first_catch::FirstCatches;
pub use github::{diagnostics_to_annotations, sweep_to_annotations};
pub use json::{sweep_from_json, sweep_to_json};
pub use junit::sweep_to_junit;
pub use markdown::sweep_to_markdown;
pub use merge::{MergeError, merge};
pub use pass_rate::PassRate;
pub use plan::{Demand, Job, Plan, Planned, Role, Seeds, Stated, SweepSentence};
pub use summary::{NotPassed, NotRun, RunLine, ScenarioSummary, Summary};
pub use terminal::{conclusion, interval, render_sweep};
pub use wilson::wilson;

/// The schema of everything that a sweep writes. Fields are only ever added; a change of meaning
/// is a new schema.
pub const SCHEMA: &str = "netsplit.sweep/1";
