//! Messages between clients, proxies and servers.

use netsplit_sim::prelude::*;

use crate::identity::IdempotencyKey;
use crate::optimistic_row::{Row, Version};

messages! { KINDS:
    Job "job" @ 100 => Answer "answer";
    Read "read" @ 101 => RowRead "row";
    Write "write" @ 102 => Written "written";
}

/// One try of a piece of work.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    /// The number of the user's request.
    pub request: u64,
    /// Which of its parts this is, from 0.
    pub leaf: u32,
    /// Whether it takes the user's money.
    pub charge: bool,
    pub key: Option<IdempotencyKey>,
    /// How long it occupies a worker. The try carries its size, so that it is the same work
    /// under every variant.
    pub work: Duration,
    /// The time from its arrival for which the sender waits for the answer, if it says so.
    pub left: Option<Duration>,
}

/// The outcome of a try, or of a request; the worse counts as greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// It was done.
    Done,
    /// A full queue rejected it, or it expired while it waited: without effect.
    Shed,
    /// A budget refused to send it: without effect.
    Refused,
    /// It failed, without effect.
    Failed,
    /// No answer came: it may have been done, or may be done yet.
    Lost,
}

/// Asks for the row.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Read;

/// The row, as it is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RowRead(pub Row);

/// Writes the row, of which the writer has read `version`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Write {
    pub version: Version,
    pub value: u64,
}

/// Whether a [`Write`] succeeded.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Written(pub bool);
