//! The expected values of `truth.toml`, computed again from their formulas.
//!
//! Nothing here knows the simulator, so a number in the table is wrong only if both the table and
//! the formula are.

use netsplit_lab_leases::LeaseLab;
use netsplit_sim::Lab;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Table {
    check: Vec<Check>,
}

#[derive(Debug, Deserialize)]
struct Check {
    law: String,
    expected: String,
    tier: String,
}

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
    let table: Table = toml::from_str(LeaseLab.truth()).expect("the truth table is TOML");
    let mut laws = laws();
    for check in table.check.iter().filter(|check| check.tier == "law") {
        let of_check = laws.iter().position(|(start, _)| check.law.starts_with(start));
        let (_, value) = laws.remove(of_check.unwrap_or_else(|| panic!("no formula: {check:?}")));
        let number = check.expected.trim_end_matches(['%', 's']);
        let expected: f64 = number.parse().expect("a number");
        // The table has at least four significant digits.
        assert!((expected / value - 1.0).abs() < 5e-4, "{check:?}: the formula gives {value}");
    }
    assert!(laws.is_empty(), "formulas without a check: {laws:?}");
}
