//! Criteria: the questions that a sweep decides.

use netsplit_check::Verdict;
use serde::{Deserialize, Serialize};

/// One decision of a sweep about a scenario. Every output format shows the same criteria, so that
/// none is green where another is red.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// Its kind.
    pub kind: CriterionKind,
    /// The criterion in words: `pass rate >= 98%`, a sentence of `sweep`, `catches stale-read`.
    pub text: String,
    /// Its line in the scenario file, where it has one.
    pub line: Option<usize>,
    /// Whether it holds.
    pub verdict: Verdict,
    /// The observation: `93 of 100 seeds, 93%`.
    pub observed: String,
    /// The reason or a caveat; may be empty.
    pub why: String,
    /// The number of seeds that decide it, if it is open because there were fewer.
    pub needs_seeds: Option<usize>,
    /// Commands that reproduce it.
    pub commands: Vec<String>,
}

impl Criterion {
    /// Leaves it open until there are this many seeds, if it is open and there were fewer.
    #[must_use]
    pub(super) fn needing(mut self, needed: usize, seeds: usize) -> Criterion {
        if self.verdict == Verdict::Inconclusive && seeds < needed {
            let so_far = std::mem::take(&mut self.why);
            self.why = format!("open: needs {needed} seeds");
            if !so_far.is_empty() {
                self.why += &format!("; {so_far}");
            }
            self.needs_seeds = Some(needed);
        }
        self
    }
}

/// Kinds of [`Criterion`]s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CriterionKind {
    /// At least `min_pass_rate` of the seeds pass.
    PassRate,
    /// A past failure stays fixed.
    Regression,
    /// A sentence of `sweep`.
    Sweep,
    /// A wrong variant is caught.
    Catches,
    /// A seed always gives the same run.
    Determinism,
    /// A metric is no worse than in an older sweep.
    Baseline,
    /// No run was lost with its process.
    Lost,
}
