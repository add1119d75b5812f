//! The expected values of `truth.toml`, computed again from their formulas.
//!
//! Nothing here knows the simulator, so a number in the table is wrong only if both the table and
//! the formula are.

use netsplit_harness::testing::truth_table_is_computed;
use netsplit_lab_leases::LeaseLab;

/// The start of a check's `law`, and what its formula gives: percent or seconds.
fn laws() -> Vec<(&'static str, f64)> {
    let runs_out = |pause: f64, lease: f64, renew: f64| 100.0 * (pause - (lease - renew)) / renew;
    let random = |mean: f64| 100.0 * mean / 3.0 * ((-7.0 / mean).exp() - (-10.0 / mean).exp());
    let overlap = |rho: f64| 10.0 * rho / (1.0 - rho);
    vec![
        ("A pause of 8 s", runs_out(8.0, 10.0, 3.0)),
        ("A pause of 9 s", runs_out(9.0, 10.0, 3.0)),
        ("A pause of 9.5 s", runs_out(9.5, 10.0, 3.0)),
        ("A pause of 5 s, L 6 s", runs_out(5.0, 6.0, 2.0)),
        ("Exponential pauses of 2 s", random(2.0)),
        ("Exponential pauses of 5 s", random(5.0)),
        ("The holder crashes, L 10 s", 10.0 - 3.0 / 2.0),
        ("The holder crashes, L 6 s", 6.0 - 4.0 / 2.0),
        ("One clock slow and the other fast by 5%", 10.0 / 0.95 - 10.0 / 1.05),
        ("A clock slow by 5%", overlap(0.05)),
        ("A clock slow by 2%", overlap(0.02)),
    ]
}

#[test]
fn the_truth_table_is_what_its_formulas_give() {
    let computed = laws().into_iter().map(|(start, value)| (start, value, 5e-4));
    truth_table_is_computed(&LeaseLab, &["exact"], computed);
}
