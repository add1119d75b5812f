//! Each shipped scenario passes as it is, and fails for what it is there to show.

mod support;

use netsplit_check::Verdict;
use netsplit_lab_raft::RaftLab;
use netsplit_sim::Lab;
use support::{broken, judged, run, scenario};

/// Every scenario but those of the truth table, which `netsplit truth` runs.
const SCENARIOS: &[&str] = &[
    "calm",
    "clock-drift",
    "fast-backtracking",
    "figure-8",
    "flapping-node",
    "leader-crash",
    "leader-isolated",
    "majority-partition",
    "membership-change",
    "minority-partition",
    "one-way-partition",
    "power-loss",
    "read-index",
    "reboots",
    "rolling-restart",
    "sessions",
    "slow-leader",
    "snapshots",
    "transfer",
];

/// Also decides every invariant of the lab, whether the scenario names it or not.
#[test]
fn scenarios_pass_and_no_invariant_breaks_in_any() {
    for name in SCENARIOS {
        let scenario = scenario(name, &[]);
        for seed in 1..=2 {
            let run = run(&scenario, seed);
            let (verdict, unmet) = judged(&scenario, &run);
            assert_eq!(verdict, Verdict::Pass, "{name}, seed {seed}: {unmet:#?}");
            for invariant in RaftLab.spec().invariants {
                assert_eq!(broken(invariant.name, &run), None, "{name}, seed {seed}");
            }
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
        // Votes are split often enough for somebody to be asked twice.
        set.extend((name == "leader-crash").then_some(narrow));
        let scenario = scenario(name, &set);
        let broken = broken(invariant, &run(&scenario, 1));
        assert!(broken.is_some(), "{variant} keeps {invariant} in {name}");
    }
}

#[test]
fn every_way_to_read_is_linearizable() {
    for variant in ["reference", "log-reads", "lease-reads"] {
        for name in ["leader-isolated", "leader-crash"] {
            let scenario = scenario(name, &[&format!("variant={variant}")]);
            let (verdict, unmet) = judged(&scenario, &run(&scenario, 3));
            assert_eq!(verdict, Verdict::Pass, "{variant} in {name}: {unmet:#?}");
        }
    }
}
