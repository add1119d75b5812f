//! The token bucket: a burst, and then a rate.

use std::time::Duration;

use netsplit_lab_rate_limiter::exercises::Compared;
use netsplit_lab_rate_limiter::limiter::rate;
use netsplit_lab_rate_limiter::{Decision, Limiter, Policy, TokenBucket, seats};
use netsplit_sim::prelude::OpenFilling;

/// The bucket of one tenant. Give it the fields that it needs.
pub struct MyBucket {}

impl Limiter for MyBucket {
    /// The bucket of a tenant that has not asked yet: it is full.
    ///
    /// `policy.burst` is the number of tokens that fit, `policy.interval()` the time in which one
    /// accrues, `policy.capacity()` the time in which an empty bucket fills up.
    fn new(policy: &Policy) -> MyBucket {
        todo!("a full bucket")
    }

    /// Decides about a request that comes at `now`.
    ///
    /// - A request takes a token; `Decision::ADMIT` admits it.
    /// - Without a whole token it is rejected and takes nothing: `Decision::Reject { retry_after }`
    ///   with the time until there is one, exact to the nanosecond.
    /// - Fractions of a token count, and never more than the bucket holds.
    /// - `now` is the time since some fixed instant, which need not be the start of the run. If it
    ///   goes back, no time has passed, and the time that it then makes up for does not count again.
    fn try_acquire(&mut self, now: Duration) -> Decision {
        todo!("take a token, or say when there is one")
    }
}

/// The filling `my-token-bucket`: leave it as it is.
pub fn filling() -> OpenFilling {
    let make = rate::<Compared<MyBucket, TokenBucket>>;
    seats::ALGORITHM.filling("my-token-bucket", "My token bucket", make)
}
