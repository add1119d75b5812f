//! Values of a student's own, and the bounds that fit them.
//!
//! A scenario's bounds hold for its own values. With others, what the reference measures under the
//! same seed takes the place of each bound, and the reference must keep all other expectations, or
//! other values are drawn.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use netsplit_check::{Verdict, measure, significant};
use netsplit_harness::{Catalog, Experiment};
use netsplit_learn::Step;
use netsplit_scenario::{Comparison, Expectation, Sentence};

use crate::command::seeds;

/// How often values are drawn for a student until the reference passes with them.
const ATTEMPTS: usize = 20;

/// How much worse than the reference a number may be that is bounded on one side.
const ALLOWANCE: f64 = 0.05;

/// The digits of such a bound, which students read.
const DIGITS: usize = 6;

/// Whose values are drawn.
#[derive(Clone, Copy)]
pub struct Student<'a> {
    /// The secret that they are derived from.
    pub salt: &'a str,
    /// The student.
    pub name: &'a str,
}

/// A student's own values of a scenario.
pub struct Drawn {
    /// The values, as overrides `KEY=VALUE`.
    pub overrides: Vec<String>,
    /// The expectations under each seed.
    expect: BTreeMap<u64, Vec<Expectation>>,
}

impl Drawn {
    /// The scenario that judges the run of `seed`, one of those that the values were drawn for.
    pub fn judge(&self, experiment: &Experiment, seed: u64) -> Experiment {
        let mut experiment = experiment.clone();
        experiment.scenario.verdict.expect.clone_from(&self.expect[&seed]);
        experiment
    }

    /// The override that has the expectations of a seed.
    pub fn expect_override(&self, seed: u64) -> String {
        let texts = self.expect[&seed].iter().map(|expectation| format!("{:?}", expectation.text));
        format!("verdict.expect=[{}]", texts.collect::<Vec<_>>().join(", "))
    }
}

/// The student's values of a scenario; `None` when nothing is drawn for it.
///
/// # Errors
/// When the values cannot be set, or the reference passes with none that are drawn.
pub fn values(
    catalog: Catalog<'_>,
    shipped: &Experiment,
    step: &Step,
    student: Student<'_>,
    seeds: &[u64],
) -> anyhow::Result<Option<Drawn>> {
    let scenario = &shipped.name;
    let name = scenario.split_once('/').map_or(&**scenario, |(_, name)| name);
    for attempt in 0..ATTEMPTS {
        let number = |key: &str| {
            let of = [&step.path(), name, key, &attempt.to_string()];
            seeds::students_number(student.salt, student.name, &of)
        };
        let Some(overrides) = step.draws.overrides(name, number) else { return Ok(None) };
        let experiment = catalog.load(shipped.source(), &overrides);
        let experiment = experiment.with_context(|| drawn_for(step, name))?;
        let expect = |seed: &u64| Some((*seed, expectations(&experiment, *seed)?));
        if let Some(expect) = seeds.iter().map(expect).collect() {
            return Ok(Some(Drawn { overrides, expect }));
        }
    }
    bail!("{}: the reference passes with none of {ATTEMPTS} draws", drawn_for(step, name))
}

fn drawn_for(step: &Step, scenario: &str) -> String {
    format!("step.toml of {}, draw.{scenario}", step.path())
}

/// The expectations of a run: as written, but each bound is what the reference measures. `None` when
/// the reference does not pass by them.
fn expectations(experiment: &Experiment, seed: u64) -> Option<Vec<Expectation>> {
    let (run, _) = experiment.run(seed).ok()?;
    let mut judge = experiment.clone();
    for expectation in &mut judge.scenario.verdict.expect {
        if let Sentence::Metric { metric, comparison, value, window } = &mut expectation.sentence {
            let measured = measure(metric, window, &experiment.scenario, &run).ok()?.value;
            if !measured.number().is_finite() {
                return None;
            }
            let bound;
            (*comparison, bound) = fitted(*comparison, measured.number());
            *value = measured.with(bound);
            expectation.text = expectation.sentence.to_string();
        }
    }
    let findings = judge.judge(&run);
    (findings.verdict == Verdict::Pass).then_some(judge.scenario.verdict.expect)
}

/// The bound for what the reference measured.
fn fitted(comparison: Comparison, measured: f64) -> (Comparison, f64) {
    let bound = |allowed: f64| significant(measured * allowed, DIGITS);
    match comparison {
        Comparison::Less | Comparison::AtMost => (Comparison::AtMost, bound(1.0 + ALLOWANCE)),
        Comparison::Greater | Comparison::AtLeast => (Comparison::AtLeast, bound(1.0 - ALLOWANCE)),
        Comparison::Equal | Comparison::Within(_) => (comparison, measured),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_on_one_side_leaves_room_and_the_others_are_what_was_measured() {
        assert_eq!(fitted(Comparison::Less, 200.0), (Comparison::AtMost, 210.0));
        assert_eq!(fitted(Comparison::AtLeast, 200.0), (Comparison::AtLeast, 190.0));
        assert_eq!(fitted(Comparison::AtLeast, 134.7), (Comparison::AtLeast, 127.965));
        assert_eq!(fitted(Comparison::Equal, 200.0), (Comparison::Equal, 200.0));
        assert_eq!(fitted(Comparison::Within(0.1), 0.0), (Comparison::Within(0.1), 0.0));
    }
}
