//! What a sweep will run, before it runs.
//!
//! A [`Plan`] is the header of every file of a sweep: two shards belong together when their
//! plans are equal. It carries what a [`Summary`](super::Summary) needs of the scenarios, so that
//! files can be merged where the scenarios are not at hand.

use netsplit_scenario::{Comparison, Quantity, Scenario, SeedAggregate, Sentence};
use serde::{Deserialize, Serialize};

use super::SCHEMA;

/// The ordered list of all runs of a sweep, in short form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// `netsplit.sweep/1`.
    pub schema: String,
    /// The version of netsplit.
    pub netsplit: String,
    /// The seeds that were asked for.
    pub seeds: Seeds,
    /// Whether each run is done twice and compared.
    pub determinism: bool,
    /// The scenarios, in order.
    pub scenarios: Vec<Planned>,
}

/// The seeds that were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seeds {
    /// For people: `1..=100`, or `100 held-out seeds`.
    #[serde(rename = "told")]
    pub description: String,
    /// Whether they were derived from a salt. The salt itself is written nowhere.
    pub salted: bool,
    /// The seeds, each once.
    pub list: Vec<u64>,
}

/// What a sweep needs to know of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// What `netsplit run` calls it: `LAB/NAME`, or a file as it was given.
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
    /// What sits in its seats.
    pub variant: String,
    /// What each run must show.
    pub expect: Vec<Stated>,
    /// What the seeds together must show.
    pub sweep: Vec<SweepSentence>,
    /// Variants that must fail where the scenario's own passes.
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
    /// Where it compares a number: how. Tells which observation is the worst.
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
    /// How the seeds decide it.
    pub demand: Demand,
}

/// How the seeds decide a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Demand {
    /// The share of the seeds that violate the property.
    Violates {
        /// How the share must compare.
        comparison: Comparison,
        /// With what, 0 to 1.
        share: f64,
    },
    /// An aggregate of what each run measured.
    Aggregate {
        /// Which.
        aggregate: SeedAggregate,
        /// How it must compare.
        comparison: Comparison,
        /// With what.
        value: Quantity,
    },
}

/// As whom a run takes part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The scenario as it stands.
    Subject,
    /// A variant that the scenario must catch.
    Catches(String),
}

/// One run of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its scenario's place in the plan.
    pub scenario: usize,
    /// As whom.
    pub role: Role,
    /// The seed.
    pub seed: u64,
}

impl Plan {
    /// The plan of this version of netsplit.
    pub fn new(seeds: Seeds, determinism: bool, scenarios: Vec<Planned>) -> Plan {
        Plan {
            schema: SCHEMA.into(),
            netsplit: env!("CARGO_PKG_VERSION").into(),
            seeds,
            determinism,
            scenarios,
        }
    }

    /// All runs, in order: by scenario, then by role, then by seed with past failures first. A
    /// run's number is its place in this list.
    pub fn jobs(&self) -> Vec<Job> {
        let mut jobs = Vec::new();
        for (scenario, planned) in self.scenarios.iter().enumerate() {
            let seeds = planned.seeds(&self.seeds.list);
            let job = |role: &Role, seed: u64| Job { scenario, role: role.clone(), seed };
            for role in planned.roles() {
                jobs.extend(seeds.iter().map(|seed| job(&role, *seed)));
            }
        }
        jobs
    }
}

impl Planned {
    /// What a sweep needs of `scenario`, which `netsplit run` calls `name`.
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
            catches: verdict.catches.clone(),
            min_pass_rate: verdict.min_pass_rate,
            regressions,
        }
    }

    fn roles(&self) -> Vec<Role> {
        let caught = self.catches.iter().cloned().map(Role::Catches);
        std::iter::once(Role::Subject).chain(caught).collect()
    }

    fn seeds(&self, asked: &[u64]) -> Vec<u64> {
        let news = asked.iter().filter(|seed| !self.regressions.contains(seed));
        self.regressions.iter().chain(news).copied().collect()
    }
}

impl SweepSentence {
    /// `None` for a sentence that one run decides.
    fn of(expectation: &netsplit_scenario::Expectation) -> Option<SweepSentence> {
        let demand = match expectation.sentence {
            Sentence::Violates { comparison, share, .. } => Demand::Violates { comparison, share },
            Sentence::Aggregate { aggregate, comparison, value, .. } => {
                Demand::Aggregate { aggregate, comparison, value }
            }
            Sentence::Metric { .. } | Sentence::Property { .. } => return None,
        };
        Some(SweepSentence { text: expectation.text.clone(), line: expectation.line, demand })
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
        let jobs = plan(4, vec![scenario]).jobs();
        let seeds = |role: &Role| -> Vec<u64> {
            let of_role = jobs.iter().filter(|job| job.role == *role);
            of_role.map(|job| job.seed).collect()
        };
        assert_eq!(seeds(&Role::Subject), [3, 17, 1, 2, 4]);
        assert_eq!(seeds(&Role::Catches("naive".into())), [3, 17, 1, 2, 4]);
        assert_eq!(jobs.len(), 10);
    }
}
