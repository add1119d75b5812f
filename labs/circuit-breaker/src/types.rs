//! The breaker's contract: the trait [`Breaker`], and the types in which it is asked and answers.
//!
//! A front end makes one breaker per target from a [`BreakerConfig`]. Before each call it asks for
//! a [`Decision`], and it gives each [`Permit`] back: with an [`Outcome`] when the call has ended,
//! without one when the call was abandoned.

use std::time::Duration;

use crate::half_open::Round;
use crate::params::WindowSize;
use crate::windows::Tally;

/// A circuit breaker: decides whether a call is made, and learns from how calls end.
///
/// A breaker is in one of three [`State`]s, with the names and rules of resilience4j's
/// documentation ("CircuitBreaker"):
///
/// - *Closed*, it permits every call, and puts those that end into its window. It opens as soon as
///   the window holds [`min_calls`](BreakerConfig::min_calls) and a rate has reached its limit
///   ([`BreakerConfig::is_broken`]), or when [`consecutive`](BreakerConfig::consecutive) calls in
///   a row have failed.
/// - *Open*, it rejects every call. The first `try_acquire` at
///   [`open_for`](BreakerConfig::open_for) after the opening, or later, finds it half-open.
/// - *Half-open*, it asks the handlers of [`HalfOpen`](crate::HalfOpen) which calls may go through
///   as probes, and when to close or to open again. A breaker that closes starts with an empty
///   window and no failures in a row.
///
/// Each change of state begins a new epoch; the first is 0. A permit of an earlier epoch changes
/// nothing, however its call ends.
///
/// Times are those of one monotonic clock, from the start of the run. A breaker has no timer: it
/// changes only in these methods, and at most once in each.
pub trait Breaker {
    /// Decides whether a call may be made at `now`.
    fn try_acquire(&mut self, now: Duration) -> Decision;

    /// Learns at `now` how a permitted call ended.
    fn record(&mut self, now: Duration, permit: Permit, outcome: Outcome);

    /// Takes back the permit of a call that was abandoned, which says nothing about the target.
    fn cancel(&mut self, permit: Permit);

    /// The present state.
    fn state(&self) -> State;

    /// The calls by which it last judged: those in the window when a closed breaker last recorded
    /// one, or the ended probes when a half-open one did. Reports show it for each opening.
    fn judged(&self) -> Tally;
}

/// When a breaker opens, and how it closes again.
#[derive(Clone, Debug, PartialEq)]
pub struct BreakerConfig {
    /// What a closed breaker judges by; [`WindowSize::window`] makes it.
    pub window: WindowSize,
    /// The share of failed calls at which it opens.
    pub failure_rate: f64,
    /// The share of slow calls at which it opens.
    pub slow_rate: f64,
    /// A call that takes longer than this is slow, even if it succeeds.
    pub slow_after: Duration,
    /// The fewest calls in the window by whose rates it opens.
    pub min_calls: u32,
    /// The number of failures in a row at which it opens, whatever the rates.
    pub consecutive: Option<u32>,
    /// How long it stays open.
    pub open_for: Duration,
    /// The number of probes in a half-open round, at least one.
    pub probes: u32,
    /// How long a half-open round may last.
    pub half_open_for: Duration,
}

impl BreakerConfig {
    /// Whether the rates of these calls are too high, however many they are.
    pub fn is_broken(&self, calls: Tally) -> bool {
        calls.failure_rate() >= self.failure_rate || calls.slow_rate() >= self.slow_rate
    }
}

/// The answer to a caller who asks whether to call.
#[derive(Debug, PartialEq, Eq)]
pub enum Decision {
    /// Call, then give the permit back.
    Permitted(Permit),
    /// Do not call.
    Rejected,
}

/// The permission to make one call. It is recorded or cancelled exactly once, hence not `Clone`.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a permit that is not given back keeps a half-open breaker waiting"]
pub struct Permit {
    /// The breaker's epoch when the permit was issued.
    pub epoch: u64,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it brought a good answer; a timeout does not.
    pub ok: bool,
    /// How long it took.
    pub took: Duration,
}

/// The state of a breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Calls go through.
    Closed,
    /// Calls are rejected; the first one at `until` or later finds the breaker half-open.
    Open {
        /// On the clock of the calls.
        until: Duration,
    },
    /// A few calls go through as probes.
    HalfOpen(Round),
}

impl State {
    /// The name of the state.
    pub fn name(self) -> &'static str {
        match self {
            State::Closed => "closed",
            State::Open { .. } => "open",
            State::HalfOpen(_) => "half-open",
        }
    }
}
