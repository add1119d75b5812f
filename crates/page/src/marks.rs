//! The time to which each expectation belongs: where a failed one fell.

use netsplit_check::{Finding, Findings, Verdict, resolve};
use netsplit_history::{Run, Time, Window};
use netsplit_scenario::{Scenario, Sentence};
use serde::Serialize;

/// An expectation's place in time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Mark {
    pub failed: bool,
    pub from: Time,
    pub to: Time,
    /// The numbers of the operations of its witness, by the history.
    pub operations: Vec<usize>,
}

/// The marks of the findings, in their order.
pub(crate) fn marks(scenario: &Scenario, run: &Run, findings: &Findings) -> Vec<Mark> {
    let sentences = scenario.verdict.expect.iter().map(|expectation| &expectation.sentence);
    let sentences = sentences.map(Some).chain(std::iter::repeat(None));
    findings
        .expectations
        .iter()
        .zip(sentences)
        .map(|(finding, sentence)| mark(scenario, run, finding, sentence))
        .collect()
}

fn mark(scenario: &Scenario, run: &Run, finding: &Finding, sentence: Option<&Sentence>) -> Mark {
    let window = match (&finding.witness, sentence) {
        (Some(witness), _) => {
            let from = witness.operations.iter().map(|it| it.invoke_ns).min().unwrap_or(0);
            let to = witness.operations.iter().filter_map(|it| it.return_ns).max();
            Window::span(Time::from_nanos(from), Time::from_nanos(to.unwrap_or(from).max(from) + 1))
        }
        (None, Some(Sentence::Metric { window, .. })) => resolve(window, run, scenario.settle),
        _ => run.measured_window(),
    };
    let whole = (Time::ZERO, run.end);
    let operations = finding.witness.iter().flat_map(|it| &it.operations).map(|it| it.number);
    Mark {
        failed: finding.verdict == Verdict::Fail,
        from: window.start().unwrap_or(whole.0),
        to: window.end().unwrap_or(whole.1),
        operations: operations.collect(),
    }
}
