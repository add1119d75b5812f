//! Failed expectations: how often, and how badly.

use netsplit_check::Verdict;
use netsplit_scenario::Comparison;
use serde::{Deserialize, Serialize};

use super::runs::Runs;
use super::{Entry, Stated};
use crate::ExpectationReport;

/// One expectation over all of a scenario's own runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExpectationTally {
    /// As written.
    pub text: String,
    /// Its line in the scenario file.
    pub line: Option<usize>,
    /// Number of runs in which it held.
    pub passed: usize,
    /// Number of runs in which it did not.
    pub failed: usize,
    /// Number of runs in which it was undecided.
    pub inconclusive: usize,
    /// The worst of the runs in which it did not hold.
    pub worst: Option<Worst>,
}

/// The worst of several runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Worst {
    /// Its seed.
    pub seed: u64,
    /// The measured value, human-readable; empty for a property.
    pub shown: String,
    /// The reason or a caveat; may be empty.
    pub why: String,
}

impl ExpectationTally {
    /// A sentence on how often it did not hold; `None` when it always held.
    pub(super) fn describe(&self) -> Option<String> {
        let (failed, open) = (self.failed, self.inconclusive);
        let how = match (failed, open) {
            (0, 0) => return None,
            (_, 0) => format!("failed in {failed}"),
            (0, _) => format!("inconclusive in {open}"),
            (_, _) => format!("failed in {failed} and inconclusive in {open}"),
        };
        let all = self.passed + failed + open;
        Some(format!("{}: {how} of {all} runs", self.text))
    }
}

/// Tallies each expectation.
pub(super) fn tally(runs: &Runs<'_>) -> Vec<ExpectationTally> {
    let stated = runs.planned.expect.iter().enumerate();
    stated
        .map(|(index, stated)| {
            let of = |entry: &'_ Entry| entry.expectations.get(index).map(|e| e.verdict);
            let count = |verdict| runs.entries().filter(|e| of(e) == Some(verdict)).count();
            ExpectationTally {
                text: stated.text.clone(),
                line: stated.line,
                passed: count(Verdict::Pass),
                failed: count(Verdict::Fail),
                inconclusive: count(Verdict::Inconclusive),
                worst: worst(runs, index, stated),
            }
        })
        .collect()
}

fn worst(runs: &Runs<'_>, index: usize, stated: &Stated) -> Option<Worst> {
    let found = |entry: &'_ Entry| Some((entry.seed, entry.expectations.get(index)?.clone()));
    let not_held = runs.entries().filter_map(found);
    let mut worst: Option<(u64, ExpectationReport)> = None;
    for candidate in not_held.filter(|(_, e)| e.verdict != Verdict::Pass) {
        let worse = worst.as_ref().is_none_or(|(_, worst)| {
            badness(&candidate.1, stated.comparison) > badness(worst, stated.comparison)
        });
        if worse {
            worst = Some(candidate);
        }
    }
    worst.map(|(seed, expectation)| Worst { seed, shown: expectation.shown, why: expectation.why })
}

/// The distance from the expected value; the greater, the worse. A missing number, such as a
/// recovery that never came, is the worst.
fn badness(found: &ExpectationReport, comparison: Option<Comparison>) -> (Verdict, f64) {
    let number = match (&found.observed, comparison) {
        (None, Some(_)) if !found.shown.is_empty() => f64::INFINITY,
        (Some(observed), Some(Comparison::Less | Comparison::AtMost)) => observed.value,
        (Some(observed), Some(Comparison::Greater | Comparison::AtLeast)) => -observed.value,
        _ => f64::NEG_INFINITY,
    };
    (found.verdict, number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Observed;
    use crate::sweep::Summary;
    use crate::sweep::testing::{entries, fails, passes, plan, planned};

    fn measured(value: f64) -> Entry {
        let mut entry = fails();
        entry.expectations[0].observed = Some(Observed { value, unit: "ms".into() });
        entry.expectations[0].shown = format!("{value}ms");
        entry
    }

    #[test]
    fn the_worst_is_the_farthest_on_the_wrong_side() {
        let plan = plan(4, vec![planned("lab/a")]);
        let runs = vec![passes(), measured(41.0), measured(90.0), measured(50.0)];
        let summary = Summary::of(&plan, &entries(&plan, runs), None).unwrap();
        let tally = &summary.scenarios[0].expectations[0];
        assert_eq!((tally.passed, tally.failed), (1, 3));
        let worst = tally.worst.as_ref().unwrap();
        assert_eq!((worst.seed, worst.shown.as_str()), (3, "90ms"));
    }
}
