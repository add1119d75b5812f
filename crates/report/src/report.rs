//! The report: schema `netsplit.report/1`.
//!
//! Fields are only added; a change of meaning needs a new schema.

use std::collections::BTreeMap;
use std::time::Duration;

use netsplit_check::{Finding, Findings, Verdict, Witness, significant};
use netsplit_history::{
    ActionRecord, Counts, Crash, FaultRecord, Latencies, NetworkCounts, Operation, Problem, Run,
    Sample, Tally, Time, Touch, Window, worst_second,
};
use netsplit_scenario::{Metric, Quantity, Scenario, Sentence};
use serde::ser::Error;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::to_raw_value;

use crate::phases::phases;
use crate::rounding::{seconds, share};
use crate::terminal::text::thousands;
use crate::{LatencyMs, OverTimeReport, Phase};

const SCHEMA: &str = "netsplit.report/1";
/// Significant digits of a lab's metrics.
const METRIC_DIGITS: usize = 6;

/// The report about one run. Requests of the warm-up are excluded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// `netsplit.report/1`.
    pub schema: String,
    /// The scenario's name: `quorum-kv/minority-partition`.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// xxh3 of its text.
    pub scenario_hash: String,
    /// `key=value`, in the order given.
    pub overrides: Vec<String>,
    /// The lab.
    pub lab: String,
    /// The variant: which fillings its seats have.
    pub variant: String,
    /// The seed.
    pub seed: u64,
    /// xxh3 of the whole trace, in hexadecimal: equal fingerprints mean equal runs.
    pub fingerprint: String,
    /// The outcome of the run.
    pub verdict: Verdict,
    /// Reasons beyond the expectations why it did not pass.
    pub reasons: Vec<String>,
    /// Length of the run in seconds, including the drain.
    pub simulated_s: f64,
    /// Start and end of the measured part in seconds: from the end of the warm-up until the load
    /// stopped.
    pub measured_s: (f64, f64),
    /// Requests by status.
    pub requests: Counts,
    /// ok / attempted.
    pub availability: Option<f64>,
    /// The second with the lowest availability.
    pub worst_second: Option<WorstSecond>,
    /// Latencies of the successful requests.
    pub latency_ms: LatencyMs,
    /// Requests and latencies by operation.
    pub operations: BTreeMap<String, OperationReport>,
    /// The same by load.
    #[serde(default)]
    pub loads: BTreeMap<String, OperationReport>,
    /// The same by region of the load, where loads have one.
    #[serde(default)]
    pub regions: BTreeMap<String, OperationReport>,
    /// Requests and latencies by phase.
    pub phases: Vec<Phase>,
    /// The faults and their effects.
    pub faults: Vec<FaultReport>,
    /// The actions: when each was asked, and when it was obeyed.
    #[serde(default)]
    pub actions: Vec<ActionReport>,
    /// Message counts of the network.
    pub network: NetworkCounts,
    /// Distributions that the lab observed.
    pub observed: BTreeMap<String, LatencyMs>,
    /// Counters, gauges and measures of the lab. NaN and infinities are null.
    pub metrics: BTreeMap<String, Option<f64>>,
    /// The expectations with their verdicts.
    pub expectations: Vec<ExpectationReport>,
    /// Sentences that `netsplit verify` decides over many seeds.
    pub sweep: Vec<String>,
    /// Crashes that were not injected by a fault.
    pub crashes: Vec<CrashReport>,
    /// Other problems of the run.
    pub problems: Vec<Problem>,
    /// Numbers over time.
    #[serde(default, serialize_with = "one_line")]
    pub over_time: OverTimeReport,
    /// Versions of the software that wrote the report.
    pub versions: Versions,
}

/// Writes a value without line breaks: an indented list of numbers would have a line for each.
fn one_line<T: Serialize, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    to_raw_value(value).map_err(S::Error::custom)?.serialize(serializer)
}

