//! Running the lab's shipped scenarios.

#![allow(dead_code, reason = "each test file uses its part")]

use std::path::{Path, PathBuf};

use netsplit_check::{Finding, Rules, Verdict, decide, evaluate};
use netsplit_history::Run;
use netsplit_lab_consistent_hashing::ConsistentHashing;
use netsplit_scenario::{Property, Scenario, parse};
use netsplit_sim::{Lab, Options, simulate};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/consistent-hashing")
}

/// The names of all shipped scenarios of this lab.
pub fn names() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("the scenarios are shipped");
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let stem = |path: PathBuf| Some(path.file_stem()?.to_string_lossy().into_owned());
    let mut names: Vec<_> = paths.filter_map(stem).collect();
    names.sort();
    names
}

/// The shipped scenario `name` with `overrides`.
pub fn scenario(name: &str, overrides: &[&str]) -> Scenario {
    let file = folder().join(format!("{name}.toml"));
    parsed(&std::fs::read_to_string(file).expect("it is shipped"), overrides)
}

/// A scenario of this text with `overrides`.
pub fn parsed(text: &str, overrides: &[&str]) -> Scenario {
    let overrides: Vec<_> = overrides.iter().map(|set| (*set).to_owned()).collect();
    match parse(text, "scenario.toml", &overrides, &[ConsistentHashing.spec()]) {
        Ok(parsed) => parsed.scenario,
        Err(found) => panic!("{found}"),
    }
}

/// Runs a scenario with a seed; the lab may be refused.
pub fn try_run(scenario: &Scenario, seed: u64) -> Result<Run, String> {
    let options = Options { seed, ..Options::default() };
    simulate(&ConsistentHashing, scenario, &options, &mut |_| ())
}

/// Runs a scenario with a seed.
pub fn run(scenario: &Scenario, seed: u64) -> Run {
    try_run(scenario, seed).expect("the lab can be built")
}

/// How a run came out: the verdict, and the expectations that were not met.
pub fn judged(scenario: &Scenario, run: &Run) -> (Verdict, Vec<Finding>) {
    let rules = Rules { invariants: ConsistentHashing.spec().invariants, ..Rules::default() };
    let decide = |property: &Property, run: &Run| Some(decide(property, run, &rules));
    let findings = evaluate(scenario, run, &decide);
    assert!(run.crashes.is_empty(), "{:?}", run.crashes);
    let unmet = |finding: &Finding| finding.verdict != Verdict::Pass;
    (findings.verdict, findings.expectations.into_iter().filter(unmet).collect())
}

/// What the run measured at its end under `name`.
pub fn measured(run: &Run, name: &str) -> f64 {
    run.measured[name]
}

/// How far a counter came.
pub fn counted(run: &Run, name: &str) -> f64 {
    run.series.get(name).map_or(0.0, |series| series.points.iter().map(|(_, by)| by).sum())
}
