//! Rounding of numbers to the precision of their measurement.

use std::time::Duration;

use netsplit_check::significant;
use netsplit_history::{Latencies, Time};
use serde::{Deserialize, Serialize};

/// Significant digits that the histogram keeps.
const DIGITS: usize = 3;
/// A percentile with fewer samples beyond it is marked in reports.
const ENOUGH_BEYOND: u64 = 10;

/// A distribution of durations in milliseconds; all null without samples.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LatencyMs {
    /// Number of samples.
    pub count: u64,
    /// The mean, exact to the nanosecond: what is shown is rounded once.
    pub mean: Option<f64>,
    /// The median. Percentiles and the maximum have three significant digits.
    pub p50: Option<f64>,
    /// The 90th percentile.
    pub p90: Option<f64>,
    /// The 99th percentile.
    pub p99: Option<f64>,
    /// The 99.9th percentile.
    pub p99_9: Option<f64>,
    /// The maximum.
    pub max: Option<f64>,
    /// The percentiles with fewer than ten samples beyond them, by field name.
    pub few_samples: Vec<String>,
}

impl LatencyMs {
    /// Whether the percentile of this field name has too few samples beyond it.
    pub fn is_few(&self, field: &str) -> bool {
        self.few_samples.iter().any(|few| few == field)
    }
}

impl From<&Latencies> for LatencyMs {
    fn from(latencies: &Latencies) -> LatencyMs {
        let percentiles = [(50.0, "p50"), (90.0, "p90"), (99.0, "p99"), (99.9, "p99_9")];
        let few = |(p, _): &(f64, &str)| latencies.beyond(*p) < ENOUGH_BEYOND;
        let few_samples = percentiles.iter().filter(|p| latencies.count() > 0 && few(p));
        let percentile = |p| latencies.percentile(p).map(|d| millis(d, DIGITS));
        LatencyMs {
            count: latencies.count(),
            mean: latencies.mean().map(|mean| mean.as_nanos() as f64 / 1e6),
            p50: percentile(50.0),
            p90: percentile(90.0),
            p99: percentile(99.0),
            p99_9: percentile(99.9),
            max: latencies.max().map(|max| millis(max, DIGITS)),
            few_samples: few_samples.map(|(_, name)| (*name).to_owned()).collect(),
        }
    }
}

/// Milliseconds, to `digits` significant digits.
pub(crate) fn millis(duration: Duration, digits: usize) -> f64 {
    significant(duration.as_nanos() as f64 / 1e6, digits)
}

/// Seconds since the start, to the microsecond.
pub(crate) fn seconds(at: Time) -> f64 {
    decimals(at.as_secs_f64(), 6)
}

/// A share to six decimals: one request in a million is visible.
pub(crate) fn share(share: f64) -> f64 {
    decimals(share, 6)
}

fn decimals(number: f64, decimals: usize) -> f64 {
    format!("{number:.decimals$}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_with_few_samples_beyond_are_marked() {
        let latencies: Latencies = (1..=100).map(Duration::from_micros).collect();
        let rounded = LatencyMs::from(&latencies);
        assert_eq!(rounded.few_samples, ["p99", "p99_9"]);
        assert!(rounded.is_few("p99") && !rounded.is_few("p90"));
        assert_eq!((rounded.count, rounded.mean), (100, Some(0.0505)));
        assert_eq!(rounded.max, Some(0.1));
    }

    #[test]
    fn the_mean_is_not_rounded_before_it_is_shown() {
        // To four digits and then to three it would be 30.4.
        let mean = Duration::from_nanos(30_346_800);
        let rounded = LatencyMs::from(&[mean].into_iter().collect::<Latencies>());
        assert_eq!(rounded.mean, Some(30.3468));
    }

    #[test]
    fn nothing_is_null_and_not_marked() {
        let rounded = LatencyMs::from(&Latencies::default());
        assert_eq!(rounded, LatencyMs::default());
    }

    #[test]
    fn a_rounded_percentile_is_never_above_the_rounded_maximum() {
        let latencies: Latencies = [1_000_999].map(Duration::from_nanos).into_iter().collect();
        let rounded = LatencyMs::from(&latencies);
        assert_eq!((rounded.p99, rounded.max), (Some(1.0), Some(1.0)));
    }
}
