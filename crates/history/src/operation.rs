//! One logical operation of one client.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Time;

/// How a request ended, as the metrics count it.
///
/// `attempted = ok + failed + timed_out + rejected`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The client got what it asked for.
    Ok,
    /// The client got an error.
    Failed,
    /// The client gave up waiting.
    TimedOut,
    /// The system declined on purpose: a rate limit, an open breaker, shed load.
    Rejected,
}

/// What is known of an operation's effect, as the checkers need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It took effect between its invocation and its return.
    Ok,
    /// It certainly had no effect.
    Fail,
    /// It may have had its effect, at any time since its invocation, or may yet have it.
    Unknown,
}

/// One logical operation. What a client retries inside it are attempts, counted apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The client session that issued it. A session issues one operation at a time.
    pub client: u64,
    /// The load of the scenario that it belongs to.
    pub load: Arc<str>,
    /// The operation's name: `read`, `put`, ...
    pub op: Arc<str>,
    /// The key that it concerns, where there is one.
    pub key: Option<Arc<str>>,
    /// What was asked.
    pub input: Value,
    /// What was answered; null when nothing was.
    pub output: Value,
    /// When the load wanted it sent. Latency counts from here, so that a slow system cannot
    /// hide its queue (coordinated omission).
    pub intended: Time,
    /// When the client did send it.
    pub invoke: Time,
    /// When the client had its answer or gave up. For a request that never ended, the end of
    /// the run.
    pub finished: Time,
    /// How it ended for the client.
    pub status: Status,
    /// What is known of its effect.
    pub outcome: Outcome,
    /// Why it did not end well.
    pub error: Option<Arc<str>>,
}

impl Operation {
    /// Time from the intended send to the end; for a time-out, the time-out.
    pub fn latency(&self) -> Duration {
        self.finished.since(self.intended)
    }

    /// When the answer came; `None` while the effect is unknown.
    pub fn returned(&self) -> Option<Time> {
        (self.outcome != Outcome::Unknown).then_some(self.finished)
    }
}
