//! What one run contributes to a sweep.

use netsplit_check::{Decide, Findings, Verdict, measure};
use netsplit_history::{Counts, EncodedLatencies, Problem, Run, Tally};
use netsplit_scenario::{Scenario, Sentence};
use serde::{Deserialize, Serialize};

use super::{Job, Role};
use crate::rounding::millis;
use crate::{CrashReport, ExpectationReport};

/// One run, as one line of a sweep's file: everything that a summary needs of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its number in the plan.
    pub job: usize,
    /// The scenario.
    pub scenario: String,
    /// xxh3 of the scenario's text.
    pub scenario_hash: String,
    /// `key=value`, in the order given.
    pub overrides: Vec<String>,
    /// As whom it took part.
    pub role: Role,
    /// What sat in the lab's seats.
    pub variant: String,
    /// The seed.
    pub seed: u64,
    /// How the run came out.
    pub verdict: Verdict,
    /// What became of each expectation.
    pub expectations: Vec<ExpectationReport>,
    /// What beyond the expectations kept it from passing.
    pub reasons: Vec<String>,
    /// What it says to each sentence of `sweep`.
    pub samples: Vec<Sample>,
    /// How the measured requests ended.
    pub requests: Counts,
    /// Latencies of the successful ones.
    pub latency: EncodedLatencies,
    /// Their 99th percentile.
    pub p99_ms: Option<f64>,
    /// xxh3 of the whole trace.
    pub fingerprint: String,
    /// Crashes that no fault had ordered.
    pub crashes: Vec<CrashReport>,
    /// What else went wrong with the run.
    pub problems: Vec<Problem>,
    /// Bugs of netsplit's that the run showed.
    pub bugs: Vec<String>,
    /// Where a second run of the same seed went another way.
    #[serde(rename = "parting")]
    pub divergence: Option<Divergence>,
}

/// What one run says to a sentence about many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sample {
    /// It measured this.
    Value(f64),
    /// It would have had to wait forever: a recovery that never came.
    Never,
    /// The property holds.
    Holds,
    /// The property is violated.
    Violated,
    /// It cannot say, and why.
    Unknown(String),
}

/// The first event at which two runs of one seed differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Divergence {
    /// Its number in the trace, from 1.
    pub event: usize,
    /// When, as `netsplit trace` tells time.
    pub at: String,
    /// On which node; empty for the network as a whole.
    pub node: String,
    /// The event in the first run, or that there was none.
    pub first: String,
    /// The event in the second.
    pub second: String,
}

impl Entry {
    /// What the run of `job`, which has the number `number`, contributes.
    pub fn new(
        (number, job): (usize, &Job),
        name: &str,
        scenario: &Scenario,
        run: &Run,
        findings: &Findings,
        decide: Decide<'_>,
    ) -> Entry {
        let measured = Tally::of(run, &run.measured_window(), |_| true);
        let sweep = scenario.verdict.sweep.iter();
        let p99 = measured.latency.percentile(99.0);
        Entry {
            job: number,
            scenario: name.into(),
            scenario_hash: scenario.hash.clone(),
            overrides: scenario.overrides.clone(),
            role: job.role.clone(),
            variant: scenario.variant.clone(),
            seed: job.seed,
            verdict: findings.verdict,
            expectations: findings.expectations.iter().map(Into::into).collect(),
            reasons: findings.reasons.clone(),
            samples: sweep.map(|stated| sample(&stated.sentence, scenario, run, decide)).collect(),
            requests: measured.counts,
            latency: EncodedLatencies::from(&measured.latency),
            p99_ms: p99.map(|p99| millis(p99, 3)),
            fingerprint: format!("{:016x}", run.fingerprint),
            crashes: run.crashes.iter().map(CrashReport::from).collect(),
            problems: run.problems.clone(),
            bugs: findings.bugs.clone(),
            divergence: None,
        }
    }

    /// Adds that a second run went another way, which fails this one.
    pub fn add_divergence(&mut self, divergence: Divergence) {
        self.verdict = Verdict::Fail;
        self.reasons
            .push(format!("two runs of this seed differ, first at {}", divergence.location()));
        self.divergence = Some(divergence);
    }

    /// Whether something else than its answers failed it: a panic or an endless loop.
    pub(super) fn broke_down(&self) -> bool {
        let failure = |problem: &Problem| matches!(problem, Problem::Failure(_));
        !self.crashes.is_empty() || self.problems.iter().any(failure)
    }

    /// The expectations that it violated.
    pub(super) fn violated(&self) -> impl Iterator<Item = &ExpectationReport> {
        let all = self.expectations.iter();
        all.filter(|expectation| expectation.verdict == Verdict::Fail)
    }
}

impl Divergence {
    /// Event, time and node, for people.
    pub fn location(&self) -> String {
        let node = match self.node.as_str() {
            "" => "the network",
            node => node,
        };
        format!("event {} at {} on {node}", self.event, self.at)
    }
}

fn sample(sentence: &Sentence, scenario: &Scenario, run: &Run, decide: Decide<'_>) -> Sample {
    match sentence {
        Sentence::Violates { property, .. } => match decide(property, run) {
            Some(found) => match found.verdict {
                Verdict::Pass => Sample::Holds,
                Verdict::Fail => Sample::Violated,
                Verdict::Inconclusive => Sample::Unknown(found.why),
            },
            None => Sample::Unknown(format!("no checker decides `{property}` yet")),
        },
        Sentence::Aggregate { metric, window, .. } => {
            match measure(metric, window, scenario, run) {
                Ok(measured) if measured.value.number().is_finite() => {
                    Sample::Value(measured.value.number())
                }
                Ok(measured) if measured.value.number() == f64::INFINITY => Sample::Never,
                Ok(_) => Sample::Unknown("what was measured is no number".into()),
                Err(why) => Sample::Unknown(why),
            }
        }
        Sentence::Metric { .. } | Sentence::Property { .. } => {
            Sample::Unknown("each run decides this sentence".into())
        }
    }
}
