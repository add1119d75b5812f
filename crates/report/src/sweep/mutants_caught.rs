//! Mutants caught: a scenario fails the wrong variants that its `catches` lists.
//!
//! A variant is caught on a seed when the scenario's own variant passes there and this one
//! violates an expectation. A run with a panic or an endless loop does not count, even where
//! expectations failed as well: a scenario that only detects crashes shows nothing about the idea
//! that the variant gets wrong. Inconclusive runs do not count either.
//!
//! One such seed is enough: many bugs show only under some schedules. Unless the plan counts all of
//! them, the runs end with the first. For the same reason a variant is missed only after
//! [`SEEDS_TO_MISS`] seeds.

use netsplit_check::Verdict;

use super::command::command;
use super::criterion::{Criterion, CriterionKind};
use super::runs::{Row, Runs};
use super::{Entry, Role};

/// The number of seeds on which a variant must go uncaught to be missed.
const SEEDS_TO_MISS: usize = 3;

/// The criteria that each of the variants is caught.
pub(super) fn mutants_caught(runs: &Runs<'_>) -> Vec<Criterion> {
    let variants = runs.caught.iter();
    variants.map(|(variant, rows)| caught(runs, variant, rows)).collect()
}

/// The wrong variant's runs on the seeds on which the scenario's own variant passes.
#[derive(Default)]
struct Tally {
    caught: Vec<u64>,
    passed: Vec<u64>,
    broke_down: usize,
    undecided: usize,
    not_run: usize,
}

fn caught(runs: &Runs<'_>, variant: &str, its: &[Row<'_>]) -> Criterion {
    let planned = runs.planned;
    let mut tally = Tally::default();
    for (reference, row) in runs.own.iter().zip(its) {
        assert_eq!(reference.seed, row.seed, "the same seeds for every role");
        match (reference.verdict(), row.entry) {
            (None, _) | (Some(Verdict::Pass), None) => tally.not_run += 1,
            (Some(Verdict::Pass), Some(entry)) => tally.add(entry),
            (Some(_), _) => {}
        }
    }
    let (verdict, why) = tally.verdict();
    let role = Role::Catches(variant.to_owned());
    let shows = if tally.caught.is_empty() { &tally.passed } else { &tally.caught };
    let mut criterion = Criterion {
        kind: CriterionKind::Catches,
        text: format!("catches {variant}"),
        line: None,
        verdict,
        observed: match tally.caught.as_slice() {
            [seed] if !runs.all_catches => format!("caught on seed {seed}"),
            caught => format!(
                "caught on {} of {} seeds on which {} passes",
                caught.len(),
                tally.comparable(),
                planned.variant,
            ),
        },
        why,
        needs_seeds: None,
        commands: shows.first().map(|seed| command(planned, &role, *seed)).into_iter().collect(),
    };
    if criterion.verdict == Verdict::Fail && tally.comparable() < SEEDS_TO_MISS {
        criterion.verdict = Verdict::Inconclusive;
        criterion.why.clear();
        return criterion.needing(SEEDS_TO_MISS, tally.comparable());
    }
    criterion
}

impl Tally {
    fn add(&mut self, entry: &Entry) {
        match entry.verdict {
            Verdict::Pass => self.passed.push(entry.seed),
            Verdict::Inconclusive => self.undecided += 1,
            Verdict::Fail if entry.violates() => self.caught.push(entry.seed),
            Verdict::Fail => self.broke_down += 1,
        }
    }

    fn comparable(&self) -> usize {
        self.caught.len() + self.passed.len() + self.broke_down + self.undecided
    }

