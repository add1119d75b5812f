//! GCRA: the token bucket with a single number for its state.
//!
//! The generic cell rate algorithm remembers when the next request would be due if the tenant
//! had come at an even pace, its *theoretical arrival time* `tat`. A request may be early by the
//! tolerance tau; each one that passes moves `tat` on by the interval T. Any stretch of time t
//! sees at most floor((tau + t) / T) + 1 requests admitted. (ATM Forum, Traffic Management
//! Specification 4.0, 1996, section 4.4.3: virtual scheduling.)
//!
//! With tau = (b - 1) T it decides every request as a token bucket of b tokens does, which
//! `tests/governor.rs` checks, and needs one time stamp per tenant instead of a level and a time.
//! That fits a single compare-and-swap, which is why stores and libraries like it. A clock that
//! goes back cannot refill anything: `tat` only ever grows.
//!
//! What this leaves out: the other form of the standard, a "continuous-state leaky bucket",
//! which is the same decisions with a level instead of a time.

use std::time::Duration;

use crate::limiter::{Decision, Limiter, Policy};

/// The schedule of one tenant.
#[derive(Clone, Debug)]
pub struct Gcra {
    /// T.
    interval: Duration,
    /// tau.
    tolerance: Duration,
    /// When the next request is due, at an even pace.
    tat: Duration,
}

impl Limiter for Gcra {
    /// The schedule of a tenant that has not asked yet.
    ///
    /// # Panics
    /// When the policy's burst is 0.
    fn new(policy: &Policy) -> Gcra {
        assert!(policy.burst > 0, "a burst of 0 admits no request");
        Gcra {
            interval: policy.interval(),
            tolerance: policy.interval() * (policy.burst - 1),
            tat: Duration::ZERO,
        }
    }

    fn try_acquire(&mut self, now: Duration) -> Decision {
        // Early by up to tau is a burst; earlier is too fast.
        let earliest = self.tat.saturating_sub(self.tolerance);
        if now < earliest {
            return Decision::Reject { retry_after: earliest.saturating_sub(now) };
        }
        // From `now` if that is later: a quiet time does not accrue beyond the tolerance.
        self.tat = self.tat.max(now) + self.interval;
        Decision::ADMIT
    }
}
