//! Faults that show nothing: those that changed nothing, and those that nobody could notice.

use netsplit_history::{FaultRecord, Operation, Run, Window};
use netsplit_scenario::{Metric, Population, Property, Quantity, Scenario, Sentence};

use super::show;

/// Why a fault of the run shows nothing; `None` when it shows something, or may miss.
pub(super) fn failure(fault: &FaultRecord, scenario: &Scenario, run: &Run) -> Option<String> {
    if fault.may_miss {
        return None;
    }
    fault.failure().or_else(|| unnoticed(fault, scenario, run))
}

/// Why nobody could notice a fault. Requests could, from its strike to `settle` after its heal, and
/// later ones if an expectation is about the whole history; so could sentences about the lab.
fn unnoticed(fault: &FaultRecord, scenario: &Scenario, run: &Run) -> Option<String> {
    let sentences = || {
        let verdict = &scenario.verdict;
        verdict.expect.iter().chain(&verdict.sweep).map(|expectation| &expectation.sentence)
    };
    let settled = fault.spans.iter().map(|&(strike, heal)| (strike, heal + scenario.settle));
    let window = Window::union(settled);
    let under_way = |op: &Operation| window.meets(op.intended, op.finished);
    let strike = window.start().unwrap_or(run.end);
    let noticed = sentences().any(reads_the_lab)
        || run.operations.iter().any(under_way)
        || sentences().any(reads_the_history)
            && run.operations.iter().any(|op| op.finished >= strike);
    if noticed {
        return None;
    }
    let settle = show(Quantity::Nanos(scenario.settle.as_nanos() as f64));
    Some(format!(
        "nobody could notice fault `{}`: from its strike to {settle} after its heal no request was \
         asked or under way, and no expectation reads an invariant or a measure of the lab",
        fault.name
    ))
}

fn property(sentence: &Sentence) -> Option<&Property> {
    match sentence {
        Sentence::Property { property, .. } | Sentence::Violates { property, .. } => Some(property),
        Sentence::Metric { .. } | Sentence::Aggregate { .. } => None,
    }
}

/// Whether a sentence reads an invariant or a number of the lab.
fn reads_the_lab(sentence: &Sentence) -> bool {
    match sentence {
        Sentence::Metric { metric, .. } | Sentence::Aggregate { metric, .. } => matches!(
            metric,
            Metric::Lab { .. }
                | Metric::Latency(_, Population::Observed { .. })
                | Metric::Slower(_, Population::Observed { .. })
        ),
        _ => matches!(property(sentence), Some(Property::Invariant(_))),
    }
}

/// Whether a sentence is about all requests, however late.
fn reads_the_history(sentence: &Sentence) -> bool {
    property(sentence)
        .is_some_and(|property| !matches!(property, Property::Invariant(_) | Property::Serves(_)))
}