    fn verdict(&self) -> (Verdict, String) {
        if !self.caught.is_empty() {
            return (Verdict::Pass, String::new());
        }
        if self.not_run > 0 {
            let why = format!("{} seeds were not run", self.not_run);
            return (Verdict::Inconclusive, why);
        }
        let (broke_down, undecided) = (self.broke_down, self.undecided);
        let not_counted = [
            (broke_down, "failed only by a panic or an endless loop"),
            (undecided, "could not be decided"),
        ];
        let not_counted: Vec<_> = not_counted
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        if self.passed.len() + broke_down == 0 {
            let why = match undecided {
                0 => "on no seed does the scenario's own variant pass".to_owned(),
                _ => not_counted.join(", "),
            };
            return (Verdict::Inconclusive, why);
        }
        let mut why = "no expectation distinguishes it from the right one".to_owned();
        if !not_counted.is_empty() {
            why += &format!("; {}, which is not caught", not_counted.join(", "));
        }
        (Verdict::Fail, why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::testing::{entries, fails, inconclusive, panics, passes, plan, planned};
    use crate::sweep::{Plan, Summary};

    fn catching(own: Vec<Entry>, its: Vec<Entry>) -> Criterion {
        let mut scenario = planned("lab/a");
        scenario.catches = vec!["naive".into()];
        let plan: Plan = plan(own.len() as u64, vec![scenario]);
        let all = entries(&plan, own.into_iter().chain(its).collect());
        let summary = Summary::of(&plan, &all, None).unwrap();
        let criteria = summary.scenarios[0].criteria.iter();
        let mut catches = criteria.filter(|criterion| criterion.kind == CriterionKind::Catches);
        catches.next().unwrap().clone()
    }

    #[test]
    fn caught_where_the_reference_passes_and_an_expectation_is_violated() {
        let criterion = catching(vec![passes(), passes()], vec![passes(), fails()]);
        assert_eq!(criterion.verdict, Verdict::Pass);
        assert_eq!(criterion.observed, "caught on seed 2");
        assert_eq!(criterion.commands, ["netsplit run lab/a --seed 2 --variant naive"]);
    }

    fn times(count: usize, run: fn() -> Entry) -> Vec<Entry> {
        (0..count).map(|_| run()).collect()
    }

    #[test]
    fn missed_after_three_seeds_and_open_before() {
        let criterion = catching(times(3, passes), times(3, passes));
        assert_eq!((criterion.verdict, criterion.needs_seeds), (Verdict::Fail, None));
        let criterion = catching(times(2, passes), times(2, passes));
        assert_eq!((criterion.verdict, criterion.needs_seeds), (Verdict::Inconclusive, Some(3)));
        assert!(criterion.why.starts_with("open: needs 3 seeds"), "{}", criterion.why);
    }

    #[test]
    fn a_panic_catches_nothing() {
        let criterion = catching(times(3, passes), times(3, panics));
        assert_eq!(criterion.verdict, Verdict::Fail);
        assert!(criterion.why.contains("a panic or an endless loop"), "{}", criterion.why);
        let criterion = catching(vec![passes(), passes()], vec![panics(), fails()]);
        assert_eq!(criterion.verdict, Verdict::Pass);
    }

    #[test]
    fn a_failure_without_a_violated_expectation_catches_nothing() {
        fn livelock() -> Entry {
            Entry { expectations: Vec::new(), ..fails() }
        }
        let criterion = catching(times(3, passes), times(3, livelock));
        assert_eq!(criterion.verdict, Verdict::Fail);
    }

    #[test]
    fn an_undecided_run_catches_nothing() {
        let criterion = catching(vec![passes()], vec![inconclusive()]);
        assert_eq!(criterion.verdict, Verdict::Inconclusive);
        let its = vec![inconclusive(), passes(), passes()];
        let criterion = catching(times(3, passes), its);
        assert_eq!(criterion.verdict, Verdict::Fail);
    }

    #[test]
    fn a_seed_on_which_the_reference_fails_shows_nothing() {
        let criterion = catching(vec![fails()], vec![fails()]);
        assert_eq!(criterion.verdict, Verdict::Inconclusive);
        for other in [fails(), inconclusive()] {
            let own = vec![other, passes(), passes(), passes()];
            let its = vec![fails(), passes(), passes(), passes()];
            assert_eq!(catching(own, its).verdict, Verdict::Fail);
        }
    }
}
