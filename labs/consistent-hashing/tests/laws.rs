//! The expected values of `truth.toml` follow from their formulas, computed here without the
//! lab, and the table of the lab's measurements has a row for each.

use netsplit_lab_consistent_hashing::ConsistentHashing;
use netsplit_sim::Lab;

/// The coefficient of variation of the shares of N nodes with V points each.
fn variation(nodes: f64, points: f64) -> f64 {
    ((nodes - 1.0) / (nodes * points + 1.0)).sqrt()
}

/// P(Gamma(V) <= x) for a whole V: one minus the Poisson probability of fewer than V.
fn gamma(points: u32, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let mut log_term = -x;
    let mut fewer = log_term.exp();
    for k in 1..points {
        log_term += (x / f64::from(k)).ln();
        fewer += log_term.exp();
    }
    1.0 - fewer
}

/// E[max of N Gamma(V)] / V, the integral of 1 - F(x)^N.
fn peak(nodes: i32, points: u32) -> f64 {
    let (mean, sigma) = (f64::from(points), f64::from(points).sqrt());
    let from = (mean - 9.0 * sigma).max(0.0);
    let width = mean + 12.0 * sigma + 30.0 - from;
    let step = width / 3000.0;
    let slice =
        |i: i32| (1.0 - gamma(points, from + (f64::from(i) + 0.5) * step).powi(nodes)) * step;
    (from + (0..3000).map(slice).sum::<f64>()) / mean
}

/// The expected values of the rows whose law is called so.
fn expected(law: &str) -> f64 {
    let table = ConsistentHashing.truth();
    let row = table.split("[[check]]").find(|row| row.contains(law));
    let row = row.unwrap_or_else(|| panic!("no row says: {law}"));
    let line = row.lines().find(|line| line.starts_with("expected"));
    let value = line.and_then(|line| line.split('"').nth(1)).expect("a value");
    value.parse().expect("a number")
}

fn near(found: f64, law: f64, relative: f64, what: &str) {
    assert!((found / law - 1.0).abs() < relative, "{what}: {found}, by the law {law}");
}

#[test]
fn the_laws_of_a_ring_are_what_the_table_expects() {
    for points in [1, 10, 100, 1000] {
        let row = format!("10 nodes, V = {points}: variation");
        near(expected(&row), variation(10.0, f64::from(points)), 0.001, &row);
        let row = format!("10 nodes, V = {points}: the fullest");
        near(expected(&row), peak(10, points), 0.001, &row);
        let row = format!("many nodes, V = {points}: variation");
        near(expected(&row), variation(200.0, f64::from(points)), 0.004, &row);
    }
    let harmonic: f64 = (1..=10).map(|k| 1.0 / f64::from(k)).sum();
    near(peak(10, 1), harmonic, 1e-4, "one point: the harmonic number");
}

#[test]
fn one_key_in_eleven_moves_or_ten() {
    for algorithm in ["ring", "rendezvous", "jump"] {
        let row = format!("10 -> 11 nodes, {algorithm}: share");
        near(expected(&row), 1.0 / 11.0, 0.001, &row);
    }
    let stays = (0..110).filter(|hash| hash % 10 == hash % 11).count();
    near(expected("10 -> 11 nodes, modulo: share"), 1.0 - stays as f64 / 110.0, 0.001, "modulo");
}

#[test]
fn probes_bound_the_peak() {
    for probes in [5.0, 21.0] {
        let row = format!("Multi-probe, {probes} probes");
        near(expected(&row), probes / (probes - 1.0), 0.001, &row);
    }
}
