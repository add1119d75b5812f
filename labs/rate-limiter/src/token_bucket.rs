//! The token bucket: a burst, and then a rate.
//!
//! Tokens accrue in a bucket at the allowed rate r and overflow when it holds b of them; each
//! request takes one. However requests come, any stretch of time t sees at most b + r t of them
//! admitted: what was in the bucket, and what accrued. (Turner, "New directions in
//! communications", IEEE Communications 24(10), 1986; RFC 2697 and 2698 for routers.)
//!
//! [`TokenBucket`] keeps its tokens as time: one token is worth [`Policy::interval`]
//! nanoseconds, so `credit` simply grows with the clock, and nothing is ever rounded. Counting
//! whole tokens instead loses the remainder at every request (the mutant `lost-remainder`).
//!
//! What this leaves out: two buckets in a row (a small one for the peak rate, a large one for
//! the mean), which is how routers bound bursts as well.

use std::time::Duration;

use crate::limiter::{Decision, Limiter, Policy};

/// The bucket of one tenant. Invariant: `credit` is at most `capacity`.
#[derive(Clone, Debug)]
pub struct TokenBucket {
    /// What a token is worth.
    pub(crate) interval: Duration,
    /// What a full bucket is worth.
    pub(crate) capacity: Duration,
    /// What the tokens in the bucket are worth.
    pub(crate) credit: Duration,
    /// The time up to which tokens have been added.
    pub(crate) last: Duration,
}

impl TokenBucket {
    /// Adds what has accrued since the last time.
    fn refill(&mut self, now: Duration) {
        // A clock that went back adds nothing, and `last` stays: set back with the clock, it would
        // let the same seconds refill the bucket again.
        let elapsed = now.saturating_sub(self.last);
        // What does not fit overflows, or the burst after a pause would have no bound.
        self.credit = (self.credit + elapsed).min(self.capacity);
        self.last = self.last.max(now);
    }

    /// Takes a token, or returns the time until there is one.
    pub(crate) fn take(&mut self) -> Decision {
        if let Some(rest) = self.credit.checked_sub(self.interval) {
            self.credit = rest;
            Decision::ADMIT
        } else {
            // A rejection costs nothing, so those who ask too often still get the full rate.
            Decision::Reject { retry_after: self.interval.saturating_sub(self.credit) }
        }
    }
}

impl Limiter for TokenBucket {
    /// A full bucket.
    fn new(policy: &Policy) -> TokenBucket {
        TokenBucket {
            interval: policy.interval(),
            capacity: policy.capacity(),
            credit: policy.capacity(),
            last: Duration::ZERO,
        }
    }

    fn try_acquire(&mut self, now: Duration) -> Decision {
        self.refill(now);
        self.take()
    }
}
