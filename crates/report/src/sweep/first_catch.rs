//! First catches: a wrong variant is run in seed order until a seed catches it.
//!
//! Runs behind the first catching seed show nothing more about whether the scenario can catch the
//! variant, and are most of the work of a long sweep. Workers and shards run ahead of it, each as
//! far as it happens to; a summary and a merge drop their extra runs, so that these cannot show. A
//! plan with `all_catches` needs every run, to count how many seeds catch a variant.

use std::collections::{BTreeMap, BTreeSet};

use super::{Entry, Job, Plan, Role};
use netsplit_check::Verdict;

/// The known first catching seeds of a sweep. More runs only bring them forward.
#[derive(Debug)]
pub struct FirstCatches {
    all: bool,
    scenarios: BTreeMap<usize, Seen>,
}

/// Positions of seeds in one scenario.
#[derive(Debug, Default)]
struct Seen {
    /// Seeds on which the scenario's own variant passes.
    passed: BTreeSet<usize>,
    /// By variant, seeds on which it violates an expectation.
    violated: BTreeMap<String, BTreeSet<usize>>,
    /// By variant, the first seed in both.
    first: BTreeMap<String, usize>,
}

impl FirstCatches {
    /// Nothing is known yet.
    pub fn new(plan: &Plan) -> FirstCatches {
        FirstCatches { all: plan.all_catches, scenarios: BTreeMap::new() }
    }

    /// What the entries of a plan's runs show.
    pub(super) fn of<'a>(plan: &Plan, runs: impl Iterator<Item = (Job, &'a Entry)>) -> Self {
        let mut catches = FirstCatches::new(plan);
        runs.for_each(|(job, entry)| catches.add(&job, entry));
        catches
    }

    /// Adds the run of `job`.
    pub fn add(&mut self, job: &Job, entry: &Entry) {
        let seen = self.scenarios.entry(job.scenario).or_default();
        match &job.role {
            Role::Subject if entry.verdict == Verdict::Pass => {
                seen.passed.insert(job.position);
                let on_it = seen.violated.iter().filter(|(_, seeds)| seeds.contains(&job.position));
                let on_it: Vec<String> = on_it.map(|(variant, _)| variant.clone()).collect();
                on_it.into_iter().for_each(|variant| seen.caught(variant, job.position));
            }
            Role::Catches(variant) if entry.violates() => {
                seen.violated.entry(variant.clone()).or_default().insert(job.position);
                if seen.passed.contains(&job.position) {
                    seen.caught(variant.clone(), job.position);
                }
            }
            Role::Subject | Role::Catches(_) => {}
        }
    }

    /// Whether the sweep needs this run: it is not behind a seed that catches its variant.
    pub fn need(&self, job: &Job) -> bool {
        let Role::Catches(variant) = &job.role else { return true };
        let seen = self.scenarios.get(&job.scenario);
        let first = seen.and_then(|seen| seen.first.get(variant));
        self.all || first.is_none_or(|first| job.position <= *first)
    }
}

impl Seen {
    fn caught(&mut self, variant: String, position: usize) {
        let first = self.first.entry(variant).or_insert(position);
        *first = position.min(*first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::testing::{entries, fails, inconclusive, passes, plan, planned};

    #[test]
    fn behind_the_first_catching_seed_nothing_is_needed_in_whatever_order_it_comes() {
        let mut scenario = planned("lab/a");
        scenario.catches = vec!["naive".into()];
        let mut plan = plan(5, vec![scenario]);
        let own = [passes(), fails(), passes(), passes(), passes()];
        let naive = [passes(), fails(), inconclusive(), fails(), fails()];
        let all = entries(&plan, own.into_iter().chain(naive).collect());
        let runs: Vec<_> = plan.jobs().zip(&all).collect();
        let needed = |catches: &FirstCatches| -> Vec<u64> {
            let needed = plan.jobs().filter(|job| catches.need(job) && job.role != Role::Subject);
            needed.map(|job| job.seed).collect()
        };
        let forwards = FirstCatches::of(&plan, runs.iter().cloned());
        let backwards = FirstCatches::of(&plan, runs.iter().rev().cloned());
        assert_eq!(needed(&forwards), [1, 2, 3, 4], "on seed 2 the reference fails");
        assert_eq!(needed(&backwards), [1, 2, 3, 4]);
        plan.all_catches = true;
        let every = FirstCatches::of(&plan, runs.into_iter());
        assert!(plan.jobs().all(|job| every.need(&job)));
    }
}
