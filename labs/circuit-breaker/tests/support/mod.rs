//! Runs of this lab's shipped scenarios.

#![allow(dead_code, reason = "each test file uses its part")]

use std::fs;
use std::path::PathBuf;

use netsplit_check::{Findings, Rules, check_invariant, decide, evaluate};
use netsplit_history::Run;
use netsplit_lab_circuit_breaker::CircuitBreakerLab;
use netsplit_scenario::{Property, Scenario, parse};
use netsplit_sim::{Lab, Options, simulate};

/// The folder of this lab's scenarios.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/circuit-breaker")
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
    parsed(&text, set)
}

/// A scenario of this text with overrides.
pub fn parsed(text: &str, set: &[&str]) -> Scenario {
    let set: Vec<_> = set.iter().map(|set| (*set).to_owned()).collect();
    match parse(text, "scenario.toml", &set, &[CircuitBreakerLab.spec()]) {
        Ok(parsed) => parsed.scenario,
        Err(found) => panic!("{found}"),
    }
}

/// Runs a scenario.
pub fn run(scenario: &Scenario, seed: u64) -> Run {
    let options = Options { seed, ..Options::default() };
    let run = simulate(&CircuitBreakerLab, scenario, &options, &mut |_| ())
        .expect("the lab can be built");
    assert!(run.crashes.is_empty(), "{:?}", run.crashes);
    run
}

/// Runs a shipped scenario with overrides, and judges it.
pub fn judge(name: &str, set: &[&str], seed: u64) -> Findings {
    let scenario = scenario(name, set);
    let rules = Rules { invariants: CircuitBreakerLab.spec().invariants, ..Rules::default() };
    let decide = |property: &Property, run: &Run| Some(decide(property, run, &rules));
    evaluate(&scenario, &run(&scenario, seed), &decide)
}

/// The lab's invariants that a run breaks.
pub fn broken(run: &Run) -> Vec<&'static str> {
    let all = CircuitBreakerLab.spec().invariants.iter();
    let is_broken = |invariant: &&netsplit_history::Invariant| {
        check_invariant(invariant, &run.events).broken.is_some()
    };
    all.filter(is_broken).map(|invariant| invariant.name).collect()
}
