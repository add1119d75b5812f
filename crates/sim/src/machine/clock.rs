//! Clocks of nodes: a wall clock that may be skewed, and an oscillator that may drift.

use std::time::Duration;

use netsplit_history::Time;

/// The wall clock's reading at the start of a run: large enough for a skew into the past.
pub(crate) const EPOCH: Duration = Duration::from_secs(1_000_000);

/// The rate of a correct clock, in nanoseconds per second.
const TRUE_RATE: u64 = 1_000_000_000;

/// Limits of the rate: overlapping faults may add up to an impossible one.
const RATE_MIN: u64 = TRUE_RATE / 1000;
const RATE_MAX: u64 = TRUE_RATE * 1000;

/// An oscillator that runs at `rate`, and a wall clock that is `skew_ns` ahead of it.
///
/// Rates are whole nanoseconds per second, so that all arithmetic is on integers: a timer never
/// fires before the clock shows its deadline.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    /// When the rate last changed, in simulated time ...
    base: Time,
    /// ... and on this clock, in nanoseconds since the start of the run.
    base_local: u64,
    rate: u64,
    skew_ns: i64,
}

impl Default for Clock {
    fn default() -> Self {
        Clock { base: Time::ZERO, base_local: 0, rate: TRUE_RATE, skew_ns: 0 }
    }
}

impl Clock {
    /// The nanoseconds that the oscillator has counted since the start of the run.
    pub fn monotonic(&self, now: Time) -> u64 {
        let passed = now.as_nanos().saturating_sub(self.base.as_nanos());
        let counted = if self.rate == TRUE_RATE {
            passed
        } else {
            narrow(u128::from(passed) * u128::from(self.rate) / u128::from(TRUE_RATE))
        };
        self.base_local.saturating_add(counted)
    }

    /// The wall clock's reading.
    pub fn wall(&self, now: Time) -> Duration {
        let since_epoch = i128::from(self.monotonic(now)) + i128::from(self.skew_ns);
        let shown = EPOCH.as_nanos() as i128 + since_epoch;
        Duration::from_nanos(narrow(u128::try_from(shown).unwrap_or(0)))
    }

    /// The first instant, not before `now`, at which the oscillator has counted `local`.
    pub fn when(&self, local: u64, now: Time) -> Time {
        let ahead = local.saturating_sub(self.base_local);
        let takes = if self.rate == TRUE_RATE {
            ahead
        } else {
            let scaled = u128::from(ahead) * u128::from(TRUE_RATE);
            narrow(scaled.div_ceil(u128::from(self.rate)))
        };
        (self.base + Duration::from_nanos(takes)).max(now)
    }

    /// Sets the error of the clock from `now` on. Returns whether the rate changed: timers must be
    /// rescheduled then.
    pub fn set(&mut self, now: Time, skew_ns: i64, drift: f64) -> bool {
        self.skew_ns = skew_ns;
        let rate = ((1.0 + drift) * TRUE_RATE as f64).round() as u64;
        let rate = rate.clamp(RATE_MIN, RATE_MAX);
        let changed = rate != self.rate;
        if changed {
            self.base_local = self.monotonic(now);
            self.base = now;
            self.rate = rate;
        }
        changed
    }
}

fn narrow(nanos: u128) -> u64 {
    u64::try_from(nanos).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(nanos: u64) -> Time {
        Time::from_nanos(nanos)
    }

    #[test]
    fn a_skew_moves_the_wall_clock_alone() {
        let mut clock = Clock::default();
        assert!(!clock.set(at(50), -20, 0.0));
        assert_eq!(clock.monotonic(at(100)), 100);
        assert_eq!(clock.wall(at(100)), EPOCH + Duration::from_nanos(80));
    }

    #[test]
    fn a_drift_counts_from_when_it_began_and_stays_when_it_ends() {
        let mut clock = Clock::default();
        assert!(clock.set(at(1000), 0, 0.5));
        assert_eq!(clock.monotonic(at(3000)), 4000);
        assert!(clock.set(at(3000), 0, 0.0));
        assert_eq!(clock.monotonic(at(5000)), 6000);
    }

    #[test]
    fn a_timer_is_due_at_the_first_instant_that_shows_its_time() {
        let drifts = [0.5, -0.5, 2.0, 1e-4, -0.999, 0.333_333_333, -1e-9];
        for drift in drifts {
            let mut clock = Clock::default();
            clock.set(at(7), 0, drift);
            for local in (8..2000).chain([1_000_000_007, 12_345_678_901_234]) {
                let due = clock.when(local, at(7));
                assert!(clock.monotonic(due) >= local, "{drift} {local}");
                let before = at(due.as_nanos() - 1);
                assert!(clock.monotonic(before) < local, "{drift} {local}");
            }
        }
    }

    #[test]
    fn extreme_errors_neither_stop_nor_reverse_a_clock() {
        for drift in [-1.0, -50.0, f64::INFINITY, f64::NAN, 1e300] {
            let mut clock = Clock::default();
            clock.set(at(10), i64::MIN, drift);
            assert!(clock.monotonic(at(1_000_000)) > clock.monotonic(at(10)), "{drift}");
            assert_eq!(clock.wall(at(10)), Duration::ZERO);
            assert!(clock.when(u64::MAX, at(10)) > at(10));
        }
    }
}
