//! Runs of this lab's shipped scenarios.

#![allow(dead_code, reason = "each test file uses its part")]

use std::fs;
use std::path::PathBuf;

use netsplit_check::{Findings, Rules, decide, evaluate};
use netsplit_history::Run;
use netsplit_lab_rate_limiter::RateLimiter;
use netsplit_scenario::{Scenario, parse};
use netsplit_sim::{Lab, Options, simulate};

/// The folder of this lab's scenarios.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/rate-limiter")
}

/// The names of all shipped scenarios of this lab.
pub fn names() -> Vec<String> {
    let entries = fs::read_dir(folder()).expect("the scenarios are shipped");
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let stem = |path: PathBuf| {
        let stem = path.file_stem()?;
        Some(stem.to_string_lossy().into_owned())
    };
    let mut names: Vec<_> = paths.filter_map(stem).collect();
    names.sort();
    names
}

/// The shipped scenario `name` with overrides.
pub fn scenario(name: &str, set: &[&str]) -> Scenario {
    let path = folder().join(format!("{name}.toml"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    parsed(&text, set)
}

/// A scenario of this text with overrides.
pub fn parsed(text: &str, set: &[&str]) -> Scenario {
    let set: Vec<_> = set.iter().map(|set| (*set).to_owned()).collect();
    match parse(text, "scenario.toml", &set, &[RateLimiter.spec()]) {
        Ok(parsed) => parsed.scenario,
        Err(found) => panic!("{found}"),
    }
}

/// Runs a scenario.
pub fn run(scenario: &Scenario, seed: u64) -> Run {
    let options = Options { seed, ..Options::default() };
    let run =
        simulate(&RateLimiter, scenario, &options, &mut |_| ()).expect("the lab can be built");
    assert!(run.crashes.is_empty(), "{:?}", run.crashes);
    run
}

/// Runs a shipped scenario with overrides by a lab with another filling, and judges it.
pub fn judge_lab(lab: &dyn Lab, name: &str, set: &[&str], seed: u64) -> Findings {
    let text = fs::read_to_string(folder().join(format!("{name}.toml"))).expect("it is shipped");
    let set: Vec<_> = set.iter().map(|set| (*set).to_owned()).collect();
    let scenario = parse(&text, "scenario.toml", &set, &[lab.spec()]);
    let scenario = scenario.unwrap_or_else(|found| panic!("{found}")).scenario;
    let options = Options { seed, ..Options::default() };
    let run = simulate(lab, &scenario, &options, &mut |_| ()).expect("the lab can be built");
    assert!(run.crashes.is_empty(), "{:?}", run.crashes);
    let rules = Rules { invariants: lab.spec().invariants, ..Rules::default() };
    evaluate(&scenario, &run, &|property, run| Some(decide(property, run, &rules)))
}

/// Runs a shipped scenario with overrides, and judges it.
pub fn judge(name: &str, set: &[&str], seed: u64) -> Findings {
    let scenario = scenario(name, set);
    let rules = Rules { invariants: RateLimiter.spec().invariants, ..Rules::default() };
    evaluate(&scenario, &run(&scenario, seed), &|property, run| Some(decide(property, run, &rules)))
}
