//! Evaluation of a run against its scenario's expectations.
//!
//! [`evaluate`] takes a [`Scenario`] and a [`Run`] and returns [`Findings`]: one [`Finding`] per
//! sentence of `expect`, and the run's [`Verdict`]. It is a pure function: the same run always has
//! the same findings, and a stored run can be judged again by another file.
//!
//! A verdict is the worst of its parts: fail outweighs inconclusive, which outweighs pass. Missing
//! evidence never passes: a window without requests, a metric without samples, a fault
//! that changed nothing or that nobody could notice, an action that was never obeyed, a property that
//! no checker decides or nothing could violate, a percentile of too few samples.
//!
//! - [`resolve`] turns a window's name into spans of time;
//! - [`measure`] turns a metric and a window into a number, or says why there is none;
//! - [`show`] formats such a number;
//! - [`answer`] answers a question of the scenario.
//!
//! Named properties are decided by the closure passed to `evaluate`; a property that the closure
//! does not know is inconclusive.
//!
//! Left out: sentences over many seeds. One run cannot decide them, so they are
//! listed in [`Findings::sweep`] and leave its verdict alone.

mod answer;
mod faults;
mod measure;
mod population;
mod quantity;
mod verdict;
mod window;

#[cfg(test)]
mod testing;

use netsplit_history::{ActionRecord, Problem, Run, Tally};
use netsplit_scenario::{Comparison, Expectation, Property, Quantity, Scenario, Sentence};

pub use answer::answer;
pub use measure::{Measured, measure};
pub use quantity::{show, significant};
pub use verdict::{Finding, Findings, PropertyFinding, Verdict};
pub use window::{resolve, until_next_strike};

/// Decides a named property of a run; `None` when no checker knows it.
pub type Decide<'a> = &'a dyn Fn(&Property, &Run) -> Option<PropertyFinding>;

/// Judges `run` by the expectations of `scenario`.
pub fn evaluate(scenario: &Scenario, run: &Run, decide: Decide<'_>) -> Findings {
    let mut findings = Findings::default();
    for expectation in &scenario.verdict.expect {
        match judge(expectation, scenario, run, decide) {
            Some(finding) => findings.add(finding),
            None => findings.sweep.push(expectation.text.clone()),
        }
    }
    let sweep = scenario.verdict.sweep.iter();
    findings.sweep.extend(sweep.map(|s| s.text.clone()));
    add_failures(run, &mut findings);
    add_inconclusive(scenario, run, &mut findings);
    findings
}

/// The finding about one sentence; `None` when only many seeds decide it.
fn judge(
    expectation: &Expectation,
    scenario: &Scenario,
    run: &Run,
    decide: Decide<'_>,
) -> Option<Finding> {
    let mut witness = None;
    let (mut verdict, observed, mut why) = match &expectation.sentence {
        Sentence::Metric { metric, comparison, value, window } => {
            match measure(metric, window, scenario, run) {
                Ok(measured) => compare(measured, *comparison, *value),
                Err(why) => (Verdict::Inconclusive, None, why),
            }
        }
        Sentence::Property { property, negated } => {
            let found = ask(property, *negated, run, decide);
            witness = found.witness;
            (found.verdict, None, found.why)
        }
        Sentence::Violates { .. } | Sentence::Aggregate { .. } => return None,
    };
    let could_still_hold =
        !matches!(&expectation.sentence, Sentence::Property { negated: false, .. });
    if run.ended_early && verdict == Verdict::Fail && could_still_hold {
        verdict = Verdict::Inconclusive;
        why = "the run ended early".into();
    }
    Some(Finding {
        text: expectation.text.clone(),
        line: expectation.line,
        verdict,
        shown: observed.map(|quantity| quantity::show_for(quantity, &expectation.sentence)),
        observed,
        why,
        witness,
    })
}

fn compare(
    measured: Measured,
    comparison: Comparison,
    value: Quantity,
) -> (Verdict, Option<Quantity>, String) {
    if let Some(why) = measured.too_few_for(value) {
        return (Verdict::Inconclusive, Some(measured.value), why);
    }
    let (number, bound) = (measured.value.number(), value.number());
    let verdict = match (comparison.holds(number, bound), measured.only) {
        (true, None) => Verdict::Pass,
        (false, None) => Verdict::Fail,
        (false, Some(side)) if number.total_cmp(&bound) == side => Verdict::Fail,
        (_, Some(_)) => Verdict::Inconclusive,
    };
    (verdict, Some(measured.value), measured.note)
}

fn ask(property: &Property, negated: bool, run: &Run, decide: Decide<'_>) -> PropertyFinding {
    let Some(found) = decide(property, run) else {
        let why = format!("no checker decides `{property}`");
        return PropertyFinding::new(Verdict::Inconclusive, why);
    };
    let verdict = match found.verdict {
        Verdict::Pass if negated => Verdict::Fail,
        Verdict::Fail if negated => Verdict::Pass,
        verdict => verdict,
    };
    PropertyFinding { verdict, ..found }
}

/// Failures that no sentence covers: crashes and problems.
fn add_failures(run: &Run, findings: &mut Findings) {
    for crash in &run.crashes {
        let (node, at) = (&crash.node, crash.at.as_secs_f64());
        let (message, place) = (&crash.message, &crash.place);
        findings.add_reason(
            Verdict::Fail,
            format!("{node} crashed at {at:.3}s without a fault: {message} ({place})"),
        );
    }
    for problem in &run.problems {
        match problem {
            Problem::Failure(why) => findings.add_reason(Verdict::Fail, why.clone()),
            Problem::Inconclusive(why) => findings.add_reason(Verdict::Inconclusive, why.clone()),
        }
    }
}

/// Reasons why the run shows less than it seems to.
fn add_inconclusive(scenario: &Scenario, run: &Run, findings: &mut Findings) {
    for why in run.faults.iter().filter_map(|fault| faults::failure(fault, scenario, run)) {
        findings.add_reason(Verdict::Inconclusive, why);
    }
    for why in run.actions.iter().filter_map(ActionRecord::failure) {
        findings.add_reason(Verdict::Inconclusive, why);
    }
    let measured = Tally::of(run, &run.measured_window(), |_| true);
    if !scenario.loads.is_empty() && measured.counts.attempted == 0 {
        findings.add_reason(Verdict::Inconclusive, "no request was measured".into());
    }
    if !run.littles_law.holds() {
        let law = run.littles_law;
        let why = format!(
            "Little's law does not hold: {} ns of requests in the system, {} ns of their \
             sojourns; this is a bug of netsplit",
            law.integral_ns, law.sojourn_ns
        );
        findings.bugs.push(why.clone());
        findings.add_reason(Verdict::Inconclusive, why);
    }
}

#[cfg(test)]
mod tests;
