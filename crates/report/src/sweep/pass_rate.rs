//! The pass rate over seeds, and past failures.

use netsplit_check::{Verdict, show};
use netsplit_scenario::Quantity;
use serde::{Deserialize, Serialize};

use super::command::command;
use super::criterion::{Criterion, CriterionKind};
use super::granularity::{ROUNDING, seeds_for};
use super::runs::{Row, Runs};
use super::{Role, wilson};
use crate::rounding;

/// The outcomes of the requested seeds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PassRate {
    /// Number of planned runs.
    pub planned: usize,
    /// Number that passed.
    pub passed: usize,
    /// Number that failed.
    pub failed: usize,
    /// Number that were inconclusive. They count as not passed.
    pub inconclusive: usize,
    /// Number that were not run.
    pub not_run: usize,
    /// passed / run; null when none was run.
    #[serde(rename = "pass_rate")]
    pub share: Option<f64>,
    /// Its 95% Wilson interval.
    pub interval: Option<(f64, f64)>,
}

impl PassRate {
    /// Counts the rows.
    pub(super) fn of<'a>(rows: impl Iterator<Item = Row<'a>>) -> PassRate {
        let mut rate = PassRate::default();
        for row in rows {
            rate.planned += 1;
            *match row.verdict() {
                Some(Verdict::Pass) => &mut rate.passed,
                Some(Verdict::Fail) => &mut rate.failed,
                Some(Verdict::Inconclusive) => &mut rate.inconclusive,
                None => &mut rate.not_run,
            } += 1;
        }
        let run = rate.run();
        let interval = wilson(rate.passed, run);
        rate.share = (run > 0).then(|| rounding::share(rate.passed as f64 / run as f64));
        rate.interval = interval.map(|(low, high)| (rounding::share(low), rounding::share(high)));
        rate
    }

    /// Whether at least the share `least` of the seeds passes, and at least one seed. The point
    /// estimate is judged. Inconclusive as long as the answer could be changed by seeds that are
    /// undecided or missing, or by those without which a single failure would be too much.
    fn verdict(&self, least: f64) -> Verdict {
        let enough =
            |passed: usize, of: usize| passed > 0 && passed as f64 + ROUNDING >= least * of as f64;
        let needed = self.planned.max(seeds_for(least));
        if !enough(needed - self.failed, needed) {
            Verdict::Fail
        } else if self.not_run == 0 && enough(self.passed, self.planned) {
            Verdict::Pass
        } else {
            Verdict::Inconclusive
        }
    }

    /// Number of completed runs.
    pub fn run(&self) -> usize {
        self.planned - self.not_run
    }

    fn describe(&self) -> String {
        let run = self.run();
        let share =
            self.share.map_or(String::new(), |rate| format!(", {}", show(Quantity::Share(rate))));
        format!("{} of {run} seeds passed{share}", self.passed)
    }
}

/// The criterion that enough of the seeds pass.
pub(super) fn pass_rate(runs: &Runs<'_>, rate: &PassRate) -> Criterion {
    let least = runs.planned.min_pass_rate;
    let not_passed = |row: &Row<'_>| row.entry.is_some() && row.verdict() != Some(Verdict::Pass);
    let again = |row: Row<'_>| command(runs.planned, &Role::Subject, row.seed);
    let mut why = Vec::new();
    if rate.inconclusive > 0 {
        why.push(format!("{} of them inconclusive, which is not passed", rate.inconclusive));
    }
    if rate.not_run > 0 {
        why.push(format!("{} of {} seeds were not run", rate.not_run, rate.planned));
    }
    let mut criterion = Criterion {
        kind: CriterionKind::PassRate,
        text: format!("pass rate >= {}", show(Quantity::Share(least))),
        line: None,
        verdict: rate.verdict(least),
        observed: rate.describe(),
        why: why.join("; "),
        needs_seeds: None,
        commands: runs.requested().filter(not_passed).map(again).collect(),
    }
    .needing(seeds_for(least), rate.planned);
    let expects_nothing = runs.planned.expect.is_empty() && runs.planned.sweep.is_empty();
    if expects_nothing && criterion.verdict == Verdict::Pass {
        criterion.verdict = Verdict::Inconclusive;
        criterion.why = "the scenario has no expectations, so that its runs show nothing".into();
    }
    criterion
}

