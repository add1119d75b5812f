//! The expected values of `truth.toml`, computed again from their formulas.
//!
//! Nothing here knows the simulator, so a number in the table is wrong only if both the table
//! and the formula are. The tier `published` has no formula: it is the AWS simulator's.

use netsplit_harness::testing::truth_table_is_computed;
use netsplit_lab_retry_jitter::RetryJitter;

/// The start of a check's `law`, and what its formula gives: milliseconds, seconds, percent or
/// plain.
fn laws() -> Vec<(&'static str, f64)> {
    let exponential = |p: f64| -10.0 * slowest_of_100(p).ln();
    let hedged_exponential = |p: f64| f64::midpoint(10.0 * 20f64.ln(), exponential(p));
    let unhedged = |p| solve(|t| bigtable(t) - slowest_of_100(p));
    let hedged = |p| solve(|t| bigtable(t) * bigtable(t - 10.0) - slowest_of_100(p));
    vec![
        ("One retry, 2 L < C: 100/s", drains_after(100.0, 1.0)),
        ("One retry, 2 L < C: 120/s", drains_after(120.0, 1.0)),
        ("One retry, 2 L > C: 160/s", served_for_ever(160.0, 1.0)),
        ("Bronson's example: 280/s", served_for_ever(280.0, 1.0)),
        ("No retries: 200/s", drains_after(200.0, 0.0)),
        ("No retries: 250/s", drains_after(250.0, 0.0)),
        ("A budget of 10%, 1.1 L < C: 200/s", drains_after(200.0, 0.1)),
        ("A budget of 10%, 1.1 L > C: 280/s", served_for_ever(280.0, 0.1)),
        ("The bucket of the AWS SDKs", 500.0 / 10.0),
        ("Three tries, p = 0.1: tries", layers(1, 3, 0.1)),
        ("Three tries, p = 0.5: tries", layers(1, 3, 0.5)),
        ("Three tries, p = 1: tries", layers(1, 3, 1.0)),
        ("Three tries, p = 0.5: share", 100.0 * (1.0 - 0.5f64.powi(3))),
        ("Three layers of four tries, p = 0.5", layers(3, 4, 0.5)),
        ("Three layers of four tries, p = 1", layers(3, 4, 1.0)),
        ("100 exponential leaves, no hedging: median", exponential(0.5)),
        ("100 exponential leaves hedged at their p95: median", hedged_exponential(0.5)),
        ("100 exponential leaves hedged at their p95: p90", hedged_exponential(0.9)),
        ("Hedging at the p95", (-20f64.ln()).exp()),
        ("BigTable demo, 100 leaves, no hedging", unhedged(0.999)),
        ("BigTable demo, 100 leaves, hedged", hedged(0.999)),
        ("BigTable demo, hedged after 10 ms: 2% more", bigtable(10.0)),
        ("BigTable demo's leaf, no hedging", unhedged(0.99)),
        ("BigTable demo's leaf, hedged", hedged(0.99)),
    ]
}

#[test]
fn the_truth_table_is_what_its_formulas_give() {
    let computed = laws().into_iter().map(|(start, value)| (start, value, 1.5e-3));
    truth_table_is_computed(&RetryJitter, &["published"], computed);
}

const CAPACITY: f64 = 300.0;
const OUTAGE_S: f64 = 10.0;

/// When the backlog of an outage is gone, with `retries` retries per request.
fn drains_after(load: f64, retries: f64) -> f64 {
    let arrivals = (1.0 + retries) * load;
    assert!(arrivals < CAPACITY, "it never is");
    arrivals * OUTAGE_S / (CAPACITY - arrivals)
}

/// What is served in time once the backlog cannot drain: nothing.
fn served_for_ever(load: f64, retries: f64) -> f64 {
    assert!((1.0 + retries) * load > CAPACITY, "it drains");
    0.0
}

/// Tries that reach the server per request, through layers of `k` tries each, when each fails
/// with probability `p` at the server.
fn layers(layers: u32, k: i32, p: f64) -> f64 {
    let (mut tries, mut p) = (1.0, p);
    for _ in 0..layers {
        tries *= (0..k).map(|i| p.powi(i)).sum::<f64>();
        p = p.powi(k);
    }
    tries
}

/// The chance 1 - p^(1/100) that one leaf may be slower than t, if all of a hundred are to be
/// faster with probability p.
fn slowest_of_100(p: f64) -> f64 {
    1.0 - p.powf(0.01)
}

/// How likely a leaf of the `BigTable` demonstration is slower than `t` milliseconds.
fn bigtable(t: f64) -> f64 {
    let ordinary = ((9.0 - t) / 8.0).clamp(0.0, 1.0);
    let slow = if t > 10.0 { 1.0 - normal_cdf(((t - 10.0).ln() - 2.580) / 1.492) } else { 1.0 };
    0.98 * ordinary + 0.02 * slow
}

/// The standard normal distribution function, by Simpson's rule over its density.
fn normal_cdf(z: f64) -> f64 {
    const STEPS: u32 = 20_000;
    let density = |x: f64| (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let from = -12.0;
    let width = (z.max(from) - from) / f64::from(STEPS);
    let weight = |i: u32| match i {
        0 | STEPS => 1.0,
        i if i % 2 == 1 => 4.0,
        _ => 2.0,
    };
    let sum: f64 = (0..=STEPS).map(|i| weight(i) * density(from + f64::from(i) * width)).sum();
    sum * width / 3.0
}

/// Where a falling function crosses zero.
fn solve(f: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1e5);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if f(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}
