//! The words of a judgement.

use std::fmt;

use netsplit_scenario::Quantity;
use serde::{Deserialize, Serialize};

use crate::witness::Witness;

/// How a run, or one sentence about it, came out. Ordered by weight: the worst part decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As expected.
    #[default]
    Pass,
    /// The run cannot say.
    Inconclusive,
    /// Not as expected.
    Fail,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Pass => "pass",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Fail => "fail",
        })
    }
}

/// What a checker says of a property.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyFinding {
    /// Pass when the property holds, fail when it is violated.
    pub verdict: Verdict,
    /// What refutes it, or why the checker could not decide; may be empty.
    pub why: String,
    /// Operations that contradict each other, where the finding is that no order is legal.
    pub witness: Option<Box<Witness>>,
}

impl PropertyFinding {
    /// A finding without a witness.
    pub fn new(verdict: Verdict, why: impl Into<String>) -> PropertyFinding {
        PropertyFinding { verdict, why: why.into(), witness: None }
    }
}

/// What became of one sentence of `expect`.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The sentence as written.
    pub text: String,
    /// Its line in the scenario file.
    pub line: Option<usize>,
    /// Whether it holds.
    pub verdict: Verdict,
    /// What was measured, where the sentence speaks of a number. An infinite duration is a
    /// recovery that never came.
    pub observed: Option<Quantity>,
    /// The same for people, with enough digits to see on which side of the bound it lies.
    pub shown: Option<String>,
    /// Why it could not be decided, what refutes it, or how far to trust it; may be empty.
    pub why: String,
    /// Operations that contradict each other, where a checker found some.
    pub witness: Option<Box<Witness>>,
}

/// What is to be said of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// The worst of all that follows.
    pub verdict: Verdict,
    /// One per sentence of `expect`, in order.
    pub expectations: Vec<Finding>,
    /// Sentences that `netsplit verify` decides over many seeds: they do not count here.
    pub sweep: Vec<String>,
    /// What beyond the sentences kept the run from passing.
    pub reasons: Vec<String>,
    /// Reasons that are bugs of ours: nothing that the run says is to be trusted.
    pub bugs: Vec<String>,
}

impl Findings {
    /// Adds what became of a sentence.
    pub(super) fn add(&mut self, finding: Finding) {
        self.verdict = self.verdict.max(finding.verdict);
        self.expectations.push(finding);
    }

    /// Adds a reason why the run is no better than `verdict`.
    pub(super) fn because(&mut self, verdict: Verdict, why: String) {
        self.verdict = self.verdict.max(verdict);
        self.reasons.push(why);
    }
}
