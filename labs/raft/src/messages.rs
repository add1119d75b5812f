//! The lab's messages: the core's between servers, requests of clients, and orders of the operator.
//!
//! Heartbeats have a kind of their own, although they are `AppendEntries` without entries, so that
//! a scenario can drop a server's entries and leave it its leader.

use netsplit_sim::{Message, messages};
use serde::{Deserialize, Serialize};

use crate::event::Change;
use crate::kv::{Attempt, Datum, Operation};
use crate::log::Server;
use crate::rpc::{self, Body};

messages! { CALLS:
    Request "request" @ 102 => Response "response";
    Order "order" @ 103 => Obeyed "obeyed";
}

/// Every kind of message.
pub(crate) const KINDS: &[&str] = &[
    CALLS[0],
    CALLS[1],
    CALLS[2],
    CALLS[3],
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
pub(crate) struct Wire(pub rpc::Message);

impl Message for Wire {
    const PORT: u16 = 101;

    fn kind(&self) -> &'static str {
        match &self.0.body {
            Body::RequestVote(ask) if ask.pre => "pre-vote",
            Body::RequestVote(_) => "request-vote",
            Body::Vote(vote) if vote.pre => "pre-vote-reply",
            Body::Vote(_) => "vote",
            Body::AppendEntries(append) if append.entries.is_empty() => "heartbeat",
            Body::AppendEntries(_) => "append",
            Body::Appended(_) => "appended",
            Body::InstallSnapshot { .. } => "install-snapshot",
            Body::TimeoutNow => "timeout-now",
            Body::Stale => "stale",
        }
    }
}

/// A client's request to a server.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    /// The operation.
    pub operation: Operation,
    /// The client's session, and the operation's number in it.
    pub attempt: Attempt,
}

/// A server's answer to a client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Response {
    /// The operation took effect.
    Done(Datum),
    /// It may or may not have taken effect, or take effect later. Ask this server, or any, again.
    AskAgain(Option<Server>),
}

/// An operator's order to a server.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Order {
    /// Change the members.
    Change(Change),
    /// Let this server lead, or any other.
    Transfer(Option<Server>),
}

/// Whether an order is carried out. If not, it may be repeated.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Obeyed(pub bool);
