//! Running the lab's shipped scenarios.

#![allow(dead_code, reason = "each test file uses its part")]

use std::path::Path;

use netsplit_check::{Finding, Rules, Verdict, decide, evaluate};
use netsplit_history::Run;
use netsplit_lab_quorum_kv::QuorumKv;
use netsplit_scenario::{Scenario, parse};
use netsplit_sim::{Lab, Options, simulate};

/// The shipped scenario `name` with `overrides`.
pub fn scenario(name: &str, overrides: &[&str]) -> Scenario {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/quorum-kv");
    let text = std::fs::read_to_string(folder.join(format!("{name}.toml"))).expect("it is shipped");
    parsed(&text, overrides)
}

/// A scenario of this text with `overrides`.
pub fn parsed(text: &str, overrides: &[&str]) -> Scenario {
    let overrides: Vec<_> = overrides.iter().map(|set| (*set).to_owned()).collect();
    match parse(text, "scenario.toml", &overrides, &[QuorumKv.spec()]) {
        Ok(parsed) => parsed.scenario,
        Err(found) => panic!("{found}"),
    }
}

/// Runs a scenario with a seed.
pub fn run(scenario: &Scenario, seed: u64) -> Run {
    let options = Options { seed, ..Options::default() };
    simulate(&QuorumKv, scenario, &options, &mut |_| ()).expect("the lab can be built")
}

/// How a run came out: the verdict, and the expectations that were not met.
pub fn judged(scenario: &Scenario, run: &Run) -> (Verdict, Vec<Finding>) {
    let rules = Rules {
        settle: scenario.settle,
        invariants: QuorumKv.spec().invariants,
        ..Rules::default()
    };
    let findings = evaluate(scenario, run, &|property, run| Some(decide(property, run, &rules)));
    assert!(run.crashes.is_empty(), "{:?}", run.crashes);
    let unmet = |finding: &Finding| finding.verdict != Verdict::Pass;
    (findings.verdict, findings.expectations.into_iter().filter(unmet).collect())
}

/// What the run measured at its end under `name`.
pub fn measured(run: &Run, name: &str) -> f64 {
    run.measured[name]
}
