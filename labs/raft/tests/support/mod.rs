//! Running the lab's shipped scenarios.

#![allow(dead_code, reason = "each test file uses its part")]

use std::path::Path;

use netsplit_check::{Answer, Budget, Finding, KeyValue, PropertyFinding, Verdict};
use netsplit_check::{check_invariant, check_linearizable, check_serves, evaluate};
use netsplit_history::{Run, Time};
use netsplit_lab_raft::RaftLab;
use netsplit_scenario::{Property, Scenario, parse};
use netsplit_sim::{Lab, Options, simulate};

/// The shipped scenario `name` with `overrides`.
pub fn scenario(name: &str, overrides: &[&str]) -> Scenario {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/raft");
    let text = std::fs::read_to_string(folder.join(format!("{name}.toml"))).expect("it is shipped");
    parsed(&text, overrides)
}

/// A scenario of this text with `overrides`.
pub fn parsed(text: &str, overrides: &[&str]) -> Scenario {
    let overrides: Vec<_> = overrides.iter().map(|set| (*set).to_owned()).collect();
    match parse(text, "scenario.toml", &overrides, &[RaftLab.spec()]) {
        Ok(parsed) => parsed.scenario,
        Err(found) => panic!("{found}"),
    }
}

/// Runs a scenario with a seed.
pub fn run(scenario: &Scenario, seed: u64) -> Run {
    let options = Options { seed, ..Options::default() };
    simulate(&RaftLab, scenario, &options, &mut |_| ()).expect("the lab can be built")
}

/// How a run came out: the verdict, and the expectations that were not met.
pub fn judged(scenario: &Scenario, run: &Run) -> (Verdict, Vec<Finding>) {
    let decide = |property: &Property, run: &Run| match property {
        Property::Linearizable => Some(linearizable(run)),
        Property::Invariant(name) => Some(invariant(name, run)),
        Property::Serves(within) => Some(check_serves(run, within.since(Time::ZERO))),
        _ => None,
    };
    let findings = evaluate(scenario, run, &decide);
    assert!(run.crashes.is_empty(), "{:?}", run.crashes);
    let unmet = |finding: &Finding| finding.verdict != Verdict::Pass;
    (findings.verdict, findings.expectations.into_iter().filter(unmet).collect())
}

fn linearizable(run: &Run) -> PropertyFinding {
    let found = check_linearizable(&KeyValue, &run.operations, &Budget::default());
    let verdict = match found.expect("the history makes sense").answer {
        Answer::Holds => Verdict::Pass,
        Answer::Violated(_) => Verdict::Fail,
        Answer::Unknown(_) => Verdict::Inconclusive,
    };
    PropertyFinding { verdict, why: String::new(), witness: None }
}

fn invariant(name: &str, run: &Run) -> PropertyFinding {
    let broken = broken(name, run);
    PropertyFinding {
        verdict: if broken.is_some() { Verdict::Fail } else { Verdict::Pass },
        why: broken.unwrap_or_default(),
        witness: None,
    }
}

/// How the run breaks an invariant, if it does.
pub fn broken(name: &str, run: &Run) -> Option<String> {
    let all = RaftLab.spec().invariants;
    let invariant = all.iter().find(|invariant| invariant.name == name);
    let found = check_invariant(invariant.expect("the lab has it"), &run.events);
    assert!(found.relevant > 0, "{name} saw nothing");
    found.broken.map(|broken| broken.why)
}

/// What the run measured at its end under `name`.
pub fn measured(run: &Run, name: &str) -> f64 {
    run.measured[name]
}
