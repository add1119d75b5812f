//! Each shipped scenario passes, and each of its expectations is missed by some variant or
//! setting: a sentence that nothing violates says nothing.

mod support;

use std::collections::BTreeSet;

use netsplit_check::Verdict;
use support::{judge, names, scenario};

/// (scenario, overrides): runs in which something is missing or wrong.
const WRONG: &[(&str, &[&str])] = &[
    ("calm", &["load.clients.rate=450/s"]),
    ("calm", &["params.queue_limit=0"]),
    ("knee", &["nodes.servers.workers=2"]),
    ("knee", &["params.queue_limit=0"]),
    ("fan-out", &["params.fan_out=1", "duration=15s"]),
    ("fan-out", &["params.service=1s", "duration=15s"]),
    ("hedged", &["variant=no-hedge", "duration=12s"]),
    ("hedged", &["variant=eager", "duration=12s"]),
    ("hedged", &["params.hedge_after=never", "duration=12s"]),
    ("hedging-law", &["variant=no-hedge", "duration=12s"]),
    ("hedging-law", &["variant=eager", "duration=12s"]),
    ("pooled-or-split", &["variant=random"]),
    ("pooled-or-split", &["params.queue_limit=0"]),
    ("bounded-queue", &["params.queue_limit=unlimited"]),
    ("bounded-queue", &["params.queue_limit=0"]),
    ("bounded-queue", &["params.queue_limit=70"]),
    ("cancelled", &["params.cancel_losers=false"]),
    ("cancelled", &["variant=no-hedge"]),
    ("mm1", &["params.service=1ms", "duration=35s"]),
    ("mm1", &["params.queue_limit=0", "duration=35s"]),
    ("mmc", &["params.service=1ms", "duration=35s"]),
    ("mmc", &["params.queue_limit=0", "duration=35s"]),
    ("md1", &["params.service.exponential.mean=1ms", "duration=35s"]),
    ("md1", &["params.queue_limit=0", "duration=35s"]),
];

/// Scenarios of so many messages that one seed has to do here.
const LONG: &[&str] = &["fan-out", "hedged", "hedging-law", "knee", "md1", "mm1", "mmc"];

#[test]
fn every_scenario_passes() {
    for name in names() {
        for seed in 1..=if LONG.contains(&&*name) { 1 } else { 3 } {
            let findings = judge(&name, &[], seed);
            assert_eq!(findings.verdict, Verdict::Pass, "{name}, seed {seed}: {findings:#?}");
        }
    }
}

#[test]
fn every_expectation_is_missed_by_something() {
    let mut unmissed = BTreeSet::new();
    for name in names() {
        let expect = scenario(&name, &[]).verdict.expect;
        unmissed.extend(expect.into_iter().map(|sentence| (name.clone(), sentence.text)));
    }
    for (name, set) in WRONG {
        let findings = judge(name, set, 1);
        assert_eq!(findings.verdict, Verdict::Fail, "{name} with {set:?}");
        for finding in findings.expectations {
            if finding.verdict == Verdict::Fail {
                unmissed.remove(&((*name).to_owned(), finding.text));
            }
        }
    }
    assert!(unmissed.is_empty(), "nothing misses these: {unmissed:#?}");
}

#[test]
fn the_variants_that_a_scenario_catches_fail_it() {
    let mut caught = 0;
    for name in names() {
        for variant in scenario(&name, &[]).verdict.catches {
            let findings = judge(&name, &[&format!("variant={variant}"), "duration=20s"], 2);
            assert_eq!(findings.verdict, Verdict::Fail, "{name} does not catch {variant}");
            caught += 1;
        }
    }
    assert!(caught >= 5, "only {caught} variants are caught");
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    let uneven = scenario("hedged", &["nodes.servers.count=150", "duration=12s"]);
    let options = netsplit_sim::Options::default();
    let refused =
        netsplit_sim::simulate(&netsplit_lab_queueing::Queueing, &uneven, &options, &mut |_| ());
    let why = refused.expect_err("150 servers cannot be divided evenly among 100 leaves");
    assert!(why.contains("150 servers cannot be divided evenly among 100 leaves"), "{why}");
}
