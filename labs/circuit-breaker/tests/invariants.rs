//! Every mutant breaks what it says, and no scenario of the reference breaks an invariant.

use netsplit_check::{Verdict, check_invariant};
use netsplit_harness::{Experiment, testing};
use netsplit_history::Run;
use netsplit_lab_circuit_breaker::CircuitBreakerLab;
use netsplit_sim::Lab;

const LAB: &dyn Lab = &CircuitBreakerLab;

fn run(experiment: &Experiment) -> Run {
    let (run, _) = experiment.run(1).expect("the lab can be built");
    assert!(run.crashes.is_empty(), "{:?}", run.crashes);
    run
}

/// The lab's invariants that a run breaks.
fn broken(run: &Run) -> Vec<&'static str> {
    let all = LAB.spec().invariants.iter();
    let broken = all.filter(|invariant| check_invariant(invariant, &run.events).broken.is_some());
    broken.map(|invariant| invariant.name).collect()
}

#[test]
fn the_reference_breaks_none() {
    for file in LAB.scenarios() {
        let run = run(&testing::load(LAB, file.name, &[]));
        assert_eq!(broken(&run), [""; 0], "{}", file.name);
    }
}

#[test]
fn every_mutant_breaks_what_it_says() {
    let mut mutants = 0;
    for variant in LAB.spec().variants() {
        let Some(mutant) = variant.mutant else { continue };
        let set = format!("variant={}", variant.name);
        let experiment = testing::load(LAB, mutant.shown_by, &[&set]);
        for seed in 1..=3 {
            let (_, findings) = experiment.run(seed).expect("the lab can be built");
            let missed = findings.expectations.iter().any(|finding| {
                finding.verdict == Verdict::Fail && finding.text.contains(mutant.breaks)
            });
            assert!(missed, "{}, seed {seed}: {findings:#?}", variant.name);
        }
        mutants += 1;
    }
    assert_eq!(mutants, 12);
}

#[test]
fn a_front_end_that_crashes_starts_with_closed_breakers() {
    let text = r#"
title = "A front end crashes while its breaker is half-open"
lab = "circuit-breaker"
duration = "20s"

[nodes.front]
count = 1

[[load]]
rate = "100/s"

[params]
min_calls = 10
open_for = "1s"
probes = 3

[[fault]]
name = "crash"
at = "4s"
for = "1s"
crash = "f1"

[[fault]]
name = "outage"
at = "0s"
disk = { nodes = "stock", fail = true }
"#;
    let run = run(&Experiment::parse(LAB, text, &[]).expect("the scenario is valid"));
    assert_eq!(broken(&run), [""; 0]);
    let started = run.events.iter().filter(|event| &*event.name == "started").count();
    assert_eq!(started, 2);
}
