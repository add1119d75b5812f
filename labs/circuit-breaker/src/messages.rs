//! Messages between users, front ends and the hosts of services.

use std::time::Duration;

use netsplit_sim::messages;
use serde::{Deserialize, Serialize};

// Both calls have the same port: no node receives both.
messages! { KINDS:
    Ask "ask" @ 100 => Answer "answer";
    Job "job" @ 100 => JobDone "job-done";
}

/// A service that front ends depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ServiceName {
    /// What most requests need.
    Stock,
    /// Its neighbour.
    Reviews,
}

impl ServiceName {
    /// All services.
    pub const ALL: [ServiceName; 2] = [ServiceName::Stock, ServiceName::Reviews];

    /// The name of the operation that asks it, and of the group of its hosts.
    pub fn as_str(self) -> &'static str {
        match self {
            ServiceName::Stock => "stock",
            ServiceName::Reviews => "reviews",
        }
    }
}

/// A user's request to a front end.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Ask {
    pub service: ServiceName,
    /// The rank of the key.
    pub rank: u64,
    /// How long the user waits; nothing is done for the request after that.
    pub timeout: Duration,
    /// The seed of the request's randomness.
    pub seed: u64,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Answer {
    Fresh,
    /// From the cache, with its age.
    Stale(Duration),
    /// The front end did not call.
    Rejected(Rejection),
    /// It called in vain.
    Failed,
    /// The user has left by now.
    Late,
}

/// Why a call was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Rejection {
    BreakerOpen,
    BulkheadFull,
}

/// A front end's call to a host of a service. Seed and attempt decide how it fares, so that the
/// same request has the same luck in every variant.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub seed: u64,
    pub attempt: u32,
}

/// Whether the host could do it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct JobDone(pub bool);
