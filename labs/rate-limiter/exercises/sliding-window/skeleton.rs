//! The sliding window: the limit, wherever the window starts.

use std::time::Duration;

use netsplit_lab_rate_limiter::exercises::Compared;
use netsplit_lab_rate_limiter::limiter::rate;
use netsplit_lab_rate_limiter::{Decision, Limiter, Policy, SlidingLog, seats};
use netsplit_sim::prelude::OpenFilling;

/// The window of one tenant. Give it the fields that it needs.
pub struct MyWindow {}

impl Limiter for MyWindow {
    /// The window of a tenant that has not asked yet.
    ///
    /// `policy.limit` requests may be admitted in any time of length `policy.window`;
    /// `policy.burst` is for other algorithms.
    fn new(policy: &Policy) -> MyWindow {
        todo!("a window without requests")
    }

    /// Decides about a request that comes at `now`.
    ///
    /// - `Decision::ADMIT`, if with it no time of length `policy.window` holds more than
    ///   `policy.limit` admitted requests, wherever it starts. A request exactly a window ago is in
    ///   the window no more.
    /// - Otherwise `Decision::Reject { retry_after }`, the time until it would be admitted, exact to
    ///   the nanosecond. A rejected request never counts.
    /// - `now` is the time since some fixed instant. If it goes back, decide as if the clock had
    ///   stood still: as at the latest time at which you admitted a request.
    fn try_acquire(&mut self, now: Duration) -> Decision {
        todo!("admit it, or say when it may pass")
    }
}

/// The filling `my-sliding-window`: leave it as it is.
pub fn filling() -> OpenFilling {
    let make = rate::<Compared<MyWindow, SlidingLog>>;
    seats::ALGORITHM.filling("my-sliding-window", "My sliding window", make)
}
