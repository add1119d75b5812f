//! Summaries: the result of a sweep, from its plan and its runs.

use netsplit_check::Verdict;
use netsplit_history::{Counts, Latencies};
use serde::{Deserialize, Serialize};

use super::command::{command, command_of};
use super::criterion::Criterion;
use super::expectations::{ExpectationTally, tally};
use super::pass_rate::{PassRate, failures_of, pass_rate, regressions};
use super::runs::{Row, Runs};
use super::{Entry, Plan, Role, determinism, lost, mutants_caught, sentences};
use crate::LatencyMs;
use crate::rounding::share;

/// The number of worst seeds that are listed.
const WORST: usize = 5;

/// The result of a sweep: schema `netsplit.sweep/1`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// `netsplit.sweep/1`.
    pub schema: String,
    /// The version of netsplit.
    pub netsplit: String,
    /// The requested seeds, human-readable.
    pub seeds: String,
    /// Whether they were derived from a salt.
    pub salted: bool,
    /// The worst of all criteria; at best inconclusive when the sweep was cut short.
    pub verdict: Verdict,
    /// Number of runs that are needed: all that are planned, but those of wrong variants behind the
    /// seed that catches them.
    pub planned: usize,
    /// Number of them that were done.
    pub run: usize,
    /// The reason why the sweep was cut short, if it was.
    pub cut_short: Option<String>,
    /// Each scenario.
    pub scenarios: Vec<ScenarioSummary>,
    /// Bugs of netsplit that runs revealed: with any, the results cannot be trusted.
    pub bugs: Vec<String>,
}

/// The result of a sweep for one scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScenarioSummary {
    /// Its name for `netsplit run`.
    pub scenario: String,
    /// Its file.
    pub file: String,
    /// Its title.
    pub title: String,
    /// xxh3 of its text.
    pub scenario_hash: String,
    /// `key=value`, in the order given.
    pub overrides: Vec<String>,
    /// The lab.
    pub lab: String,
    /// The variant: which fillings its seats had.
    pub variant: String,
    /// The worst of its criteria.
    pub verdict: Verdict,
    /// The pass rate over its seeds.
    #[serde(rename = "rate")]
    pub pass_rate: PassRate,
    /// The decided criteria.
    #[serde(rename = "claims")]
    pub criteria: Vec<Criterion>,
    /// Each expectation over all runs.
    pub expectations: Vec<ExpectationTally>,
    /// Requests of all seeds by status.
    pub requests: Counts,
    /// ok / attempted over all seeds.
    pub availability: Option<f64>,
    /// Latencies of the successful requests of all seeds, merged.
    pub latency_ms: LatencyMs,
    /// The worst seeds.
    pub worst_seeds: Vec<u64>,
    /// Each run that did not pass.
    pub not_passed: Vec<NotPassed>,
    /// The runs that were not done.
    pub not_run: Vec<NotRun>,
    /// Its own runs, a line each.
    pub runs: Vec<RunLine>,
}

/// A run that did not pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotPassed {
    /// Its seed.
    pub seed: u64,
    /// Its outcome.
    pub verdict: Verdict,
    /// The reasons.
    pub why: Vec<String>,
    /// The command that reproduces it.
    pub command: String,
}

/// Runs that are missing because the sweep was cut short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotRun {
    /// The variant.
    pub variant: String,
    /// The seeds.
    pub seeds: Vec<u64>,
}

/// One run in a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunLine {
    /// Its seed.
    pub seed: u64,
    /// Its outcome.
    pub verdict: Verdict,
    /// ok / attempted.
    pub availability: Option<f64>,
    /// The 99th percentile of its successful requests.
    pub p99_ms: Option<f64>,
    /// xxh3 of its trace.
    pub fingerprint: String,
}

impl Summary {
    /// Summarises a sweep. The order of `entries` does not matter; `cut_short` is the reason why
    /// some are missing.
    ///
    /// # Errors
    /// When the histogram of a run cannot be read.
    pub fn of(plan: &Plan, entries: &[Entry], cut_short: Option<&str>) -> Result<Summary, String> {
        let runs = Runs::by_scenario(plan, entries);
        let rows = || runs.iter().flat_map(Runs::rows);
        let done = || rows().filter_map(|row| row.entry);
        let (planned, run) = (rows().count(), done().count());
        let scenarios: Result<Vec<_>, String> =
            runs.iter().map(|runs| ScenarioSummary::of(runs, plan.determinism)).collect();
        let mut bugs: Vec<String> = done().flat_map(|e| e.bugs.clone()).collect();
        bugs.sort();
        bugs.dedup();
        let cut_short =
            (run < planned).then(|| cut_short.unwrap_or("some runs are missing").to_owned());
        let mut summary = Summary {
            schema: plan.schema.clone(),
            netsplit: plan.netsplit.clone(),
            seeds: plan.seeds.description.clone(),
            salted: plan.seeds.salted,
            verdict: Verdict::Pass,
            planned,
            run,
            cut_short,
            scenarios: scenarios?,
            bugs,
        };
        summary.decide();
        Ok(summary)
    }

