//! Hand-made sweeps.

use netsplit_check::Verdict;
use netsplit_history::{Counts, EncodedLatencies, Latencies};
use netsplit_scenario::Comparison;

use super::{Entry, Plan, Planned, Role, Seeds, Stated};
use crate::{CrashReport, ExpectationReport, rounding};

const SENTENCE: &str = "p99 < 40ms";

/// A scenario with one expectation.
pub fn planned(name: &str) -> Planned {
    Planned {
        scenario: name.into(),
        file: format!("scenarios/{name}.toml"),
        title: "A scenario".into(),
        scenario_hash: "00c0ffee00c0ffee".into(),
        overrides: Vec::new(),
        lab: "lab".into(),
        variant: "reference".into(),
        expect: vec![Stated {
            text: SENTENCE.into(),
            line: Some(31),
            comparison: Some(Comparison::Less),
        }],
        sweep: Vec::new(),
        catches: Vec::new(),
        min_pass_rate: 1.0,
        regressions: Vec::new(),
    }
}

/// A plan over the seeds from 1 to `seeds`.
pub fn plan(seeds: u64, scenarios: Vec<Planned>) -> Plan {
    let seeds =
        Seeds { description: format!("1..={seeds}"), salted: false, list: (1..=seeds).collect() };
    Plan::new(seeds, scenarios)
}

/// Gives runs the places of the plan's jobs, in order. Fewer runs make a sweep cut short.
pub fn entries(plan: &Plan, runs: Vec<Entry>) -> Vec<Entry> {
    let jobs = plan.jobs().enumerate();
    jobs.zip(runs)
        .map(|((number, job), run)| Entry {
            job: number,
            scenario: plan.scenarios[job.scenario].scenario.clone(),
            scenario_hash: plan.scenarios[job.scenario].scenario_hash.clone(),
            role: job.role,
            seed: job.seed,
            ..run
        })
        .collect()
}

fn run(verdict: Verdict, reasons: &[&str], millis: u64) -> Entry {
    let latency: Latencies =
        (0..1000).map(|i| std::time::Duration::from_micros(millis * 1000 + i)).collect();
    Entry {
        job: 0,
        scenario: String::new(),
        scenario_hash: String::new(),
        overrides: Vec::new(),
        role: Role::Subject,
        variant: "reference".into(),
        seed: 0,
        verdict,
        expectations: vec![ExpectationReport {
            text: SENTENCE.into(),
            line: Some(31),
            verdict,
            observed: None,
            shown: String::new(),
            why: String::new(),
            witness: None,
        }],
        reasons: reasons.iter().map(|why| (*why).to_owned()).collect(),
        samples: Vec::new(),
        requests: Counts { attempted: 1000, ok: 1000, ..Counts::default() },
        latency: EncodedLatencies::from(&latency),
        p99_ms: latency.percentile(99.0).map(|p99| rounding::millis(p99, 3)),
        fingerprint: "0123456789abcdef".into(),
        crashes: Vec::new(),
        problems: Vec::new(),
        bugs: Vec::new(),
        divergence: None,
        lost: None,
    }
}

/// A run that passes.
pub fn passes() -> Entry {
    run(Verdict::Pass, &[], 10)
}

/// A run that violates its expectation.
pub fn fails() -> Entry {
    run(Verdict::Fail, &[], 50)
}

/// A failing run in which node code panicked.
pub fn panics() -> Entry {
    let mut entry = fails();
    entry.crashes.push(CrashReport {
        node: "n1".into(),
        at_s: 1.0,
        message: "index out of bounds".into(),
        place: "src/lib.rs:1:1".into(),
    });
    entry
}

/// A run that cannot be decided.
pub fn inconclusive() -> Entry {
    run(Verdict::Inconclusive, &["fault `cut` never struck"], 10)
}
