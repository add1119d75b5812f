//! GCRA: the token bucket in one time stamp.

use std::time::Duration;

use netsplit_lab_rate_limiter::exercises::Compared;
use netsplit_lab_rate_limiter::limiter::rate;
use netsplit_lab_rate_limiter::{Decision, Gcra, Limiter, Policy, seats};
use netsplit_sim::prelude::OpenFilling;

/// The schedule of one tenant. Give it its parameters, and a single time as its state.
pub struct MyGcra {}

impl Limiter for MyGcra {
    /// The schedule of a tenant that has not asked yet, and so may send a whole burst.
    ///
    /// `policy.interval()` is T, the time between two requests at the full rate; `policy.burst`, at
    /// least 1, is how many may come at once.
    fn new(policy: &Policy) -> MyGcra {
        todo!("a schedule of which nothing is used")
    }

    /// Decides about a request that comes at `now`.
    ///
    /// - Any stretch of time t admits at most floor((tau + t) / T) + 1 requests, where tau = (burst
    ///   - 1) T; a request that would not exceed this is admitted (`Decision::ADMIT`).
    /// - Any other is rejected (`Decision::Reject { retry_after }`), with the time until it would be
    ///   admitted, exact to the nanosecond, and changes nothing.
    /// - `now` is the time since some fixed instant. If it goes back, nothing may be admitted that
    ///   would not have been if the clock had stood still.
    fn try_acquire(&mut self, now: Duration) -> Decision {
        todo!("admit it and move the schedule, or say when it may come")
    }
}

/// The filling `my-gcra`: leave it as it is.
pub fn filling() -> OpenFilling {
    let make = rate::<Compared<MyGcra, Gcra>>;
    seats::ALGORITHM.filling("my-gcra", "My GCRA", make)
}
