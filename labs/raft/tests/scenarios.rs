//! Scenarios fail for what they are there to show.

use std::time::Duration;

use netsplit_check::{Finding, Findings, Verdict, check_invariant};
use netsplit_harness::testing::load;
use netsplit_history::Run;
use netsplit_lab_raft::RaftLab;
use netsplit_sim::Lab;

fn run(name: &str, overrides: &[&str], seed: u64) -> (Run, Findings) {
    load(&RaftLab, name, overrides).run(seed).expect("it can be built")
}

/// How a run breaks an invariant, if it does.
fn broken(name: &str, run: &Run) -> Option<String> {
    let invariant = RaftLab.spec().invariants.iter().find(|invariant| invariant.name == name);
    let found = check_invariant(invariant.expect("the lab has it"), &run.events);
    assert_eq!(found.missing, [""; 0], "{name} shows nothing");
    found.broken.map(|broken| broken.why)
}

#[test]
fn mutants_break_what_they_say() {
    for variant in RaftLab.spec().variants() {
        let Some(mutant) = variant.mutant else { continue };
        let set = format!("variant={}", variant.name);
        let is_broken = |finding: &Finding| {
            finding.verdict == Verdict::Fail && finding.text.contains(mutant.breaks)
        };
        let fails = |seed| {
            let (_, findings) = run(mutant.shown_by, &[&set], seed);
            findings.expectations.iter().any(is_broken)
        };
        assert!((1..=3).any(fails), "{} keeps `{}`", variant.name, mutant.breaks);
    }
}

/// Decides every invariant of the lab, whether the scenario names it or not. The long scenarios
/// are those of the truth table.
#[test]
fn the_reference_breaks_no_invariant_anywhere() {
    for file in RaftLab.scenarios() {
        if load(&RaftLab, file.name, &[]).scenario.duration > Duration::from_secs(100) {
            continue;
        }
        let (run, _) = run(file.name, &[], 1);
        for invariant in RaftLab.spec().invariants {
            assert_eq!(broken(invariant.name, &run), None, "{}", file.name);
        }
    }
}

#[test]
fn every_invariant_has_a_mutant_that_breaks_it() {
    let narrow = "params.election_timeout=[\"150ms\", \"152ms\"]";
    for (invariant, name, variant) in [
        ("election-safety", "leader-crash", "vote-twice"),
        ("single-vote", "reboots", "no-persist-vote"),
        ("leader-append-only", "leader-isolated", "tidy-leader"),
        ("log-matching", "minority-partition", "no-log-check"),
        ("leader-completeness", "minority-partition", "minority-commit"),
        ("state-machine-safety", "minority-partition", "minority-commit"),
        ("leader-completeness", "figure-8", "commit-old-term"),
    ] {
        let variant = format!("variant={variant}");
        let mut set = vec![variant.as_str()];
        // Votes are split often enough for a server to be asked twice.
        set.extend((name == "leader-crash").then_some(narrow));
        let broken = broken(invariant, &run(name, &set, 1).0);
        assert!(broken.is_some(), "{variant} keeps {invariant} in {name}");
    }
}

#[test]
fn every_way_to_read_is_linearizable() {
    for variant in ["reference", "log-reads", "lease-reads"] {
        for name in ["leader-isolated", "leader-crash"] {
            let (_, findings) = run(name, &[&format!("variant={variant}")], 3);
            assert_eq!(findings.verdict, Verdict::Pass, "{variant} in {name}: {findings:#?}");
        }
    }
}
