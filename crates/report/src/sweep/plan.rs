//! Plans: the list of all runs of a sweep.
//!
//! A [`Plan`] is the header of every sweep file: two shards belong together when their plans are
//! equal. It contains what a [`Summary`](super::Summary) needs of the scenarios, so that files can
//! be merged without the scenario files.

use std::collections::BTreeSet;

use netsplit_scenario::{Comparison, Over, Quantity, Scenario, SeedAggregate, Sentence};
use serde::{Deserialize, Serialize};

use super::SCHEMA;

/// The ordered list of all runs of a sweep, in compact form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// `netsplit.sweep/1`.
    pub schema: String,
    /// The version of netsplit.
    pub netsplit: String,
    /// The requested seeds.
    pub seeds: Seeds,
    /// Whether each run is executed twice and compared.
    pub determinism: bool,
    /// Whether a wrong variant is run on every seed, rather than until a seed catches it.
    pub all_catches: bool,
    /// The scenarios, in order.
    pub scenarios: Vec<Planned>,
}

/// The requested seeds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seeds {
    /// Human-readable: `1..=100`, or `held out (1..=100)`.
    #[serde(rename = "told")]
    pub description: String,
    /// Whether they were derived from a salt. The salt itself is never written.
    pub salted: bool,
    /// The seeds, each once.
    pub list: Vec<u64>,
}

/// The part of a scenario that a sweep needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// Its name for `netsplit run`: `LAB/NAME`, or a path as given.
    pub scenario: String,
    /// Its file, for annotations.
    pub file: String,
    /// Its title.
    pub title: String,
    /// xxh3 of its text.
    pub scenario_hash: String,
    /// `key=value`, in the order given.
    pub overrides: Vec<String>,
    /// The lab.
    pub lab: String,
    /// The variant: which fillings its seats have.
    pub variant: String,
    /// The expectations for each run.
    pub expect: Vec<Stated>,
    /// The expectations over all seeds.
    pub sweep: Vec<SweepSentence>,
    /// Variants that must fail where the scenario's own variant passes.
    pub catches: Vec<String>,
    /// The share of the seeds that must pass.
    pub min_pass_rate: f64,
    /// Seeds that always run, and must pass: past failures.
    pub regressions: Vec<u64>,
}

/// A sentence of `expect`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stated {
    /// As written.
    pub text: String,
    /// Its line in the scenario file.
    pub line: Option<usize>,
    /// Its comparison, if it compares a number: determines the worst observation.
    pub comparison: Option<Comparison>,
}

/// A sentence of `sweep`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepSentence {
    /// As written.
    pub text: String,
    /// Its line in the scenario file.
    pub line: Option<usize>,
    /// The rule that decides it.
    pub demand: Demand,
    /// The number of seeds that it needs.
    pub seeds: usize,
}

/// The rule that decides a sentence over all seeds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    /// The share of the seeds that violate the property.
    Violates {
        /// The comparison.
        comparison: Comparison,
        /// The bound, 0 to 1.
        share: f64,
    },
    /// An aggregate of what each run measured.
    Aggregate {
        /// The aggregate.
        aggregate: SeedAggregate,
        /// The comparison.
        comparison: Comparison,
        /// The bound.
        value: Quantity,
    },
}

/// The role of a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The scenario itself.
    Subject,
    /// A variant that the scenario must catch.
    Catches(String),
}

/// One run of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Index of its scenario in the plan.
    pub scenario: usize,
    /// Its role.
    pub role: Role,
    /// The seed.
    pub seed: u64,
    /// Index of the seed among the scenario's, past failures first.
    pub position: usize,
    /// Number of its scenario and seed in the plan. All roles of a scenario run a seed in the same
    /// shard, so that a shard knows by itself whether the seed catches a variant.
    pub cell: usize,
}

impl Plan {
    /// The most runs of a sweep.
    pub const RUNS_MAX: usize = 10_000_000;

    /// The plan of this version of netsplit.
    pub fn new(seeds: Seeds, scenarios: Vec<Planned>) -> Plan {
        Plan {
            schema: SCHEMA.into(),
            netsplit: env!("CARGO_PKG_VERSION").into(),
            seeds,
            determinism: false,
            all_catches: false,
            scenarios,
        }
    }

