//! The words in which a breaker and its caller talk: [`Rules`] at the start, then for each call
//! a [`Decision`], and for each [`Permit`] an [`Outcome`], or none.

use std::time::Duration;

use crate::windows::Tally;

/// When to open, and how to come back.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Opens at this share of failed calls.
    pub failure_rate: f64,
    /// Opens at this share of slow calls.
    pub slow_rate: f64,
    /// A call that takes longer is slow, whatever its answer.
    pub slow_after: Duration,
    /// Rates of fewer calls say nothing.
    pub min_calls: u32,
    /// Opens at so many failures in a row, whatever the rates.
    pub consecutive: Option<u32>,
    /// How long it stays open.
    pub open_for: Duration,
    /// Calls that a half-open breaker lets through, and waits for; at least one.
    pub probes: u32,
    /// How long it may stay half-open.
    pub half_open_for: Duration,
}

impl Rules {
    /// Whether the rates of these calls are too high, be they many or few.
    pub fn broken_by(&self, calls: Tally) -> bool {
        calls.failure_rate() >= self.failure_rate || calls.slow_rate() >= self.slow_rate
    }
}

/// The answer to who wants to call.
#[derive(Debug)]
pub enum Decision {
    /// Call, then give the permit back.
    Permitted(Permit),
    /// Do not call.
    Rejected,
}

/// Leave to make one call, to be recorded or cancelled.
#[derive(Debug)]
#[must_use = "a permit that is not given back keeps a half-open breaker waiting"]
pub struct Permit {
    /// The breaker's epoch when it was issued.
    pub(crate) epoch: u64,
}

impl Permit {
    /// Uses it up: whether it was issued in this epoch.
    pub(crate) fn belongs_to(self, epoch: u64) -> bool {
        self.epoch == epoch
    }
}

/// How a call ended.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Whether it brought a good answer; a time-out does not.
    pub ok: bool,
    /// How long it took.
    pub took: Duration,
}

/// Where a breaker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Calls go through.
    Closed,
    /// Calls are turned away; the first one at `until` or later finds it half-open.
    Open {
        /// On the clock of the calls.
        until: Duration,
    },
    /// A few calls go through; the first one at `until` or later finds it open again.
    HalfOpen {
        /// On the clock of the calls.
        until: Duration,
        /// Permits issued and not cancelled; at most [`Rules::probes`].
        issued: u32,
        /// Probes that were recorded; at most `issued`.
        ended: Tally,
    },
}