    /// Sets the verdicts from the criteria.
    pub(super) fn decide(&mut self) {
        for scenario in &mut self.scenarios {
            let criteria = scenario.criteria.iter().map(|criterion| criterion.verdict);
            let cut = (!scenario.not_run.is_empty()).then_some(Verdict::Inconclusive);
            scenario.verdict = criteria.chain(cut).max().unwrap_or(Verdict::Inconclusive);
        }
        let worst = self.scenarios.iter().map(|scenario| scenario.verdict).max();
        self.verdict = worst.unwrap_or(Verdict::Inconclusive);
    }

    /// The number of scenarios with this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        let of = |scenario: &&ScenarioSummary| scenario.verdict == verdict;
        self.scenarios.iter().filter(of).count()
    }
}

impl ScenarioSummary {
    /// The command that does the run of a seed.
    pub fn command(&self, seed: u64) -> String {
        command_of(&self.scenario, &self.overrides, &Role::Subject, seed)
    }

    fn of(runs: &Runs<'_>, twice: bool) -> Result<ScenarioSummary, String> {
        let planned = runs.planned;
        let rate = PassRate::of(runs.requested());
        let mut criteria = vec![pass_rate(runs, &rate)];
        criteria.extend(lost::none_lost(runs));
        criteria.extend(regressions(runs));
        criteria.extend(sentences::sentences(runs));
        criteria.extend(mutants_caught::mutants_caught(runs));
        criteria.extend(twice.then(|| determinism::deterministic(runs)));
        let (requests, latencies) = merged(runs)?;
        Ok(ScenarioSummary {
            scenario: planned.scenario.clone(),
            file: planned.file.clone(),
            title: planned.title.clone(),
            scenario_hash: planned.scenario_hash.clone(),
            overrides: planned.overrides.clone(),
            lab: planned.lab.clone(),
            variant: planned.variant.clone(),
            verdict: Verdict::Pass,
            pass_rate: rate,
            criteria,
            expectations: tally(runs),
            requests,
            availability: requests.availability().map(share),
            latency_ms: LatencyMs::from(&latencies),
            worst_seeds: worst_seeds(runs),
            not_passed: not_passed(runs),
            not_run: not_run(runs),
            runs: runs.entries().map(RunLine::from).collect(),
        })
    }
}

impl From<&Entry> for RunLine {
    fn from(entry: &Entry) -> RunLine {
        RunLine {
            seed: entry.seed,
            verdict: entry.verdict,
            availability: entry.requests.availability().map(share),
            p99_ms: entry.p99_ms,
            fingerprint: entry.fingerprint.clone(),
        }
    }
}

/// The requests of all requested seeds, merged.
fn merged(runs: &Runs<'_>) -> Result<(Counts, Latencies), String> {
    let (mut counts, mut latencies) = (Counts::default(), Latencies::default());
    for entry in runs.requested().filter_map(|row| row.entry) {
        let one = Latencies::try_from(&entry.latency)
            .map_err(|why| format!("{} seed {}: {why}", entry.scenario, entry.seed))?;
        latencies.merge(&one);
        counts.attempted += entry.requests.attempted;
        counts.ok += entry.requests.ok;
        counts.failed += entry.requests.failed;
        counts.timed_out += entry.requests.timed_out;
        counts.rejected += entry.requests.rejected;
    }
    Ok((counts, latencies))
}

/// The worst first: by verdict, by violated expectations, by availability, by p99.
fn worst_seeds(runs: &Runs<'_>) -> Vec<u64> {
    let mut entries: Vec<&Entry> = runs.entries().collect();
    let lost = |e: &Entry| 1.0 - e.requests.availability().unwrap_or(0.0);
    entries.sort_by(|a, b| {
        (b.verdict.cmp(&a.verdict))
            .then_with(|| b.violated().count().cmp(&a.violated().count()))
            .then_with(|| lost(b).total_cmp(&lost(a)))
            .then_with(|| b.p99_ms.unwrap_or(0.0).total_cmp(&a.p99_ms.unwrap_or(0.0)))
            .then_with(|| a.seed.cmp(&b.seed))
    });
    entries.iter().take(WORST).map(|entry| entry.seed).collect()
}

fn not_passed(runs: &Runs<'_>) -> Vec<NotPassed> {
    let entries = runs.entries();
    entries
        .filter(|entry| entry.verdict != Verdict::Pass)
        .map(|entry| NotPassed {
            seed: entry.seed,
            verdict: entry.verdict,
            why: failures_of(entry),
            command: command(runs.planned, &Role::Subject, entry.seed),
        })
        .collect()
}

fn not_run(runs: &Runs<'_>) -> Vec<NotRun> {
    let missing = |variant: &str, rows: &[Row<'_>]| {
        let missing = rows.iter().filter(|row| row.entry.is_none());
        NotRun { variant: variant.to_owned(), seeds: missing.map(|row| row.seed).collect() }
    };
    let own = missing(&runs.planned.variant, &runs.own);
    let caught = runs.caught.iter();
    let all = std::iter::once(own).chain(caught.map(|(name, rows)| missing(name, rows)));
    all.filter(|not_run| !not_run.seeds.is_empty()).collect()
}