    /// Number of runs, if there are at most [`RUNS_MAX`](Plan::RUNS_MAX).
    pub fn size(&self) -> Option<usize> {
        let runs = self.scenarios.iter().map(|planned| {
            let seeds = self.seeds.list.len() + planned.regressions.len();
            seeds.saturating_mul(1 + planned.catches.len())
        });
        Some(runs.fold(0, usize::saturating_add)).filter(|runs| *runs <= Plan::RUNS_MAX)
    }

    /// All runs, in order: by scenario, then by role, then by seed with past failures first. A
    /// run's number is its index in this list.
    pub fn jobs(&self) -> impl Iterator<Item = Job> + '_ {
        let mut cells = 0;
        self.scenarios.iter().enumerate().flat_map(move |(scenario, planned)| {
            let seeds = planned.seeds(&self.seeds.list);
            let first = cells;
            cells += seeds.len();
            planned.roles().flat_map(move |role| {
                let seeds = seeds.clone().into_iter().enumerate();
                seeds.map(move |(position, seed)| Job {
                    scenario,
                    role: role.clone(),
                    seed,
                    position,
                    cell: first + position,
                })
            })
        })
    }
}

impl Planned {
    /// The part of `scenario` that a sweep needs; `name` is its name for `netsplit run`.
    pub fn new(name: &str, file: &str, scenario: &Scenario) -> Planned {
        let verdict = &scenario.verdict;
        let mut regressions = verdict.seeds.clone();
        regressions.sort_unstable();
        regressions.dedup();
        Planned {
            scenario: name.into(),
            file: file.into(),
            title: scenario.title.clone(),
            scenario_hash: scenario.hash.clone(),
            overrides: scenario.overrides.clone(),
            lab: scenario.lab.name.to_owned(),
            variant: scenario.variant.clone(),
            expect: verdict
                .expect
                .iter()
                .map(|stated| Stated {
                    text: stated.text.clone(),
                    line: stated.line,
                    comparison: match stated.sentence {
                        Sentence::Metric { comparison, .. } => Some(comparison),
                        _ => None,
                    },
                })
                .collect(),
            sweep: verdict.sweep.iter().filter_map(SweepSentence::of).collect(),
            catches: distinct(&verdict.catches),
            min_pass_rate: verdict.min_pass_rate,
            regressions,
        }
    }

    fn roles(&self) -> impl Iterator<Item = Role> + '_ {
        let caught = self.catches.iter().cloned().map(Role::Catches);
        std::iter::once(Role::Subject).chain(caught)
    }

    fn seeds(&self, requested: &[u64]) -> Vec<u64> {
        let past: BTreeSet<u64> = self.regressions.iter().copied().collect();
        let news = requested.iter().filter(|seed| !past.contains(seed));
        self.regressions.iter().chain(news).copied().collect()
    }
}

fn distinct(names: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    names.iter().filter(|name| seen.insert(*name)).cloned().collect()
}

impl SweepSentence {
    /// `None` for a sentence that one run decides.
    fn of(expectation: &netsplit_scenario::Expectation) -> Option<SweepSentence> {
        let (demand, Over(seeds)) = match expectation.sentence {
            Sentence::Violates { comparison, share, over, .. } => {
                (Demand::Violates { comparison, share }, over)
            }
            Sentence::Aggregate { aggregate, comparison, value, over, .. } => {
                (Demand::Aggregate { aggregate, comparison, value }, over)
            }
            Sentence::Metric { .. } | Sentence::Property { .. } => return None,
        };
        let (text, line) = (expectation.text.clone(), expectation.line);
        Some(SweepSentence { text, line, demand, seeds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::testing::{plan, planned};

    #[test]
    fn past_failures_come_first_and_no_seed_twice() {
        let mut scenario = planned("lab/a");
        scenario.regressions = vec![3, 17];
        scenario.catches = vec!["naive".into()];
        let plan = plan(4, vec![scenario]);
        let jobs: Vec<Job> = plan.jobs().collect();
        let seeds = |role: &Role| -> Vec<u64> {
            let of_role = jobs.iter().filter(|job| job.role == *role);
            of_role.map(|job| job.seed).collect()
        };
        assert_eq!(seeds(&Role::Subject), [3, 17, 1, 2, 4]);
        assert_eq!(seeds(&Role::Catches("naive".into())), [3, 17, 1, 2, 4]);
        assert_eq!(jobs.len(), 10);
    }
}
