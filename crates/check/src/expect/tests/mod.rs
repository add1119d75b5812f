//! Rules of evaluation, each on hand-made runs.

mod metrics;
mod recoveries;
mod verdicts;
mod windows;

use netsplit_history::Run;
use netsplit_scenario::{
    Comparison, Metric, Population, Property, Quantity, Requests, Sentence, Statistic, WindowName,
};

use super::testing::{scenario, sentence};
use super::{Finding, PropertyFinding, evaluate};

pub fn unknown(_: &Property, _: &Run) -> Option<PropertyFinding> {
    None
}

/// The finding about a single sentence.
pub fn finding(run: &Run, sentence: Sentence) -> Finding {
    let findings = evaluate(&scenario([sentence]), run, &unknown);
    findings.expectations[0].clone()
}

pub fn availability(bound: f64, window: WindowName) -> Sentence {
    let metric = Metric::Availability(Requests::default());
    sentence(metric, Comparison::AtLeast, Quantity::Share(bound), window)
}

pub fn percentile(p: f64, of: impl Into<Population>, below_ms: f64) -> Sentence {
    let metric = Metric::Latency(Statistic::Percentile(p), of.into());
    sentence(metric, Comparison::Less, Quantity::Nanos(below_ms * 1e6), WindowName::Overall)
}

pub fn recovery(window: WindowName, below_s: f64) -> Sentence {
    sentence(Metric::Recovery, Comparison::Less, Quantity::Nanos(below_s * 1e9), window)
}

pub fn during(name: &str) -> WindowName {
    WindowName::During(name.into())
}

pub fn after(name: &str) -> WindowName {
    WindowName::After(name.into())
}
