//! Each shipped scenario passes as it is, and fails for what it is there to show.

mod support;

use netsplit_check::Verdict;
use support::{judge, names, run, scenario};

#[test]
fn every_scenario_passes() {
    for name in names() {
        for seed in 1..=3 {
            let findings = judge(&name, &[], seed);
            let verdict = findings.verdict;
            assert_eq!(verdict, Verdict::Pass, "{name}, seed {seed}: {findings:#?}");
        }
    }
}

/// With `set`, the scenario misses the expectation that starts with `expected`.
fn fails(name: &str, set: &[&str], expected: &str) {
    let findings = judge(name, set, 1);
    assert_eq!(findings.verdict, Verdict::Fail, "{name} {set:?}");
    let missed = findings
        .expectations
        .iter()
        .any(|finding| finding.verdict == Verdict::Fail && finding.text.starts_with(expected));
    assert!(missed, "{name} {set:?}: {findings:#?}");
}

#[test]
fn naive_algorithms_are_caught_by_what_they_get_wrong() {
    let window = "invariant window-bound";
    fails("window-boundary", &["variant=fixed-window"], window);
    fails("window-boundary", &["variant=sliding-counter"], window);
    fails("window-boundary", &["variant=reference"], window);
    fails("sliding-counter", &["variant=fixed-window"], "invariant estimate-bound");
    fails("hot-tenant", &["variant=one-for-all"], "availability(ask)");
    fails("leaky-bucket", &["variant=reference"], "invariant spacing");
    fails("concurrency-limit", &["variant=reference"], "invariant concurrency-bound");
}

#[test]
fn mutants_are_caught_by_the_bound_that_they_break() {
    fails("steady", &["variant=off-by-one"], "invariant bucket-bound");
    fails("steady", &["variant=no-refill-cap"], "invariant bucket-bound");
    fails("steady", &["variant=lost-remainder"], "invariant rejects-only-excess");
    fails("gcra", &["variant=off-by-one"], "invariant gcra-bound");
    fails("clock-skew", &["variant=callers-clock"], "invariant bucket-bound");
    fails("clock-skew", &["variant=forgets-skew"], "invariant bucket-bound");
    fails("regions-out-of-sync", &["variant=carries-over"], "invariant overshoot-bound");
}

#[test]
fn the_variants_that_a_scenario_catches_fail_it() {
    let mut caught = 0;
    for name in names() {
        for variant in scenario(&name, &[]).verdict.catches {
            let findings = judge(&name, &[&format!("variant={variant}")], 4);
            let verdict = findings.verdict;
            assert_eq!(verdict, Verdict::Fail, "{name} does not catch {variant}");
            caught += 1;
        }
    }
    assert!(caught >= 15, "only {caught} variants are caught");
}

/// GCRA is a token bucket: in the same world both let the same requests pass.
#[test]
fn gcra_and_the_token_bucket_decide_alike() {
    let outcomes = |variant: &str| {
        let run = run(&scenario("gcra", &[variant]), 1);
        let ops = run.operations.iter();
        let mut ops: Vec<_> = ops.map(|op| (op.intended, op.status)).collect();
        ops.sort_unstable();
        ops
    };
    let bucket = outcomes("variant=reference");
    assert!(bucket.len() > 5000);
    assert_eq!(bucket, outcomes("variant=gcra"));
    assert_ne!(bucket, outcomes("variant=off-by-one"));
}

/// A region that is cut off spends slowly what it has, and the others do not know: by then they are
/// ahead by more than what came since their own budgets were drawn up.
#[test]
fn what_a_region_spent_that_nobody_hears_of_is_within_the_law() {
    let then = |load: &str| {
        format!(
            "load.{load}.rate=[{{ rate = \"40/s\" }}, {{ at = \"10s\", rate = \"50/s\" }}, \
             {{ at = \"18s\", rate = \"65/s\" }}]"
        )
    };
    let set = [
        "params.burst=200",
        "fault.cut.for=28s",
        "load.in-ap.rate=20/s",
        &then("in-eu"),
        &then("in-us"),
    ];
    let run = run(&scenario("region-cut-off", &set), 1);
    assert!(run.measured["excess"] > 40.0, "{}", run.measured["excess"]);
    assert_eq!(run.measured["excess_unlawful"], 0.0);
}

/// The law of the overshoot, where messages are late and lost and buckets small or large.
#[test]
fn the_overshoot_keeps_its_law_in_bad_weather() {
    for (seed, burst) in [(1, 5), (2, 40), (3, 300)] {
        let weather = [
            "network.loss=20%",
            "network.latency={ lognormal = { median = \"20ms\", p99 = \"200ms\" } }",
            "load.in-eu.arrivals=poisson",
            "load.in-us.arrivals=poisson",
            "load.in-ap.arrivals=poisson",
            "load.in-us.rate=20/s",
        ];
        let burst = format!("params.burst={burst}");
        let scenario = scenario("region-cut-off", &[&weather[..], &[&burst]].concat());
        let run = run(&scenario, seed);
        assert!(run.network.dropped > 1000, "{burst}: bad enough");
        assert_eq!(run.measured["excess_unlawful"], 0.0, "{burst}");
    }
}
