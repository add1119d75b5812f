//! Messages between clients, front ends and servers.

use netsplit_sim::prelude::*;

messages! { KINDS:
    Ask "ask" @ 100 => Answer "answer";
    Job "job" @ 100 => JobDone "job-done";
    Cancel "cancel" @ 101;
}

/// The outcome of a request or a job; the worse counts as greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Outcome {
    /// It was served.
    Done,
    /// It was rejected by a full queue.
    Rejected,
    /// It was not answered in time, or was cancelled.
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
    /// How long it occupies a worker. The job carries its size, so that it is the same job
    /// on every server, and variants can be compared on the same jobs.
    pub work: Duration,
}

/// A server's answer to a [`Job`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct JobDone(pub Outcome);

/// Cancels the job with this number.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Cancel(pub u64);