impl Report {
    /// The report about `run`, a run of the scenario called `name`, with its findings.
    pub fn new<'a>(
        name: &str,
        scenario: &'a Scenario,
        run: &'a Run,
        findings: &Findings,
    ) -> Report {
        let measured = run.measured_window();
        let all = Tally::of(run, &measured, |_| true);
        Report {
            schema: SCHEMA.into(),
            scenario: name.into(),
            title: scenario.title.clone(),
            scenario_hash: scenario.hash.clone(),
            overrides: scenario.overrides.clone(),
            lab: scenario.lab.name.to_owned(),
            variant: scenario.variant.clone(),
            seed: run.seed,
            fingerprint: format!("{:016x}", run.fingerprint),
            verdict: findings.verdict,
            reasons: findings.reasons.clone(),
            simulated_s: seconds(run.end),
            measured_s: (seconds(run.warmup), seconds(run.duration)),
            requests: all.counts,
            availability: all.counts.availability().map(share),
            worst_second: worst_second(run, &measured).map(WorstSecond::from),
            latency_ms: LatencyMs::from(&all.latency),
            operations: grouped(run, &measured, |op| Some(&*op.op)),
            loads: grouped(run, &measured, |op| Some(&*op.load)),
            regions: grouped(run, &measured, |op| {
                let load = scenario.loads.iter().find(|load| *load.name == *op.load)?;
                load.region.as_deref()
            }),
            phases: phases(scenario, run),
            faults: run.faults.iter().map(FaultReport::from).collect(),
            actions: run.actions.iter().map(ActionReport::from).collect(),
            network: run.network,
            observed: observed(run, &measured),
            metrics: metrics(scenario, run, &measured),
            expectations: findings.expectations.iter().map(Into::into).collect(),
            sweep: findings.sweep.clone(),
            crashes: run.crashes.iter().map(CrashReport::from).collect(),
            problems: run.problems.clone(),
            over_time: OverTimeReport::from(run),
            versions: Versions::default(),
        }
    }
}

/// Requests and latencies by a name that each operation may have.
fn grouped<'a>(
    run: &'a Run,
    measured: &Window,
    name_of: impl Fn(&'a Operation) -> Option<&'a str>,
) -> BTreeMap<String, OperationReport> {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for operation in run.operations.iter().filter(|op| measured.contains(op.intended)) {
        if let Some(name) = name_of(operation) {
            tallies.entry(name).or_default().add(operation);
        }
    }
    let report = |(name, tally): (&str, Tally)| {
        let (requests, latency_ms) = (tally.counts, LatencyMs::from(&tally.latency));
        let availability = requests.availability().map(share);
        (name.to_owned(), OperationReport { requests, availability, latency_ms })
    };
    tallies.into_iter().map(report).collect()
}

fn observed(run: &Run, measured: &Window) -> BTreeMap<String, LatencyMs> {
    let distribution = |samples: &Vec<Sample<Duration>>| -> Latencies {
        let inside = samples.iter().filter(|sample| measured.contains(sample.at));
        inside.map(|sample| sample.value).collect()
    };
    let all = run.observed.iter();
    all.map(|(name, samples)| (name.to_string(), LatencyMs::from(&distribution(samples)))).collect()
}

/// A measure of the whole run shadows a series of the same name, as in expectations. Of numbered
/// measures, which may be many, the first is shown, and those that expectations name.
fn metrics(scenario: &Scenario, run: &Run, measured: &Window) -> BTreeMap<String, Option<f64>> {
    let lab = scenario.lab;
    let is_shown = |name: &str| {
        lab.numbered(name).is_none()
            || lab.measures.iter().any(|measure| measure.name == name)
            || scenario.verdict.expect.iter().any(|expectation| reads(&expectation.sentence, name))
    };
    let series = run.series.iter();
    let series = series.map(|(name, series)| (name.to_string(), series.value(measured)));
    let measures = run.measured.iter().filter(|(name, _)| is_shown(name));
    let measures = measures.map(|(name, x)| (name.clone(), Some(*x)));
    let rounded = |number: f64| significant(number, METRIC_DIGITS);
    series
        .chain(measures)
        .map(|(name, number)| (name, number.filter(|x| x.is_finite()).map(rounded)))
        .collect()
}

/// Whether a sentence reads this measure of the lab.
fn reads(sentence: &Sentence, measure: &str) -> bool {
    let (Sentence::Metric { metric, .. } | Sentence::Aggregate { metric, .. }) = sentence else {
        return false;
    };
    matches!(metric, Metric::Lab { name, .. } if name == measure)
}

/// The requests of one operation, load or region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperationReport {
    /// Requests by status.
    pub requests: Counts,
    /// ok / attempted.
    pub availability: Option<f64>,
    /// Latencies of the successful ones.
    pub latency_ms: LatencyMs,
}

/// The one-second bucket with the lowest availability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorstSecond {
    /// Its start, in seconds.
    pub from_s: f64,
    /// ok / attempted.
    pub availability: f64,
}

impl From<(Time, f64)> for WorstSecond {
    fn from((from, availability): (Time, f64)) -> WorstSecond {
        WorstSecond { from_s: seconds(from), availability: share(availability) }
    }
}

