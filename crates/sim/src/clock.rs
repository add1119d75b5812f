//! A node's own clock: a wall clock that may be skewed, and timers that may drift.

use std::time::Duration;

use netsplit_history::Time;

/// What wall clocks show at the start of a run, so that a skew into the past stays positive.
pub(crate) const EPOCH: Duration = Duration::from_secs(1_000_000);

/// An oscillator that runs at `rate`, and a wall clock that is off by `skew_ns` from it.
///
/// With rate 1 all arithmetic is exact.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    /// When the rate last changed, in simulated time ...
    base: Time,
    /// ... and on this clock, in nanoseconds since the start of the run.
    base_local: u64,
    rate: f64,
    skew_ns: i64,
}

impl Default for Clock {
    fn default() -> Self {
        Clock {
            base: Time::ZERO,
            base_local: 0,
            rate: 1.0,
            skew_ns: 0,
        }
    }
}

impl Clock {
    /// Nanoseconds that the oscillator has counted since the start of the run.
    pub fn monotonic(&self, now: Time) -> u64 {
        let passed = now.as_nanos() - self.base.as_nanos();
        self.base_local + scale(passed, self.rate)
    }

    /// What the wall clock shows.
    pub fn wall(&self, now: Time) -> Duration {
        let shown = i128::from(self.monotonic(now)) + i128::from(self.skew_ns);
        let nanos = EPOCH.as_nanos() as i128 + shown;
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(0))
    }

    /// The simulated time at which the oscillator will have counted `local`.
    pub fn when(&self, local: u64, now: Time) -> Time {
        let ahead = local.saturating_sub(self.base_local);
        let at = self.base + Duration::from_nanos(scale(ahead, 1.0 / self.rate));
        at.max(now)
    }

    /// Sets the error of the clock from `now` on. Returns whether the rate changed, and with it
    /// every timer.
    pub fn set(&mut self, now: Time, skew_ns: i64, drift: f64) -> bool {
        self.skew_ns = skew_ns;
        let rate = 1.0 + drift;
        let changed = rate != self.rate;
        if changed {
            self.base_local = self.monotonic(now);
            self.base = now;
            self.rate = rate;
        }
        changed
    }
}

fn scale(nanos: u64, rate: f64) -> u64 {
    if rate == 1.0 {
        nanos
    } else {
        (nanos as f64 * rate).round() as u64
    }
}
