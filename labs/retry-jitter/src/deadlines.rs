//! Deadlines: how long the answer to a try is of use.
//!
//! A server that does not know when its client gives up works for clients that have given up, and
//! in an overload for no others. So each try tells how much time is left, and a proxy passes on
//! what is left of that, as gRPC does (`grpc-timeout`; *Site Reliability Engineering*, 2016, chapter 22,
//! "Deadline propagation"). It is a span and not a time of day, because clocks need not agree. The
//! server's side, which drops expired work, is an [`Admission`](crate::Admission).
//!
//! What this leaves out: the time in the network, which is unknown and which a fixed reserve stands
//! for; and work that is stopped when its deadline passes, rather than not started.

use std::time::Duration;

/// What tries tell of the time that is left, and what a proxy makes of it.
pub trait Deadlines {
    /// What a try tells its receiver: the time from its arrival for which the work is of use.
    /// `None` tells nothing. The sender waits `wait` for the answer, and never beyond its own
    /// deadline.
    fn announce(&self, wait: Duration) -> Option<Duration>;

    /// When a proxy gives up on a job that is due at `deadline`, as the job told; both are times on
    /// the proxy's monotonic clock. `None` for never: the proxy tries until its tries are spent.
    fn inherit(&self, deadline: Option<Duration>) -> Option<Duration>;
}

/// The time that is left of the client's travels from hop to hop.
pub(crate) struct Travel {
    /// Taken off for the way there and back.
    pub reserve: Duration,
}

impl Deadlines for Travel {
    fn announce(&self, wait: Duration) -> Option<Duration> {
        // The answer has to be back by then, so the receiver has less time than we wait.
        Some(wait.saturating_sub(self.reserve))
    }

    fn inherit(&self, deadline: Option<Duration>) -> Option<Duration> {
        deadline
    }
}

/// At each hop the time starts anew: the sum of the hops' timeouts exceeds what the client waits.
pub(crate) struct PerHop(pub Travel);

impl Deadlines for PerHop {
    fn announce(&self, wait: Duration) -> Option<Duration> {
        self.0.announce(wait)
    }

    fn inherit(&self, _deadline: Option<Duration>) -> Option<Duration> {
        None
    }
}

/// Tries tell nothing.
pub(crate) struct Silent;

impl Deadlines for Silent {
    fn announce(&self, _wait: Duration) -> Option<Duration> {
        None
    }

    fn inherit(&self, _deadline: Option<Duration>) -> Option<Duration> {
        None
    }
}
