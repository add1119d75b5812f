//! The concurrency limit: a bound on requests in flight, at any rate.
//!
//! All other limiters count arrivals, and know nothing of how long a request takes. When the
//! system behind them slows down by five, the allowed rate is suddenly five times too much. A
//! limit on the number in flight follows by itself: by Little's law at concurrency c and latency
//! W it admits c / W a second. It is the one to protect a server with; rates are what one sells
//! to tenants.
//!
//! Nobody knows when a slot will be free, so [`Decision::Reject`] carries a guess: the interval of
//! the policy.
//!
//! What this leaves out: finding the limit. TCP's congestion control does, and so do adaptive
//! limiters (Netflix's `concurrency-limits`), by watching latency.

use std::time::Duration;

use crate::limiter::{Decision, InFlightLimiter, Limiter, Policy};

/// The slots of one tenant.
#[derive(Clone, Debug)]
pub struct ConcurrencyLimit {
    limit: u32,
    guess: Duration,
    in_flight: u32,
}

impl Limiter for ConcurrencyLimit {
    /// No request is in flight.
    fn new(policy: &Policy) -> ConcurrencyLimit {
        ConcurrencyLimit { limit: policy.limit, guess: policy.interval(), in_flight: 0 }
    }

    fn try_acquire(&mut self, _now: Duration) -> Decision {
        if self.in_flight < self.limit {
            self.in_flight += 1;
            return Decision::ADMIT;
        }
        Decision::Reject { retry_after: self.guess }
    }
}

impl InFlightLimiter for ConcurrencyLimit {
    fn release(&mut self) {
        self.in_flight -= 1;
    }
}
