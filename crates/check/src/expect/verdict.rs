//! Verdicts and findings.

use std::fmt;

use netsplit_scenario::Quantity;
use serde::{Deserialize, Serialize};

use crate::witness::Witness;

/// The outcome of a run, or of one sentence about it. Ordered by severity: the worst part decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As expected.
    #[default]
    Pass,
    /// Undecided by the run.
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

/// The finding of a checker about a property.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyFinding {
    /// Pass when the property holds, fail when it is violated.
    pub verdict: Verdict,
    /// The violation, or why the checker could not decide; may be empty.
    pub why: String,
    /// Contradictory operations, where no order is legal.
    pub witness: Option<Box<Witness>>,
}

impl PropertyFinding {
    /// A finding without a witness.
    pub fn new(verdict: Verdict, why: impl Into<String>) -> PropertyFinding {
        PropertyFinding { verdict, why: why.into(), witness: None }
    }
}

/// The finding about one sentence of `expect`.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The sentence as written.
    pub text: String,
    /// Its line in the scenario file.
    pub line: Option<usize>,
    /// Whether it holds.
    pub verdict: Verdict,
    /// The measured value, where the sentence compares a number. An infinite duration is a
    /// recovery that never came.
    pub observed: Option<Quantity>,
    /// The same, human-readable, with enough digits to see on which side of the bound it lies.
    pub shown: Option<String>,
    /// The violation, the reason why it is undecided, or a caveat; may be empty.
    pub why: String,
    /// Contradictory operations, where a checker found some.
    pub witness: Option<Box<Witness>>,
}

/// The findings about a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// The worst of the verdicts below.
    pub verdict: Verdict,
    /// One per sentence of `expect`, in order.
    pub expectations: Vec<Finding>,
    /// Sentences that `netsplit verify` decides over many seeds; not part of the verdict.
    pub sweep: Vec<String>,
    /// Other reasons why the run did not pass, such as crashes.
    pub reasons: Vec<String>,
    /// Bugs of netsplit: the run's results cannot be trusted.
    pub bugs: Vec<String>,
}

impl Findings {
    /// Adds the finding about a sentence.
    pub(super) fn add(&mut self, finding: Finding) {
        self.verdict = self.verdict.max(finding.verdict);
        self.expectations.push(finding);
    }

    /// Adds a reason why the run is no better than `verdict`.
    pub(super) fn add_reason(&mut self, verdict: Verdict, why: String) {
        self.verdict = self.verdict.max(verdict);
        self.reasons.push(why);
    }
}
