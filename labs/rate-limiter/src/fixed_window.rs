//! The fixed window: a counter that is reset at every full hour.
//!
//! Cheap and everywhere: one number per tenant, and in a store an increment with an expiry. It
//! keeps its promise, at most L requests in each of *its* windows. It does not keep what people
//! understand: in a window of their own choosing, half before the boundary and half after it, they
//! get up to 2 L. The scenario `window-boundary` does just that.
//!
//! What this leaves out: nothing; that is all it is. The boundary also makes rejected tenants come
//! back together, since all of them are told the same time.

use std::time::Duration;

use crate::limiter::{Decision, Limiter, Policy};

/// The counter of one tenant.
#[derive(Clone, Debug)]
pub struct FixedWindow {
    limit: u32,
    window: Duration,
    /// The number of the current window.
    index: u128,
    /// Requests admitted in it; never more than `limit`.
    admitted: u32,
}

impl Limiter for FixedWindow {
    /// A counter at zero.
    fn new(policy: &Policy) -> FixedWindow {
        FixedWindow { limit: policy.limit, window: policy.window, index: 0, admitted: 0 }
    }

    fn try_acquire(&mut self, now: Duration) -> Decision {
        let (now, window) = (now.as_nanos(), self.window.as_nanos());
        // Only forwards: a clock that went back into an old window must not reset the counter.
        if now / window > self.index {
            (self.index, self.admitted) = (now / window, 0);
        }
        if self.admitted < self.limit {
            self.admitted += 1;
            return Decision::ADMIT;
        }
        let next = (self.index + 1) * window;
        Decision::Reject { retry_after: Duration::from_nanos((next - now) as u64) }
    }
}
