//! Distributions of durations.

mod encoded;

use std::time::Duration;

use hdrhistogram::Histogram;

pub use encoded::EncodedLatencies;

/// The longest duration; longer ones are recorded as this.
const LONGEST: Duration = Duration::from_hours(24);
/// Significant decimal digits that the histogram keeps.
const DIGITS: u8 = 3;

/// A distribution of durations: an HDR histogram of nanoseconds with three significant
/// digits, with the exact count, sum and extremes.
///
/// All instances share bounds and precision, so [`merge`](Latencies::merge) is lossless.
#[derive(Clone, Debug)]
pub struct Latencies {
    histogram: Histogram<u64>,
    sum_ns: u128,
    min_ns: u64,
    max_ns: u64,
}

impl Default for Latencies {
    fn default() -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST.as_nanos() as u64, DIGITS)
            .expect("the bounds are constants that hdrhistogram accepts");
        Latencies { histogram, sum_ns: 0, min_ns: u64::MAX, max_ns: 0 }
    }
}

impl Latencies {
    /// Adds one duration.
    pub fn record(&mut self, duration: Duration) {
        let nanos = duration.min(LONGEST).as_nanos() as u64;
        self.histogram.saturating_record(nanos);
        self.sum_ns += u128::from(nanos);
        self.min_ns = self.min_ns.min(nanos);
        self.max_ns = self.max_ns.max(nanos);
    }

    /// Adds all durations of `other`.
    pub fn merge(&mut self, other: &Latencies) {
        self.histogram.add(&other.histogram).expect("all histograms share bounds and precision");
        self.sum_ns += other.sum_ns;
        self.min_ns = self.min_ns.min(other.min_ns);
        self.max_ns = self.max_ns.max(other.max_ns);
    }

    /// The number of recorded durations.
    pub fn count(&self) -> u64 {
        self.histogram.len()
    }

    /// The exact mean, or `None` when nothing was recorded.
    pub fn mean(&self) -> Option<Duration> {
        let count = u128::from(self.count());
        (count > 0).then(|| Duration::from_nanos(((self.sum_ns + count / 2) / count) as u64))
    }

    /// The exact maximum, or `None` when nothing was recorded.
    pub fn max(&self) -> Option<Duration> {
        (self.count() > 0).then(|| Duration::from_nanos(self.max_ns))
    }

    /// The `p`-th percentile (0 to 100) to three significant digits, or `None` when nothing
    /// was recorded.
    pub fn percentile(&self, p: f64) -> Option<Duration> {
        (self.count() > 0).then(|| {
            let nanos = self.histogram.value_at_quantile(p / 100.0);
            Duration::from_nanos(nanos.clamp(self.min_ns, self.max_ns))
        })
    }

    /// The number of recorded durations beyond the `p`-th percentile. Reports mark percentiles with
    /// fewer than ten.
    pub fn beyond(&self, p: f64) -> u64 {
        (self.count() as f64 * (1.0 - p / 100.0) + 1e-9) as u64
    }

    /// The underlying histogram, in nanoseconds.
    pub fn histogram(&self) -> &Histogram<u64> {
        &self.histogram
    }
}

impl FromIterator<Duration> for Latencies {
    fn from_iter<I: IntoIterator<Item = Duration>>(durations: I) -> Self {
        let mut latencies = Latencies::default();
        durations.into_iter().for_each(|duration| latencies.record(duration));
        latencies
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_keep_three_digits_and_the_extremes_are_exact() {
        let latencies: Latencies = (1..=1000).map(Duration::from_micros).collect();
        let p50 = latencies.percentile(50.0).unwrap().as_secs_f64();
        assert!((p50 / 500e-6 - 1.0).abs() < 1e-3, "{p50}");
        assert_eq!(latencies.percentile(100.0), Some(Duration::from_millis(1)));
        assert_eq!(latencies.mean(), Some(Duration::from_nanos(500_500)));
        assert_eq!(latencies.beyond(99.0), 10);
        assert_eq!(latencies.beyond(99.9), 1);
    }

    #[test]
    fn an_empty_distribution_has_no_numbers() {
        let none = Latencies::default();
        assert_eq!((none.mean(), none.max(), none.percentile(99.0)), (None, None, None));
    }
}
