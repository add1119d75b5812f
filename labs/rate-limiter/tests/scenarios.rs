//! The laws of the lab in its shipped scenarios: each algorithm and mutant fails by the bound that it
//! breaks, and the overshoot keeps its law.

use netsplit_check::Verdict;
use netsplit_harness::testing::load;
use netsplit_history::Run;
use netsplit_lab_rate_limiter::RateLimiter;
use netsplit_sim::Lab;

fn run(name: &str, set: &[&str]) -> Run {
    load(&RateLimiter, name, set).run(1).expect("the lab can be built").0
}

/// With `variant`, the scenario misses the expectation about `broken`.
fn fails(name: &str, variant: &str, broken: &str) {
    let experiment = load(&RateLimiter, name, &[&format!("variant={variant}")]);
    let (_, findings) = experiment.run(1).expect("the lab can be built");
    let mut missed = findings.expectations.iter().filter(|of| of.verdict == Verdict::Fail);
    assert!(missed.any(|of| of.text.contains(broken)), "{name}, {variant}: {findings:#?}");
}

#[test]
fn naive_algorithms_are_caught_by_what_they_get_wrong() {
    fails("window-boundary", "fixed-window", "invariant window-bound");
    fails("window-boundary", "sliding-counter", "invariant window-bound");
    fails("window-boundary", "reference", "invariant window-bound");
    fails("sliding-counter", "fixed-window", "invariant estimate-bound");
    fails("hot-tenant", "one-for-all", "availability(ask)");
    fails("leaky-bucket", "reference", "invariant spacing");
    fails("concurrency-limit", "reference", "invariant concurrency-bound");
    fails("clock-skew", "callers-clock", "invariant bucket-bound");
}

#[test]
fn mutants_are_caught_by_the_bound_that_they_break() {
    fails("gcra", "off-by-one", "invariant gcra-bound");
    let mut mutants = 0;
    for variant in RateLimiter.spec().variants() {
        if let Some(mutant) = variant.mutant {
            fails(mutant.shown_by, variant.name, mutant.breaks);
            mutants += 1;
        }
    }
    assert!(mutants >= 5, "only {mutants} mutants");
}

/// GCRA is a token bucket: in the same world both let the same requests pass.
#[test]
fn gcra_and_the_token_bucket_decide_alike() {
    let outcomes = |variant: &str| {
        let run = run("gcra", &[variant]);
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
    let run = run("region-cut-off", &set);
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
        let set = [&weather[..], &[&burst]].concat();
        let experiment = load(&RateLimiter, "region-cut-off", &set);
        let (run, _) = experiment.run(seed).expect("the lab can be built");
        assert!(run.network.dropped > 1000, "{burst}: bad enough");
        assert_eq!(run.measured["excess_unlawful"], 0.0, "{burst}");
    }
}
