//! Each shipped scenario passes, catches what it says, and fails without what it is about.

mod support;

use netsplit_check::Verdict;
use netsplit_lab_retry_jitter::RetryJitter;
use netsplit_sim::{Options, simulate};
use support::{judge, names, scenario};

/// Scenarios of so many messages that one seed has to do here.
const LONG: &[&str] = &["hedging", "hedging-law"];

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
fn the_variants_that_a_scenario_catches_fail_it() {
    let mut caught = 0;
    for name in names() {
        for variant in scenario(&name, &[]).verdict.catches {
            let findings = judge(&name, &[&format!("variant={variant}")], 2);
            assert_eq!(findings.verdict, Verdict::Fail, "{name} does not catch {variant}");
            caught += 1;
        }
    }
    assert!(caught >= 20, "only {caught} variants are caught");
}

/// With `set`, the scenario misses the expectation that starts with `expected`.
fn fails(name: &str, set: &[&str], expected: &str) {
    let findings = judge(name, set, 1);
    let unmet = |finding: &&netsplit_check::Finding| finding.verdict == Verdict::Fail;
    let mut unmet = findings.expectations.iter().filter(unmet);
    assert!(
        unmet.any(|finding| finding.text.starts_with(expected)),
        "{name} {set:?}: {findings:#?}"
    );
}

/// What the scenarios tell of other settings than theirs.
#[test]
fn a_cure_has_an_edge() {
    for beyond in ["params.retry_ratio=0.6", "load.clients.rate=280/s"] {
        fails("metastable-budget", &[beyond], "availability");
    }
    fails("metastable-throttling", &["params.throttle_window=2m"], "availability");
    fails("metastable-deadlines", &["params.deadlines=none"], "availability");
}

/// The failure itself: with any one cure, the expectation that nothing is ever served fails.
#[test]
fn each_cure_ends_the_metastable_failure() {
    let dead = "throughput < 1/s";
    fails("metastable", &["variant=reference"], dead);
    fails("metastable", &["variant=naive,admission=drop-expired"], dead);
    fails("metastable", &["variant=naive,admission=lifo"], dead);
    fails("metastable", &["variant=naive,admission=shed", "params.queue_limit=100"], dead);
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    for (name, set, told) in [
        ("hedging", "nodes.servers.count=150", "150 servers cannot be dealt to 100 leaves"),
        ("calm", "params.fan_out=0", "cannot be dealt to 0 leaves"),
        ("calm", "params.tries=0", "params.tries is 0"),
    ] {
        let scenario = scenario(name, &[set]);
        let refused = simulate(&RetryJitter, &scenario, &Options::default(), &mut |_| ());
        let why = refused.expect_err("it does not fit");
        assert!(why.contains(told), "{why}");
    }
}
