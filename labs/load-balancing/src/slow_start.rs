//! Slow start: the share of a server that has just started.

use std::time::Duration;

/// The weight of a server of this age, as Envoy computes it: a tenth at first, then
/// (age / window)^(1 / aggression), and 1 from the end of the window. An age below one second counts
/// as one.
pub fn weight(age: Duration, window: Duration, aggression: f64) -> f64 {
    if age >= window {
        return 1.0;
    }
    let age = age.max(Duration::from_secs(1)).as_secs_f64();
    libm::pow(age / window.as_secs_f64(), 1.0 / aggression).clamp(0.1, 1.0)
}

/// How many times as long work takes on a server of this age: `factor` at first, 1 once it is warm,
/// and in between on a straight line.
pub fn coldness(age: Duration, cold_for: Duration, factor: f64) -> f64 {
    if age >= cold_for {
        return 1.0;
    }
    factor - (factor - 1.0) * age.as_secs_f64() / cold_for.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weight_grows_from_a_tenth_to_one() {
        let at = |age: f64, aggression: f64| {
            weight(Duration::from_secs_f64(age), Duration::from_mins(1), aggression)
        };
        assert_eq!(
            [at(0.0, 1.0), at(6.0, 1.0), at(30.0, 1.0), at(60.0, 1.0)],
            [0.1, 0.1, 0.5, 1.0]
        );
        assert_eq!(at(15.0, 2.0), 0.5);
        // An age of nothing counts as a second.
        let of = |window: u64| weight(Duration::ZERO, Duration::from_secs(window), 1.0);
        assert_eq!([of(5), of(0)], [0.2, 1.0]);
    }

    #[test]
    fn a_cold_server_warms_up_on_a_straight_line() {
        let at = |age: u64| coldness(Duration::from_secs(age), Duration::from_secs(10), 5.0);
        assert_eq!([at(0), at(5), at(10), at(11)], [5.0, 3.0, 1.0, 1.0]);
    }
}