/// The criteria that each past failure stays fixed, regardless of the pass rate.
pub(super) fn regressions(runs: &Runs<'_>) -> Vec<Criterion> {
    let past = |row: &&Row<'_>| runs.planned.regressions.contains(&row.seed);
    let criterion = |row: &Row<'_>| {
        let verdict = row.verdict().unwrap_or(Verdict::Inconclusive);
        let why = match row.entry {
            None => "it was not run".to_owned(),
            Some(entry) => failures_of(entry).join("; "),
        };
        Criterion {
            kind: CriterionKind::Regression,
            text: format!("seed {} stays fixed", row.seed),
            line: None,
            verdict,
            observed: verdict.to_string(),
            why,
            needs_seeds: None,
            commands: vec![command(runs.planned, &Role::Subject, row.seed)],
        }
    };
    runs.own.iter().filter(past).map(criterion).collect()
}

/// The reasons why a run did not pass, a line each.
pub(super) fn failures_of(entry: &super::Entry) -> Vec<String> {
    let expectations = entry.expectations.iter();
    let not_held = expectations.filter(|e| e.verdict != Verdict::Pass);
    let sentences = not_held.map(|e| {
        let mut line = e.text.clone();
        if e.verdict == Verdict::Inconclusive {
            line += " (inconclusive)";
        }
        if !e.shown.is_empty() {
            line += &format!(": {}", e.shown);
        }
        if !e.why.is_empty() {
            // A witness has more lines, with a picture: the run shows it.
            line += &format!(": {}", e.why.trim().lines().next().unwrap_or_default());
        }
        line
    });
    sentences.chain(entry.reasons.iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(passed: usize, failed: usize, inconclusive: usize, not_run: usize) -> PassRate {
        PassRate {
            planned: passed + failed + inconclusive + not_run,
            passed,
            failed,
            inconclusive,
            not_run,
            ..PassRate::default()
        }
    }

    #[test]
    fn the_point_estimate_is_judged() {
        assert_eq!(rate(98, 2, 0, 0).verdict(0.98), Verdict::Pass);
        assert_eq!(rate(97, 3, 0, 0).verdict(0.98), Verdict::Fail);
        assert_eq!(rate(29, 71, 0, 0).verdict(0.29), Verdict::Pass);
        assert_eq!(rate(0, 3, 0, 0).verdict(0.0), Verdict::Fail, "not one seed passed");
        assert_eq!(rate(0, 1, 2, 0).verdict(0.0), Verdict::Inconclusive);
        assert_eq!(rate(1, 2, 0, 0).verdict(0.0), Verdict::Pass);
    }

    #[test]
    fn of_few_seeds_one_failure_decides_only_where_all_must_pass() {
        assert_eq!(rate(2, 1, 0, 0).verdict(1.0), Verdict::Fail);
        assert_eq!(rate(2, 1, 0, 0).verdict(0.98), Verdict::Inconclusive);
        assert_eq!(rate(0, 1, 0, 0).verdict(0.98), Verdict::Inconclusive);
        assert_eq!(rate(48, 1, 0, 0).verdict(0.98), Verdict::Inconclusive);
        assert_eq!(rate(49, 1, 0, 0).verdict(0.98), Verdict::Pass);
        assert_eq!(rate(1, 2, 0, 0).verdict(0.98), Verdict::Fail, "two are more than one in fifty");
        assert_eq!(rate(3, 0, 0, 0).verdict(0.98), Verdict::Pass);
    }

    #[test]
    fn inconclusive_is_not_passed() {
        assert_eq!(rate(99, 0, 1, 0).verdict(1.0), Verdict::Inconclusive);
        assert_eq!(rate(98, 1, 1, 0).verdict(0.98), Verdict::Pass);
        assert_eq!(rate(97, 1, 2, 0).verdict(0.98), Verdict::Inconclusive);
        assert_eq!(rate(97, 3, 2, 0).verdict(1.0), Verdict::Fail);
    }

    #[test]
    fn what_was_not_run_leaves_it_open_unless_it_cannot_matter() {
        assert_eq!(rate(99, 0, 0, 1).verdict(0.5), Verdict::Inconclusive);
        assert_eq!(rate(10, 1, 0, 89).verdict(0.98), Verdict::Inconclusive);
        assert_eq!(rate(10, 1, 0, 89).verdict(1.0), Verdict::Fail);
        assert_eq!(rate(0, 0, 0, 10).verdict(0.0), Verdict::Inconclusive);
    }
}
