//! Windows: the calls that a closed breaker judges by, a fixed number of the last ones, or those
//! of a fixed time.
//!
//! A [`CountWindow`] is a ring of single calls: exact, and as old as the traffic is slow. At one
//! call a minute, a hundred calls are from the last hundred minutes, and the breaker judges a
//! service by how it was this morning. A [`TimeWindow`] is a ring of ten buckets, as in Hystrix: it
//! forgets by the clock, a tenth at a time, and needs
//! [`BreakerConfig::min_calls`](crate::BreakerConfig::min_calls), or at night a single call would
//! decide.
//!
//! Left out: decaying averages, which need two numbers instead of a ring, and whose rate nobody
//! can recount from a log.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::time::Duration;

/// A call as a window remembers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// It brought no good answer.
    pub failed: bool,
    /// It took too long, whatever it brought.
    pub slow: bool,
}

/// Calls, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The number of calls.
    pub calls: u32,
    /// The number of calls that failed.
    pub failures: u32,
    /// The number of calls that were slow, failed or not.
    pub slow: u32,
}

impl Tally {
    /// Counts one more call.
    pub fn add(&mut self, call: Call) {
        self.calls += 1;
        self.failures += u32::from(call.failed);
        self.slow += u32::from(call.slow);
    }

    fn subtract(&mut self, other: Tally) {
        self.calls -= other.calls;
        self.failures -= other.failures;
        self.slow -= other.slow;
    }

    /// The share of calls that failed, 0 of none.
    pub fn failure_rate(&self) -> f64 {
        f64::from(self.failures) / f64::from(self.calls.max(1))
    }

    /// The share of calls that were slow, 0 of none.
    pub fn slow_rate(&self) -> f64 {
        f64::from(self.slow) / f64::from(self.calls.max(1))
    }
}

/// The calls that a closed breaker judges by.
pub trait Window: Debug {
    /// Adds a call that ended at `now`. Returns the calls that the window then holds.
    fn record(&mut self, now: Duration, call: Call) -> Tally;

    /// Forgets everything.
    fn clear(&mut self);
}

/// The last calls, up to a number.
#[derive(Debug)]
pub struct CountWindow {
    size: usize,
    /// Oldest first.
    calls: VecDeque<Call>,
    tally: Tally,
}

impl CountWindow {
    /// A window of `size` calls.
    ///
    /// # Panics
    /// When `size` is 0.
    pub fn new(size: u32) -> CountWindow {
        assert!(size > 0, "a window holds at least one call");
        CountWindow { size: size as usize, calls: VecDeque::new(), tally: Tally::default() }
    }
}

impl Window for CountWindow {
    fn record(&mut self, _: Duration, call: Call) -> Tally {
        if self.calls.len() == self.size
            && let Some(oldest) = self.calls.pop_front()
        {
            let mut one = Tally::default();
            one.add(oldest);
            self.tally.subtract(one);
        }
        self.calls.push_back(call);
        self.tally.add(call);
        self.tally
    }

    fn clear(&mut self) {
        *self = CountWindow::new(self.size as u32);
    }
}

/// The calls of a time up to the present, in buckets of a tenth of it. It covers between 0.9 and 1
/// of its length, since the youngest bucket is not full.
#[derive(Debug)]
pub struct TimeWindow {
    bucket: Duration,
    /// (number of the bucket since the start of the clock, its calls), oldest first; at most ten.
    buckets: VecDeque<(u128, Tally)>,
    tally: Tally,
}

/// The number of buckets of a [`TimeWindow`].
pub const BUCKETS: u32 = 10;

impl TimeWindow {
    /// A window of `length`.
    ///
    /// # Panics
    /// When `length` is less than ten nanoseconds.
    pub fn new(length: Duration) -> TimeWindow {
        let bucket = length / BUCKETS;
        assert!(!bucket.is_zero(), "a window lasts at least 10 ns");
        TimeWindow { bucket, buckets: VecDeque::new(), tally: Tally::default() }
    }
}

impl Window for TimeWindow {
    fn record(&mut self, now: Duration, call: Call) -> Tally {
        let present = now.as_nanos() / self.bucket.as_nanos();
        while let Some((bucket, old)) = self.buckets.front()
            && bucket + u128::from(BUCKETS) <= present
        {
            self.tally.subtract(*old);
            self.buckets.pop_front();
        }
        if self.buckets.back().is_none_or(|(bucket, _)| *bucket != present) {
            self.buckets.push_back((present, Tally::default()));
        }
        if let Some((_, youngest)) = self.buckets.back_mut() {
            youngest.add(call);
        }
        self.tally.add(call);
        self.tally
    }

    fn clear(&mut self) {
        self.buckets.clear();
        self.tally = Tally::default();
    }
}