/// One fault over all its firings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaultReport {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Number of firings.
    pub firings: usize,
    /// Its first strike, in seconds; null when it never struck.
    pub from_s: Option<f64>,
    /// Its last heal, in seconds.
    pub to_s: Option<f64>,
    /// Counts of what it changed; those that are zero are left out.
    pub touched: BTreeMap<Touch, u64>,
    /// Nodes that it affected.
    pub affected_nodes: Vec<String>,
}

impl From<&FaultRecord> for FaultReport {
    fn from(fault: &FaultRecord) -> FaultReport {
        FaultReport {
            name: fault.name.clone(),
            kind: fault.kind.clone(),
            firings: fault.spans.len(),
            from_s: fault.spans.iter().map(|span| span.0).min().map(seconds),
            to_s: fault.spans.iter().map(|span| span.1).max().map(seconds),
            touched: fault.touched.iter().collect(),
            affected_nodes: fault.affected_nodes.iter().cloned().collect(),
        }
    }
}

impl FaultReport {
    /// What it changed, in words: `312 messages dropped, 1 memory lost`.
    pub fn changed(&self) -> String {
        let counts = self.touched.iter().map(|(touch, count)| touch.count(*count, thousands));
        let counts: Vec<_> = counts.collect();
        if counts.is_empty() { "touched nothing".into() } else { counts.join(", ") }
    }
}

/// One action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActionReport {
    /// Its name.
    pub name: String,
    /// The verb with its arguments: `leave n3`.
    pub what: String,
    /// When the lab was asked, in seconds; null when it never was.
    pub asked_s: Option<f64>,
    /// When the lab had obeyed, in seconds; null when it never had.
    pub obeyed_s: Option<f64>,
    /// Why it was not asked or not obeyed, as far as that is known; may be empty.
    pub why: String,
}

impl From<&ActionRecord> for ActionReport {
    fn from(action: &ActionRecord) -> ActionReport {
        ActionReport {
            name: action.name.clone(),
            what: action.what.clone(),
            asked_s: action.asked.map(seconds),
            obeyed_s: action.obeyed.map(seconds),
            why: action.why.clone(),
        }
    }
}

/// One expectation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExpectationReport {
    /// As written.
    pub text: String,
    /// Its line in the scenario file; null for an override.
    pub line: Option<usize>,
    /// Whether it holds.
    pub verdict: Verdict,
    /// The measured value; null for a property, and for a recovery that never came.
    pub observed: Option<Observed>,
    /// The same, human-readable; empty when nothing was measured.
    pub shown: String,
    /// The reason or a caveat; may be empty.
    pub why: String,
    /// Contradictory operations, where a property's checker found some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<Box<Witness>>,
}

impl From<&Finding> for ExpectationReport {
    fn from(finding: &Finding) -> ExpectationReport {
        ExpectationReport {
            text: finding.text.clone(),
            line: finding.line,
            verdict: finding.verdict,
            observed: finding.observed.and_then(Observed::of),
            shown: finding.shown.clone().unwrap_or_default(),
            why: finding.why.clone(),
            witness: finding.witness.clone(),
        }
    }
}

/// A number with its unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// The number.
    pub value: f64,
    /// `ms`, `share` (0 to 1), `1/s`, or empty.
    pub unit: String,
}

impl Observed {
    fn of(quantity: Quantity) -> Option<Observed> {
        let (value, unit) = match quantity {
            Quantity::Nanos(nanos) => (significant(nanos / 1e6, METRIC_DIGITS), "ms"),
            Quantity::Share(x) => (share(x), "share"),
            Quantity::PerSecond(rate) => (significant(rate, METRIC_DIGITS), "1/s"),
            Quantity::Number(number) => (significant(number, METRIC_DIGITS), ""),
        };
        let unit = unit.to_owned();
        value.is_finite().then_some(Observed { value, unit })
    }
}

/// A node that crashed without a fault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrashReport {
    /// The node.
    pub node: String,
    /// The time, in seconds.
    pub at_s: f64,
    /// The panic's message.
    pub message: String,
    /// The panic's source location.
    pub place: String,
}

impl From<&Crash> for CrashReport {
    fn from(crash: &Crash) -> CrashReport {
        CrashReport {
            node: crash.node.clone(),
            at_s: seconds(crash.at),
            message: crash.message.clone(),
            place: crash.place.clone(),
        }
    }
}

/// Versions of the software that wrote the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// Of netsplit.
    pub netsplit: String,
    /// Of the report's schema.
    pub report: u32,
}

impl Default for Versions {
    fn default() -> Versions {
        Versions { netsplit: env!("CARGO_PKG_VERSION").into(), report: 1 }
    }
}
