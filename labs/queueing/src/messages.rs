//! What clients, the front end and the servers say to each other.

use std::time::Duration;

use netsplit_sim::{Message, Rpc};
use serde::{Deserialize, Serialize};

/// The kinds of messages.
pub(crate) const KINDS: &[&str] = &["ask", "answer", "job", "job-done", "cancel"];

/// How an ask or a job ended; the worse counts as greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Outcome {
    /// It was served.
    Done,
    /// A full queue turned it away.
    Rejected,
    /// No answer came, or nobody waits for it any more.
    Lost,
}

/// A client's request to the front end.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ask;

/// The front end's answer, once all leaves have answered.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Answer(pub Outcome);

/// A leaf request: a piece of work for one server.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    /// Unique per front end.
    pub id: u64,
    /// How long it keeps a worker busy. The job carries its size, so that it is the same job
    /// whoever serves it, and variants can be compared on the same jobs.
    pub work: Duration,
}

/// A server's answer to a [`Job`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct JobDone(pub Outcome);

/// The job with this number is no longer needed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Cancel(pub u64);

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

impl Message for Cancel {
    const PORT: u16 = 101;

    fn kind(&self) -> &'static str {
        "cancel"
    }
}
