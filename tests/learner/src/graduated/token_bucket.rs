//! A token bucket that counts nanoseconds.

use std::time::Duration;

use netsplit_lab_rate_limiter::exercises::Compared;
use netsplit_lab_rate_limiter::limiter::rate;
use netsplit_lab_rate_limiter::{Decision, Limiter, Policy, TokenBucket, seats};
use netsplit_sim::prelude::OpenFilling;

/// The bucket of one tenant.
pub struct MyBucket {
    policy: Policy,
    nanos: u128,
    last: Duration,
}

impl Limiter for MyBucket {
    fn new(policy: &Policy) -> MyBucket {
        let nanos = policy.capacity().as_nanos();
        MyBucket { policy: *policy, nanos, last: Duration::ZERO }
    }

    fn try_acquire(&mut self, now: Duration) -> Decision {
        let (interval, most) = (self.policy.interval(), self.policy.capacity().as_nanos());
        self.nanos = most.min(self.nanos + now.saturating_sub(self.last).as_nanos());
        self.last = self.last.max(now);
        if self.nanos < interval.as_nanos() {
            let missing = interval.as_nanos() - self.nanos;
            return Decision::Reject { retry_after: Duration::from_nanos(missing as u64) };
        }
        self.nanos -= interval.as_nanos();
        Decision::ADMIT
    }
}

/// The filling.
pub fn filling() -> OpenFilling {
    let make = rate::<Compared<MyBucket, TokenBucket>>;
    seats::ALGORITHM.filling("my-token-bucket", "My token bucket", make)
}
