//! The leaky bucket: a queue that drips.
//!
//! Requests go into a bucket with a hole in it and leave one by one, T apart, however they came;
//! those for which the bucket has no room are rejected. What comes out is smooth: nobody
//! downstream ever sees a burst. The price is the latency of those that wait. (Turner 1986
//! calls by this name a counter that decides without delay, which is the token bucket seen from
//! below; this is the queue of nginx's `limit_req`.)
//!
//! [`LeakyBucket`] needs no queue of requests: the time at which the last one leaves tells how many
//! wait.
//!
//! What this leaves out: giving up while waiting. A place in the queue stays taken when its
//! client has left.

use std::time::Duration;

use crate::limiter::{Decision, Limiter, Policy};

/// The queue of one tenant.
#[derive(Clone, Debug)]
pub struct LeakyBucket {
    interval: Duration,
    /// The longest that a request waits.
    longest: Duration,
    /// When the next request may leave.
    next: Duration,
}

impl Limiter for LeakyBucket {
    /// An empty queue.
    fn new(policy: &Policy) -> LeakyBucket {
        LeakyBucket {
            interval: policy.interval(),
            longest: policy.capacity(),
            next: Duration::ZERO,
        }
    }

    fn try_acquire(&mut self, now: Duration) -> Decision {
        let wait = self.next.saturating_sub(now);
        // Everyone in the queue takes an interval, so a full queue is a wait of that long.
        if wait > self.longest {
            return Decision::Reject { retry_after: wait.saturating_sub(self.longest) };
        }
        self.next = self.next.max(now) + self.interval;
        Decision::Admit { after: wait }
    }
}
