//! The sliding log: exact, by remembering every request.
//!
//! It keeps the times of the last L requests that it admitted. One more may pass when the oldest
//! of them is a full window ago: then, and only then, no window of that length, wherever it
//! starts, holds more than L. The price is L time stamps per tenant; at 10,000 requests an hour
//! that is 80 kB for somebody who may never come again.
//!
//! What this leaves out: an answer to that price.

use std::collections::VecDeque;
use std::time::Duration;

use crate::limiter::{Decision, Limiter, Policy};

/// The log of one tenant.
#[derive(Clone, Debug)]
pub struct SlidingLog {
    limit: u32,
    window: Duration,
    /// When the last requests were admitted, the oldest first; never more than `limit`.
    log: VecDeque<Duration>,
}

impl Limiter for SlidingLog {
    /// An empty log.
    fn new(policy: &Policy) -> SlidingLog {
        SlidingLog { limit: policy.limit, window: policy.window, log: VecDeque::new() }
    }

    fn try_acquire(&mut self, now: Duration) -> Decision {
        // A clock that went back must not leave the log out of order.
        let now = self.log.back().map_or(now, |last| now.max(*last));
        if self.log.len() as u32 == self.limit {
            // The oldest leaves every window that could hold one more at exactly this time.
            let free = self.log[0] + self.window;
            if now < free {
                return Decision::Reject { retry_after: free.saturating_sub(now) };
            }
            self.log.pop_front();
        }
        // Admitted requests only: a log of rejected ones too would reject for ever a tenant that
        // never stops asking.
        self.log.push_back(now);
        Decision::ADMIT
    }
}
