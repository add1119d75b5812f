//! The binomial laws of `truth.toml`, computed again from their formula.

use netsplit_lab_circuit_breaker::CircuitBreakerLab;
use netsplit_sim::Lab;

/// P(Bin(n, p) >= k).
fn tail(n: u32, k: u32, p: f64) -> f64 {
    let choose =
        |i: u32| (0..i).fold(1.0, |product, j| product * f64::from(n - j) / f64::from(j + 1));
    (k..=n).map(|i| choose(i) * p.powi(i as i32) * (1.0 - p).powi((n - i) as i32)).sum()
}

fn number(text: &str) -> f64 {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    digits.parse().unwrap_or_else(|_| panic!("`{text}` is no number"))
}

#[test]
fn the_table_holds_the_laws_and_three_standard_deviations() {
    let table: toml::Table = CircuitBreakerLab.truth().parse().expect("the table parses");
    let mut laws = 0;
    for check in table["check"].as_array().expect("checks") {
        let text = |key: &str| check[key].as_str().expect("a text");
        let (n, k) = match text("measure") {
            "trip_rate" => (100, 50),
            "reopen_rate" => (10, 5),
            _ => continue,
        };
        let set = check["set"][0].as_str().expect("an error rate");
        let p = number(set.strip_prefix("params.error_rate=").expect("an error rate"));
        let law = tail(n, k, p);
        assert!((number(text("expected")) / 100.0 - law).abs() < 1e-5, "{}", text("law"));
        let breakers = 100.0 * check["seeds"].as_integer().expect("a number") as f64;
        let three_sigma = 300.0 * (law * (1.0 - law) / breakers).sqrt();
        assert!((number(text("tolerance")) - three_sigma).abs() < 0.01, "{}", text("law"));
        laws += 1;
    }
    assert_eq!(laws, 6);
}
