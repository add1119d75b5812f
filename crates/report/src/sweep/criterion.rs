//! What a sweep decides.

use netsplit_check::Verdict;
use serde::{Deserialize, Serialize};

/// One thing that a sweep decides about a scenario. Every format tells criteria and nothing else,
/// so that none of them is green where another is red.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// Of what kind.
    pub kind: CriterionKind,
    /// What is claimed: `pass rate >= 98%`, a sentence of `sweep`, `catches stale-read`.
    pub text: String,
    /// Its line in the scenario file, where it has one.
    pub line: Option<usize>,
    /// Whether it holds.
    pub verdict: Verdict,
    /// What was seen: `93 of 100 seeds, 93%`.
    pub observed: String,
    /// What is to be said of it; may be empty.
    pub why: String,
    /// Commands that show it.
    pub commands: Vec<String>,
}

/// Kinds of [`Criterion`]s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CriterionKind {
    /// So many of the seeds pass.
    PassRate,
    /// A past failure stays mended.
    Regression,
    /// A sentence of `sweep`.
    Sweep,
    /// A wrong variant is caught.
    Catches,
    /// A seed gives one run.
    Determinism,
    /// No worse than an older sweep.
    Baseline,
}
