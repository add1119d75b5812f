//! Runs of this lab's shipped scenarios.

#![allow(dead_code, reason = "each test file uses its part")]

use std::fs;
use std::path::PathBuf;

use netsplit_check::{Findings, Measured, evaluate, measure};
use netsplit_history::Run;
use netsplit_lab_queueing::Queueing;
use netsplit_scenario::{Scenario, Sentence, parse};
use netsplit_sim::{Lab, Options, simulate};

/// The folder of this lab's scenarios.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/queueing")
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
    scenario_of(&Queueing, name, set)
}

fn scenario_of(lab: &dyn Lab, name: &str, set: &[&str]) -> Scenario {
    let path = folder().join(format!("{name}.toml"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let set: Vec<_> = set.iter().map(|set| (*set).to_owned()).collect();
    match parse(&text, name, &set, &[lab.spec()]) {
        Ok(parsed) => parsed.scenario,
        Err(found) => panic!("{found}"),
    }
}

/// Runs a scenario.
pub fn run(scenario: &Scenario, seed: u64) -> Run {
    run_in(&Queueing, scenario, seed)
}

fn run_in(lab: &dyn Lab, scenario: &Scenario, seed: u64) -> Run {
    let options = Options { seed, ..Options::default() };
    let run = simulate(lab, scenario, &options, &mut |_| ()).expect("the lab can be built");
    assert!(run.littles_law.holds(), "{:?}", run.littles_law);
    run
}

/// Runs a shipped scenario with overrides on a lab with fillings of its own.
pub fn run_of(lab: &dyn Lab, name: &str, set: &[&str]) -> (Scenario, Run) {
    let scenario = scenario_of(lab, name, set);
    let run = run_in(lab, &scenario, 1);
    (scenario, run)
}

/// Runs a shipped scenario with overrides, and judges it.
pub fn judge(name: &str, set: &[&str], seed: u64) -> Findings {
    let scenario = scenario(name, set);
    evaluate(&scenario, &run(&scenario, seed), &|_, _| None)
}

/// What `metric` is in a run of `scenario`: nanoseconds, a share, or a plain number.
pub fn number(scenario: &Scenario, run: &Run, metric: &str) -> f64 {
    let Measured { value, .. } = measured(scenario, run, metric);
    value.number()
}

fn measured(scenario: &Scenario, run: &Run, metric: &str) -> Measured {
    let unit = match metric {
        "availability" | "rejected_rate" => "1%",
        "utilisation" | "hedge_rate" | "hedges" | "rejections" | "cancellations" => "1",
        _ => "1ms",
    };
    let set = format!("verdict.expect=[\"{metric} > {unit}\"]");
    let parsed = self::scenario("calm", &[&set]);
    let Sentence::Metric { metric, window, .. } = &parsed.verdict.expect[0].sentence else {
        panic!("`{metric}` is no metric");
    };
    measure(metric, window, scenario, run).unwrap_or_else(|why| panic!("{metric:?}: {why}"))
}
