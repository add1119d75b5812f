//! What users, the front ends and the services say to each other.

use std::time::Duration;

use netsplit_sim::{Message, Rpc};
use serde::{Deserialize, Serialize};

/// The kinds of messages.
pub(crate) const KINDS: &[&str] = &["ask", "answer", "job", "job-done"];

/// A service that front ends depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Service {
    Stock,
    Reviews,
}

impl Service {
    pub const ALL: [Service; 2] = [Service::Stock, Service::Reviews];

    /// The name of the operation that asks it, and of the group of its hosts.
    pub fn name(self) -> &'static str {
        match self {
            Service::Stock => "stock",
            Service::Reviews => "reviews",
        }
    }
}

/// What decides how a request would fare: the same request meets the same luck in every variant.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Dice {
    pub thrown: u64,
    pub attempt: u32,
}

/// A user's request to a front end.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Ask {
    pub service: Service,
    /// The rank of the key.
    pub rank: u64,
    /// How long the user will wait: nothing is done for it after that.
    pub patience: Duration,
    pub thrown: u64,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Answer {
    Fresh,
    /// From the cache; so old.
    Stale(Duration),
    /// The front end did not call: why.
    Rejected(Refusal),
    /// It called, in vain.
    Failed,
    /// The user has left by now.
    Late,
}

/// Why a call was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Refusal {
    BreakerOpen,
    BulkheadFull,
}

/// A front end's request to a host of a service.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job(pub Dice);

/// Whether the host could do it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct JobDone(pub bool);

impl Message for Ask {
    fn kind(&self) -> &'static str {
        "ask"
    }
}

impl Rpc for Ask {
    type Response = Answer;
}

impl Message for Answer {
    fn kind(&self) -> &'static str {
        "answer"
    }
}

impl Message for Job {
    fn kind(&self) -> &'static str {
        "job"
    }
}

impl Rpc for Job {
    type Response = JobDone;
}

impl Message for JobDone {
    fn kind(&self) -> &'static str {
        "job-done"
    }
}
