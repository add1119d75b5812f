//! The trace: every event of a run, as human-readable lines.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::Time;

/// One event of the trace.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceEvent {
    /// When it happened.
    pub at: Time,
    /// The node or client host it happened on; empty for the network as a whole.
    pub node: Arc<str>,
    /// What happened.
    pub kind: TraceKind,
    /// xxh3 of everything up to here, including message contents and random draws: two traces
    /// diverge at the first event whose fingerprints differ.
    pub fingerprint: u64,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum TraceKind {
    /// A message was sent to `to`.
    Send {
        /// The receiver.
        to: Arc<str>,
        /// The message's kind.
        message: Arc<str>,
        /// Its size on the wire.
        bytes: usize,
        /// Its number in the run.
        id: u64,
    },
    /// A message from `from` arrived.
    Deliver {
        /// The sender.
        from: Arc<str>,
        /// The message's kind.
        message: Arc<str>,
        /// Its number in the run.
        id: u64,
    },
    /// A message to `to` was dropped.
    Drop {
        /// The receiver.
        to: Arc<str>,
        /// The message's kind.
        message: Arc<str>,
        /// Its number in the run.
        id: u64,
        /// Why: `lost`, `cut`, `receiver down`, `no listener`, `receiver restarted`.
        why: &'static str,
    },
    /// A client's request began.
    Request {
        /// The operation.
        op: Arc<str>,
        /// Its key.
        key: Option<Arc<str>>,
        /// The request's number.
        id: u64,
    },
    /// A client's request ended.
    Reply {
        /// The request's number.
        id: u64,
        /// How: `ok`, `failed`, `timed out`, `rejected`.
        status: &'static str,
    },
    /// Bytes were written to a file, not yet durable.
    Write {
        /// The file.
        path: Arc<str>,
        /// How many bytes.
        bytes: usize,
    },
    /// A file became durable.
    Sync {
        /// The file.
        path: Arc<str>,
    },
    /// The node took a role.
    Role(Arc<str>),
    /// The node recorded an event.
    Record {
        /// The event.
        name: Arc<str>,
        /// The event's data.
        detail: Value,
    },
    /// The node stopped; its memory is gone.
    Crash {
        /// The fault or the panic that caused it.
        why: Arc<str>,
    },
    /// The node started, or started again.
    Start,
    /// A fault struck; the node field is empty, and the targets are listed here.
    Strike {
        /// The fault's name.
        fault: Arc<str>,
        /// Its targets.
        targets: Arc<str>,
    },
    /// A fault healed.
    Heal {
        /// The fault's name.
        fault: Arc<str>,
    },
    /// The scenario requested an action from a node.
    Action(Arc<str>),
}

impl TraceEvent {
    /// The kind of the event's message, if it has one.
    pub fn message(&self) -> Option<&str> {
        match &self.kind {
            TraceKind::Send { message, .. }
            | TraceKind::Deliver { message, .. }
            | TraceKind::Drop { message, .. } => Some(message),
            _ => None,
        }
    }
}

impl fmt::Display for TraceEvent {
    /// A line such as `12.000345678s n1 -> n2  get-request #812 (42 bytes)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let node = &self.node;
        write!(f, "{} ", self.at)?;
        match &self.kind {
            TraceKind::Send { to, message, bytes, id } => {
                write!(f, "{node} -> {to}  {message} #{id} ({bytes} bytes)")
            }
            TraceKind::Deliver { from, message, id } => {
                write!(f, "{node} <- {from}  {message} #{id}")
            }
            TraceKind::Drop { to, message, id, why } => {
                write!(f, "{node} -x {to}  {message} #{id}: {why}")
            }
            TraceKind::Request { op, key: Some(key), id } => {
                write!(f, "{node} asks {op} {key} (request {id})")
            }
            TraceKind::Request { op, key: None, id } => {
                write!(f, "{node} asks {op} (request {id})")
            }
            TraceKind::Reply { id, status } => write!(f, "{node} request {id}: {status}"),
            TraceKind::Write { path, bytes } => write!(f, "{node} writes {path} ({bytes} bytes)"),
            TraceKind::Sync { path } => write!(f, "{node} syncs {path}"),
            TraceKind::Role(role) => write!(f, "{node} is now {role}"),
            TraceKind::Record { name, detail: Value::Null } => write!(f, "{node} {name}"),
            TraceKind::Record { name, detail } => write!(f, "{node} {name} {detail}"),
            TraceKind::Crash { why } => write!(f, "{node} crashes: {why}"),
            TraceKind::Start => write!(f, "{node} starts"),
            TraceKind::Strike { fault, targets } => write!(f, "fault {fault} strikes {targets}"),
            TraceKind::Heal { fault } => write!(f, "fault {fault} heals"),
            TraceKind::Action(action) => write!(f, "{node} is asked to {action}"),
        }
    }
}
