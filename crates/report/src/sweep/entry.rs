//! Entries: the contribution of one run to a sweep.

use netsplit_check::{Decide, Findings, Verdict, measure};
use netsplit_history::{Counts, EncodedLatencies, Latencies, Problem, Run, Tally};
use netsplit_scenario::{Scenario, Sentence};
use serde::{Deserialize, Serialize};

use super::{Job, Planned, Role};
use crate::rounding::millis;
use crate::{CrashReport, ExpectationReport};

/// One run, as one line of a sweep file: everything that a summary needs.
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
    /// The role it ran in.
    pub role: Role,
    /// The variant: which fillings the lab's seats had.
    pub variant: String,
    /// The seed.
    pub seed: u64,
    /// The outcome of the run.
    pub verdict: Verdict,
    /// The expectations with their verdicts.
    pub expectations: Vec<ExpectationReport>,
    /// Reasons beyond the expectations why it did not pass.
    pub reasons: Vec<String>,
    /// A sample for each sentence of `sweep`.
    pub samples: Vec<Sample>,
    /// Measured requests by status.
    pub requests: Counts,
    /// Latencies of the successful ones.
    pub latency: EncodedLatencies,
    /// Their 99th percentile.
    pub p99_ms: Option<f64>,
    /// xxh3 of the whole trace.
    pub fingerprint: String,
    /// Crashes that were not injected by a fault.
    pub crashes: Vec<CrashReport>,
    /// Other problems of the run.
    pub problems: Vec<Problem>,
    /// Bugs of netsplit that the run revealed.
    pub bugs: Vec<String>,
    /// The first difference to a second run of the same seed, if there was one.
    #[serde(rename = "parting")]
    pub divergence: Option<Divergence>,
    /// The end of the process that did the run, if it ended before the run did: nothing else is
    /// known of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<String>,
}

/// One run's value for a sentence over many runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sample {
    /// The measured number.
    Value(f64),
    /// An infinite duration: a recovery that never came.
    Never,
    /// The property holds.
    Holds,
    /// The property is violated.
    Violated,
    /// Undecided, with the reason.
    Unknown(String),
}

/// The first event at which two runs of one seed differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Divergence {
    /// Its number in the trace, from 1.
    pub event: usize,
    /// The time, in the format of `netsplit trace`.
    pub at: String,
    /// The node; empty for the network as a whole.
    pub node: String,
    /// The event in the first run, or a note that there was none.
    pub first: String,
    /// The event in the second.
    pub second: String,
}

impl Entry {
    /// The entry of the run of `job`, the plan's job number `number`.
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
            lost: None,
        }
    }

    /// The entry of a run whose process ended before the run did, as `why` says.
    pub fn lost((number, job): (usize, &Job), planned: &Planned, why: &str) -> Entry {
        let reason = format!("lost: {why}");
        let latency = EncodedLatencies::from(&Latencies::default());
        Entry {
            job: number,
            scenario: planned.scenario.clone(),
            scenario_hash: planned.scenario_hash.clone(),
            overrides: planned.overrides.clone(),
            role: job.role.clone(),
            variant: match &job.role {
                Role::Subject => planned.variant.clone(),
                Role::Catches(variant) => variant.clone(),
            },
            seed: job.seed,
            verdict: Verdict::Inconclusive,
            expectations: Vec::new(),
            samples: planned.sweep.iter().map(|_| Sample::Unknown(reason.clone())).collect(),
            reasons: vec![reason],
            requests: Counts::default(),
            latency,
            p99_ms: None,
            fingerprint: String::new(),
            crashes: Vec::new(),
            problems: Vec::new(),
            bugs: Vec::new(),
            divergence: None,
            lost: Some(why.into()),
        }
    }

    /// Records that a second run differed, which fails this one.
    pub fn add_divergence(&mut self, divergence: Divergence) {
        self.verdict = Verdict::Fail;
        self.reasons
            .push(format!("two runs of this seed differ, first at {}", divergence.location()));
        self.divergence = Some(divergence);
    }

    /// Whether it failed by a panic or an endless loop rather than by wrong answers.
    pub(crate) fn broke_down(&self) -> bool {
        let failure = |problem: &Problem| matches!(problem, Problem::Failure(_));
        !self.crashes.is_empty() || self.problems.iter().any(failure)
    }

    /// Whether it violates an expectation, rather than failing only by a breakdown.
    pub fn violates(&self) -> bool {
        self.verdict == Verdict::Fail && !self.broke_down() && self.violated().next().is_some()
    }

    /// The expectations that it violated.
    pub(crate) fn violated(&self) -> impl Iterator<Item = &ExpectationReport> {
        let all = self.expectations.iter();
        all.filter(|expectation| expectation.verdict == Verdict::Fail)
    }
}

impl Divergence {
    /// Event, time and node, human-readable.
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
                // A percentile of too few samples says nothing about the run's percentile.
                Ok(measured) if measured.only.is_some() => Sample::Unknown(measured.note),
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

#[cfg(test)]
mod tests {
    use netsplit_history::Status;
    use netsplit_scenario::{
        Comparison, Ended, Metric, Over, Quantity, SeedAggregate, Statistic, WindowName,
    };

    use super::*;
    use crate::testing::cut;

    #[test]
    fn a_percentile_of_too_few_requests_is_no_sample() {
        let sentence = Sentence::Aggregate {
            aggregate: SeedAggregate::Mean,
            metric: Metric::Latency(Statistic::Percentile(99.0), Ended::Successful.into()),
            comparison: Comparison::Less,
            value: Quantity::Nanos(1e9),
            window: WindowName::Overall,
            over: Over(2),
        };
        let sampled = |requests: usize| {
            let (scenario, mut run) = cut();
            let measured = run.measured_window();
            run.operations.retain(|op| measured.contains(op.intended) && op.status == Status::Ok);
            run.operations.truncate(requests);
            sample(&sentence, &scenario, &run, &|_, _| None)
        };
        assert!(matches!(sampled(100), Sample::Value(_)), "{:?}", sampled(100));
        let why = "99 samples cannot show a p99: that takes 100";
        assert_eq!(sampled(99), Sample::Unknown(why.into()));
    }
}
