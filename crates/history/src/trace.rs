//! The trace: every event of a run, as human-readable lines, and why each happened.
//!
//! Node code runs because something woke it: a message, a timer, a finished job or sync, a request.
//! Each [`TraceEvent`] names the [`Wake`] under which it happened, and each wake the one under which
//! what it waited for had begun. The chain of wakes back from a reply is the request's critical
//! path, however many messages, retries and batches it went through.
//!
//! The content of a message is JSON, as `serde_json` writes the message's type; one that is longer
//! than 2,000 bytes is cut, and ends with the number of bytes left out.

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
    /// The wake under which it happened, as its place in [`Run::wakes`](crate::Run::wakes).
    pub wake: u32,
    /// xxh3 of everything up to here, including message contents and random draws: two traces
    /// diverge at the first event whose fingerprints differ.
    pub fingerprint: u64,
}

/// A reason for node code to run. It also holds for the tasks that this code wakes or spawns.
#[derive(Clone, Debug, PartialEq)]
pub struct Wake {
    /// When it happened.
    pub at: Time,
    /// The host that was woken.
    pub node: Arc<str>,
    /// What ended.
    pub cause: Cause,
    /// When that began: the message was sent, the timer started, the job or sync queued.
    pub since: Time,
    /// When its turn came: the message left its link's bandwidth queue, the job got a worker, the
    /// disk began the sync. Equal to `since` where nothing queues.
    pub started: Time,
    /// The wake under which it began, as its place in [`Run::wakes`](crate::Run::wakes).
    pub by: u32,
}

/// What woke node code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The start of a host, or of the run.
    Start,
    /// An action of the scenario.
    Action,
    /// A client's request of this number began.
    Request(u64),
    /// The client of the request of this number gave up.
    GaveUp(u64),
    /// The message of this number arrived.
    Message(u64),
    /// A timer expired, of the name that its lab gave it.
    Timer(&'static str),
    /// A worker finished a job.
    Job,
    /// The disk completed a sync.
    Sync,
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
        /// Its content, as JSON; equal contents share one allocation.
        content: Arc<str>,
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
        /// Its output as JSON, or the error; may be empty.
        content: Arc<str>,
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
    /// The scenario asked a host for an action.
    Action(Arc<str>),
    /// An action of this name ended.
    ActionEnded {
        /// The action's name.
        action: Arc<str>,
        /// How: `obeyed`, or the lab's reason to refuse.
        how: Arc<str>,
    },
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
    /// A line such as `12.000345678s n1 -> n2  get-request #812 (42 bytes) {"key":"k7"}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let node = &self.node;
        write!(f, "{} ", self.at)?;
        match &self.kind {
            TraceKind::Send { to, message, bytes, id, content } => {
                write!(f, "{node} -> {to}  {message} #{id} ({bytes} bytes) {content}")
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
            TraceKind::Reply { id, status, content } if content.is_empty() => {
                write!(f, "{node} request {id}: {status}")
            }
            TraceKind::Reply { id, status, content } => {
                write!(f, "{node} request {id}: {status} {content}")
            }
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
            TraceKind::ActionEnded { action, how } => write!(f, "action {action}: {how}"),
        }
    }
}
