//! Human-readable numbers with units.
//!
//! Three significant digits are the histogram's precision. More are shown only where three would
//! hide on which side of its bound a number lies.

use netsplit_scenario::{Quantity, Sentence};

/// `number` rounded to `digits` significant decimal digits, the same on every machine.
pub fn significant(number: f64, digits: usize) -> f64 {
    let rounded = format!("{number:.*e}", digits.saturating_sub(1));
    rounded.parse().unwrap_or(number)
}

/// The quantity with its unit: `41.2ms`, `99.32%`, `204/s`, `17`.
pub fn show(quantity: Quantity) -> String {
    show_with(quantity, 0)
}

/// The quantity as [`show`] writes it, with more digits where needed so that the text compares
/// with the sentence's bound as the quantity does.
pub(super) fn show_for(quantity: Quantity, sentence: &Sentence) -> String {
    let Sentence::Metric { comparison, value, .. } = sentence else {
        return show(quantity);
    };
    let truth = comparison.holds(quantity.number(), value.number());
    let extra = (0..=6)
        .find(|extra| comparison.holds(rounded(quantity, *extra), value.number()) == truth)
        .unwrap_or(6);
    show_with(quantity, extra)
}

/// The number that [`show_with`] writes.
fn rounded(quantity: Quantity, extra: usize) -> f64 {
    match quantity {
        Quantity::Share(share) => {
            let steps = 10f64.powi(2 + share_decimals(share, extra) as i32);
            (share * steps).round() / steps
        }
        Quantity::Number(number) if number.fract() == 0.0 => number,
        Quantity::Number(x) => significant(x, 4 + extra),
        Quantity::Nanos(x) | Quantity::PerSecond(x) => significant(x, 3 + extra),
    }
}

fn show_with(quantity: Quantity, extra: usize) -> String {
    let digits = 3 + extra;
    match quantity {
        Quantity::Nanos(nanos) if nanos.is_infinite() => "never".into(),
        Quantity::Nanos(nanos) => show_duration(significant(nanos, digits), digits),
        Quantity::Share(share) if share == 0.0 || share == 1.0 => {
            format!("{}%", share * 100.0)
        }
        Quantity::Share(share) => format!("{:.*}%", share_decimals(share, extra), share * 100.0),
        Quantity::PerSecond(rate) => format!("{}/s", plain(rate, digits)),
        Quantity::Number(number) => plain(number, digits + 1),
    }
}

/// Two decimals of a percentage, or more where two would round up to 100%.
fn share_decimals(share: f64, extra: usize) -> usize {
    let blemish = share.min(1.0 - share) * 100.0;
    let mut decimals = 2 + extra;
    while decimals < 8 && blemish > 0.0 && blemish < 0.5 * 10f64.powi(-(decimals as i32)) {
        decimals += 1;
    }
    decimals
}

fn show_duration(nanos: f64, digits: usize) -> String {
    let (scale, unit) = match nanos {
        0.0 => return "0s".into(),
        n if n < 1e3 => return format!("{n:.0}ns"),
        n if n < 1e6 => (1e3, "µs"),
        n if n < 1e9 => (1e6, "ms"),
        _ => (1e9, "s"),
    };
    format!("{}{unit}", fixed(nanos / scale, digits))
}

/// Beyond this, numbers are written as powers of ten.
const HUGE: f64 = 1e12;

/// Whole numbers unchanged, others to `digits` significant digits.
fn plain(number: f64, digits: usize) -> String {
    if number.abs() >= HUGE {
        return format!("{:e}", significant(number, digits));
    }
    if number.fract() == 0.0 {
        return format!("{number:.0}");
    }
    fixed(significant(number, digits), digits)
}

/// `number`, already rounded, with the decimals that `digits` significant digits need.
fn fixed(number: f64, digits: usize) -> String {
    let scientific = format!("{number:.*e}", digits.saturating_sub(1));
    let exponent = scientific.split_once('e').and_then(|(_, e)| e.parse().ok());
    let decimals = digits as i32 - 1 - exponent.unwrap_or(0);
    format!("{number:.*}", decimals.max(0) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use netsplit_scenario::{Comparison, Metric, Requests, WindowName};

    #[test]
    fn three_digits_with_the_unit_that_suits() {
        let nanos = |n| show(Quantity::Nanos(n));
        assert_eq!(nanos(0.0), "0s");
        assert_eq!(nanos(850.0), "850ns");
        assert_eq!(nanos(12_345.0), "12.3µs");
        assert_eq!(nanos(41_249_000.0), "41.2ms");
        assert_eq!(nanos(999_960_000.0), "1.00s");
        assert_eq!(nanos(1e9), "1.00s");
        assert_eq!(nanos(61.26e9), "61.3s");
        assert_eq!(nanos(1234.6e9), "1230s");
        assert_eq!(nanos(f64::INFINITY), "never");
        assert_eq!(show(Quantity::PerSecond(203.97)), "204/s");
        assert_eq!(show(Quantity::PerSecond(0.4567)), "0.457/s");
        assert_eq!(show(Quantity::Number(12_345_678.0)), "12345678");
        assert_eq!(show(Quantity::Number(0.123_456)), "0.1235");
        assert_eq!(show(Quantity::Number(1.234_56e300)), "1.235e300");
    }

    #[test]
    fn a_share_below_one_is_never_shown_as_all() {
        assert_eq!(show(Quantity::Share(1.0)), "100%");
        assert_eq!(show(Quantity::Share(0.0)), "0%");
        assert_eq!(show(Quantity::Share(0.993_21)), "99.32%");
        assert_eq!(show(Quantity::Share(0.999_99)), "99.999%");
        assert_eq!(show(Quantity::Share(0.000_001)), "0.0001%");
    }

    #[test]
    fn digits_are_added_until_the_side_of_the_bound_shows() {
        let shown = |value, comparison, bound| {
            let sentence = Sentence::Metric {
                metric: Metric::Availability(Requests::default()),
                comparison,
                value: bound,
                window: WindowName::Overall,
            };
            show_for(value, &sentence)
        };
        let (share, nanos) = (Quantity::Share, Quantity::Nanos);
        assert_eq!(shown(share(0.989_996), Comparison::AtLeast, share(0.99)), "98.9996%");
        assert_eq!(shown(share(0.9851), Comparison::AtLeast, share(0.99)), "98.51%");
        assert_eq!(shown(nanos(2_000_400_000.0), Comparison::AtMost, nanos(2e9)), "2.0004s");
        assert_eq!(shown(nanos(f64::INFINITY), Comparison::AtMost, nanos(2e9)), "never");
    }

    #[test]
    fn significant_digits() {
        assert_eq!(significant(12_345.0, 3), 12_300.0);
        assert_eq!(significant(0.012_345, 3), 0.0123);
        assert_eq!(significant(0.0, 3), 0.0);
        assert_eq!(significant(-99.96, 3), -100.0);
    }
}
