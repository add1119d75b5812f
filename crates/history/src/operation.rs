//! One logical operation of one client.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Content, Name, Time};

/// How a request ended, as the metrics count it.
///
/// `attempted = ok + failed + timed_out + rejected`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The client got its answer.
    Ok,
    /// The client got an error.
    Failed,
    /// The client gave up waiting.
    TimedOut,
    /// The system declined it deliberately: rate limit, open breaker, load shedding.
    Rejected,
}

/// The known effect of an operation, for the checkers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It took effect between its invocation and its return.
    Ok,
    /// It certainly had no effect.
    Fail,
    /// It may have taken effect at any time since its invocation, or may still do so. Jepsen calls
    /// it `info`.
    #[serde(alias = "info")]
    Unknown,
}

/// One logical operation. Retries inside it are attempts and are counted separately.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// The client session that issued it. A session issues one operation at a time.
    pub client: u32,
    /// The load of the scenario that it belongs to.
    pub load: Name,
    /// The operation's name: `read`, `put`, ...
    pub op: Name,
    /// Its key, if it has one.
    pub key: Option<Name>,
    /// The input.
    pub input: Content,
    /// The output; null without an answer.
    pub output: Content,
    /// When the load intended to send it. Latency is measured from here, so that a slow system
    /// cannot hide its queue (coordinated omission).
    pub intended: Time,
    /// When the client sent it.
    pub invoke: Time,
    /// When the client got its answer or gave up; the end of the run for a request that never
    /// ended.
    pub finished: Time,
    /// How it ended for the client.
    pub status: Status,
    /// Its known effect.
    pub outcome: Outcome,
    /// The error, if it failed.
    pub error: Option<Name>,
}

impl Operation {
    /// Time from the intended send to the end; for a timeout, the timeout.
    pub fn latency(&self) -> Duration {
        self.finished.since(self.intended)
    }

    /// When the answer arrived; `None` if the effect is unknown.
    pub fn returned(&self) -> Option<Time> {
        (self.outcome != Outcome::Unknown).then_some(self.finished)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn an_operation_takes_twelve_words() {
        assert_eq!(size_of::<Operation>(), 96);
    }
}
