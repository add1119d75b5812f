//! The runs of a sweep, grouped by scenario and role.

use std::collections::{BTreeMap, BTreeSet};

use netsplit_check::Verdict;

use super::{Entry, FirstCatches, Plan, Planned, Role};

/// A seed of a scenario and the run of it, unless the sweep was cut short before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    /// The seed.
    pub seed: u64,
    /// Its run.
    pub entry: Option<&'a Entry>,
    /// Whether the seed was requested, rather than being a past failure that always runs. Only
    /// requested seeds count in rates and aggregates: seeds picked because they failed would bias
    /// them.
    pub requested: bool,
}

/// The runs of one scenario.
pub(super) struct Runs<'a> {
    /// The scenario.
    pub planned: &'a Planned,
    /// Its own runs.
    pub own: Vec<Row<'a>>,
    /// Whether the runs of a wrong variant go on behind the seed that catches it.
    pub all_catches: bool,
    /// The runs of the variants that it must catch, on the same seeds, up to the one that does.
    pub caught: Vec<(&'a str, Vec<Row<'a>>)>,
}

impl<'a> Runs<'a> {
    /// Groups `entries` by the plan's scenarios.
    pub fn by_scenario(plan: &'a Plan, entries: &'a [Entry]) -> Vec<Runs<'a>> {
        let requested: BTreeSet<u64> = plan.seeds.list.iter().copied().collect();
        let by_job: BTreeMap<usize, &Entry> = entries.iter().map(|e| (e.job, e)).collect();
        let empty = |planned: &'a Planned| Runs {
            planned,
            all_catches: plan.all_catches,
            own: Vec::new(),
            caught: planned.catches.iter().map(|v| (v.as_str(), Vec::new())).collect(),
        };
        let mut all: Vec<Runs<'a>> = plan.scenarios.iter().map(empty).collect();
        let jobs = || plan.jobs().enumerate();
        let runs = jobs().filter_map(|(number, job)| Some((job, *by_job.get(&number)?)));
        let catches = FirstCatches::of(plan, runs);
        for (number, job) in jobs().filter(|(_, job)| catches.need(job)) {
            let row = Row {
                seed: job.seed,
                entry: by_job.get(&number).copied(),
                requested: requested.contains(&job.seed),
            };
            let runs = &mut all[job.scenario];
            match &job.role {
                Role::Subject => runs.own.push(row),
                Role::Catches(variant) => {
                    let rows = runs.caught.iter_mut().find(|(name, _)| name == variant);
                    rows.expect("every job's variant is in the plan").1.push(row);
                }
            }
        }
        all
    }

    /// The scenario's own runs of the requested seeds.
    pub fn requested(&self) -> impl Iterator<Item = Row<'a>> + '_ {
        self.own.iter().copied().filter(|row| row.requested)
    }

    /// All runs, of every role.
    pub fn rows(&self) -> impl Iterator<Item = &Row<'a>> {
        self.own.iter().chain(self.caught.iter().flat_map(|(_, rows)| rows))
    }

    /// The scenario's own runs that were done.
    pub fn entries(&self) -> impl Iterator<Item = &'a Entry> + '_ {
        self.own.iter().filter_map(|row| row.entry)
    }
}

impl Row<'_> {
    /// The outcome; `None` when it was not run.
    pub fn verdict(&self) -> Option<Verdict> {
        self.entry.map(|entry| entry.verdict)
    }
}
