//! What clients, proxies and servers say to each other.

use std::time::Duration;

use netsplit_sim::{Message, Rpc};
use serde::{Deserialize, Serialize};

use crate::identity::IdempotencyKey;
use crate::row::{Row, Version};

/// The kinds of messages.
pub(crate) const KINDS: &[&str] = &["job", "answer", "read", "row", "write", "written"];

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
    /// How long it keeps a worker busy. The try carries its size, so that it is the same work
    /// under every variant.
    pub work: Duration,
    /// How long from its arrival somebody waits for the answer, if the sender says so. A span
    /// and no time of day, as in gRPC: clocks need not agree.
    pub left: Option<Duration>,
}

/// How a try, or a request, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// It was done.
    Done,
    /// A full queue turned it away, or its time was up before its turn came: without effect.
    Shed,
    /// A budget did not let it leave: without effect.
    Refused,
    /// It was tried and failed, without effect.
    Failed,
    /// No answer came: it may have been done, or may be yet.
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

/// Whether a [`Write`] won.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Written(pub bool);

impl Message for Job {
    fn kind(&self) -> &'static str {
        "job"
    }
}

impl Rpc for Job {
    type Response = Answer;
}

impl Message for Answer {
    fn kind(&self) -> &'static str {
        "answer"
    }
}

impl Message for Read {
    const PORT: u16 = 101;

    fn kind(&self) -> &'static str {
        "read"
    }
}

impl Rpc for Read {
    type Response = RowRead;
}

impl Message for RowRead {
    fn kind(&self) -> &'static str {
        "row"
    }
}

impl Message for Write {
    const PORT: u16 = 102;

    fn kind(&self) -> &'static str {
        "write"
    }
}

impl Rpc for Write {
    type Response = Written;
}

impl Message for Written {
    fn kind(&self) -> &'static str {
        "written"
    }
}
