//! What travels: the core's messages between servers, requests of clients, and orders of the
//! operator. Heartbeats have a kind of their own, though they are `AppendEntries` without
//! entries: so a scenario can lose a server's entries and leave it its leader.

use netsplit_sim::{Message, Rpc};
use serde::{Deserialize, Serialize};

use crate::kv::{Attempt, Datum, Operation};
use crate::log::Server;
use crate::membership::Change;
use crate::rpc::{self, Body};

/// Every kind of message.
pub const KINDS: &[&str] = &[
    "request",
    "response",
    "order",
    "obeyed",
    "pre-vote",
    "pre-vote-reply",
    "request-vote",
    "vote",
    "heartbeat",
    "append",
    "appended",
    "install-snapshot",
    "timeout-now",
    "stale",
];

/// A message between servers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wire(pub rpc::Message);

impl Message for Wire {
    const PORT: u16 = 101;

    fn kind(&self) -> &'static str {
        match &self.0.body {
            Body::RequestVote(ask) if ask.pre => "pre-vote",
            Body::RequestVote(_) => "request-vote",
            Body::Vote { pre: true, .. } => "pre-vote-reply",
            Body::Vote { .. } => "vote",
            Body::AppendEntries(append) if append.entries.is_empty() => "heartbeat",
            Body::AppendEntries(_) => "append",
            Body::Appended { .. } => "appended",
            Body::InstallSnapshot { .. } => "install-snapshot",
            Body::TimeoutNow => "timeout-now",
            Body::Stale => "stale",
        }
    }
}

/// A client asks a server.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Request {
    /// For what.
    pub operation: Operation,
    /// As whose how-manyth operation.
    pub attempt: Attempt,
}

/// What the server says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Response {
    /// It is done.
    Done(Datum),
    /// It may or may not be done or get done. Ask this one, or any, again.
    AskAgain(Option<Server>),
}

/// The operator tells a server.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Order {
    /// To change the members.
    Change(Change),
    /// To let another lead.
    Transfer(Option<Server>),
}

/// Whether it is done; if not, it may be told again.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Obeyed(pub bool);

impl Message for Request {
    const PORT: u16 = 102;

    fn kind(&self) -> &'static str {
        "request"
    }
}

impl Rpc for Request {
    type Response = Response;
}

impl Message for Response {
    fn kind(&self) -> &'static str {
        "response"
    }
}

impl Message for Order {
    const PORT: u16 = 103;

    fn kind(&self) -> &'static str {
        "order"
    }
}

impl Rpc for Order {
    type Response = Obeyed;
}

impl Message for Obeyed {
    fn kind(&self) -> &'static str {
        "obeyed"
    }
}
