//! The expected values of `truth.toml`, computed again from their formulas.
//!
//! Nothing here knows the simulator, so a number in the table is wrong only if both the table
//! and the formula are.

use std::f64::consts::LN_10;

use netsplit_harness::testing::truth_table_is_computed;
use netsplit_lab_queueing::Queueing;

/// The start of a check's `law`, and what its formula gives: milliseconds, percent or plain.
fn laws() -> Vec<(&'static str, f64)> {
    let hedged_exponential = |p: f64| 10.0 * (20f64.ln() - slowest_of_100(p).ln()) / 2.0;
    let unhedged = |p| solve(|t| bigtable(t) - slowest_of_100(p));
    let hedged = |p| solve(|t| bigtable(t) * bigtable(t - 10.0) - slowest_of_100(p));
    vec![
        ("M/M/1 at rho 0.5: mean", 1.0 / (1.0 - 0.5)),
        ("M/M/1 at rho 0.5: p99", 2.0 * LN_10 / (1.0 - 0.5)),
        ("M/M/1 at rho 0.8: mean", 1.0 / (1.0 - 0.8)),
        ("M/M/1 at rho 0.8: p99", 2.0 * LN_10 / (1.0 - 0.8)),
        ("M/M/1 at rho 0.9", 1.0 / (1.0 - 0.9)),
        ("M/M/2 at rho 0.8: mean", erlang_mean(2, 1.6)),
        ("M/M/2 at rho 0.8: p99", solve(|t| erlang_tail(2, 1.6, t) - 0.01)),
        ("M/M/2 at rho 0.8: the share that waits", 100.0 * erlang_wait(2, 1.6)),
        ("M/D/1 at rho 0.8: mean", 1.0 + 0.8 / (2.0 * (1.0 - 0.8))),
        ("Four queues joined at random", 10.0 / (1.0 - 0.8)),
        ("One queue for four workers", 10.0 * erlang_mean(4, 3.2)),
        ("M/M/1/11", 100.0 * full(1.2, 11)),
        ("Erlang's loss formula", 100.0 * erlang_loss(5, 4.0)),
        ("100 leaves, each slow once in 100", 100.0 * 0.99f64.powi(100)),
        ("The slowest of 100 exponential leaves: mean", 10.0 * harmonic(100)),
        ("The slowest of 100 exponential leaves: the median", -10.0 * slowest_of_100(0.5).ln()),
        ("100 exponential leaves hedged at their p95: median", hedged_exponential(0.5)),
        ("100 exponential leaves hedged at their p95: p99", hedged_exponential(0.99)),
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
    truth_table_is_computed(&Queueing, &[], computed);
}

/// The chance 1 - p^(1/100) that one leaf may be slower than t, if all of a hundred are to be
/// faster with probability p.
fn slowest_of_100(p: f64) -> f64 {
    1.0 - p.powf(0.01)
}

fn harmonic(n: u32) -> f64 {
    (1..=n).map(|k| 1.0 / f64::from(k)).sum()
}

/// Erlang's B: the share of jobs that find all of `c` workers busy, when nobody may wait.
fn erlang_loss(c: u32, load: f64) -> f64 {
    (1..=c).fold(1.0, |b, k| load * b / (f64::from(k) + load * b))
}

/// Erlang's C: the share of jobs that wait.
fn erlang_wait(c: u32, load: f64) -> f64 {
    let b = erlang_loss(c, load);
    f64::from(c) * b / (f64::from(c) - load * (1.0 - b))
}

/// Mean sojourn time at M/M/c, in mean services.
fn erlang_mean(c: u32, load: f64) -> f64 {
    1.0 + erlang_wait(c, load) / (f64::from(c) - load)
}

/// The chance that a sojourn at M/M/c takes longer than `t` mean services.
fn erlang_tail(c: u32, load: f64, t: f64) -> f64 {
    let (wait, theta) = (erlang_wait(c, load), f64::from(c) - load);
    let waited = ((-theta * t).exp() - theta * (-t).exp()) / (1.0 - theta);
    (1.0 - wait) * (-t).exp() + wait * waited
}

/// The share of jobs that find M/M/1/N full.
fn full(rho: f64, n: i32) -> f64 {
    (1.0 - rho) * rho.powi(n) / (1.0 - rho.powi(n + 1))
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
