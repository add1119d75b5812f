//! Runs of this lab's shipped scenarios.

#![allow(dead_code, reason = "each test file uses its part")]

use std::fs;
use std::path::PathBuf;

use netsplit_check::{Findings, Measured, evaluate, measure};
use netsplit_history::Run;
use netsplit_lab_retry_jitter::RetryJitter;
use netsplit_scenario::{Scenario, Sentence, parse};
use netsplit_sim::{Lab, Options, simulate};

/// The folder of this lab's scenarios.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/retry-jitter")
}

/// The names of all shipped scenarios of this lab.
pub fn names() -> Vec<String> {
    let entries = fs::read_dir(folder()).expect("the scenarios are shipped");
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let stem = |path: PathBuf| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let mut names: Vec<_> = paths.filter_map(stem).collect();
    names.sort();
    names
}

/// A shipped scenario with overrides.
pub fn scenario(name: &str, set: &[&str]) -> Scenario {
    let path = folder().join(format!("{name}.toml"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let set: Vec<_> = set.iter().map(|set| (*set).to_owned()).collect();
    match parse(&text, name, &set, &[RetryJitter.spec()]) {
        Ok(parsed) => parsed.scenario,
        Err(found) => panic!("{found}"),
    }
}

/// Runs a scenario.
pub fn run(scenario: &Scenario, seed: u64) -> Run {
    let options = Options { seed, ..Options::default() };
    let run =
        simulate(&RetryJitter, scenario, &options, &mut |_| ()).expect("the lab can be built");
    assert!(run.littles_law.holds(), "{:?}", run.littles_law);
    run
}

/// Runs a shipped scenario with overrides, and judges it.
pub fn judge(name: &str, set: &[&str], seed: u64) -> Findings {
    let scenario = scenario(name, set);
    evaluate(&scenario, &run(&scenario, seed), &|_, _| None)
}

/// What `metric` is in a run of `scenario`: nanoseconds, a share, or a plain number. The metric may
/// end in a window, and `unit` is any value of its unit.
pub fn number(scenario: &Scenario, run: &Run, metric: &str, unit: &str) -> f64 {
    measured(scenario, run, metric, unit).value.number()
}

/// The same, as it is to be shown.
pub fn measured(scenario: &Scenario, run: &Run, metric: &str, unit: &str) -> Measured {
    let (metric, window) = metric.split_once(' ').unwrap_or((metric, ""));
    let set = format!("verdict.expect=[\"{metric} > {unit} {window}\"]");
    // Windows may name faults, so the sentence is read as one of this very scenario.
    let name = scenario_name(scenario);
    let parsed = self::scenario(&name, &[&set]);
    let Sentence::Metric { metric, window, .. } = &parsed.verdict.expect[0].sentence else {
        panic!("`{metric}` is no metric");
    };
    measure(metric, window, scenario, run).unwrap_or_else(|why| panic!("{metric:?}: {why}"))
}

/// The file that a scenario was read from.
fn scenario_name(scenario: &Scenario) -> String {
    let is_it = |name: &String| self::scenario(name, &[]).title == scenario.title;
    names().into_iter().find(is_it).expect("it is shipped")
}
