//! What a rate limiter is: one question, asked once per request.
//!
//! A [`Limiter`] watches over one tenant. It is a plain value that is told the time: whose clock
//! that is, and which node the limiter lives on, is not its business. A [`Policy`] says what is
//! allowed: `limit` requests per `window`, and for the algorithms that know bursts, how large one
//! may be. All of them compute in whole nanoseconds, so that "exactly" means exactly.
//!
//! What this leaves out: requests that cost more than one, and limiters over several policies
//! at once (10 a second and 1000 a day), where admitting must be all or nothing.

use std::time::Duration;

/// What a tenant is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// So many requests, at least one ...
    pub limit: u32,
    /// ... in so much time: a whole number of nanoseconds for each of them.
    pub window: Duration,
    /// How many may come at once after a quiet time; for the leaky bucket, how many may wait.
    pub burst: u32,
}

impl Policy {
    /// The time between two requests at the full rate: T in the literature on GCRA.
    pub fn interval(&self) -> Duration {
        self.window / self.limit
    }

    /// What a full bucket is worth: the time that it takes to fill.
    pub fn capacity(&self) -> Duration {
        self.interval() * self.burst
    }
}

/// What a limiter answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Let the request through.
    Admit {
        /// After it has waited so long; all but the leaky bucket say zero.
        after: Duration,
    },
    /// Turn it away.
    Reject {
        /// When to try again: it would be admitted then, if nobody else asked in between.
        retry_after: Duration,
    },
}

impl Decision {
    /// Let it through at once.
    pub const ADMIT: Decision = Decision::Admit { after: Duration::ZERO };
}

/// Decides about the requests of one tenant, one after another.
pub trait Limiter {
    /// May a request that comes at `now` pass? If so, it counts from now on. `now` counts from
    /// any fixed instant. It should not go back; the shipped limiters take a `now` that is
    /// earlier than the last one as if no time had passed.
    fn try_acquire(&mut self, now: Duration) -> Decision;

    /// An admitted request is done. Only a limit on concurrency cares.
    fn release(&mut self) {}

    /// How many requests the limiter holds against the limit at `now`, where that is an
    /// estimate.
    fn estimate(&self, _now: Duration) -> Option<f64> {
        None
    }
}
