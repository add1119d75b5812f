//! Client sessions: the trait that a lab implements, its requests and its replies.

use std::any::Any;
use std::pin::Pin;

use netsplit_history::{Name, Outcome, Status};
use serde_json::Value;

/// A client session.
pub trait Client: Any {
    /// The input of a request in the history, such as the value to be written. Default: null, as
    /// for a read.
    fn input(&self, request: &Request) -> Value {
        let _ = request;
        Value::Null
    }

    /// Performs one operation. The future is dropped when the client's timeout elapses first.
    fn perform(&self, request: Request) -> Performing;
}

/// The future of one operation of a client.
pub type Performing = Pin<Box<dyn Future<Output = Reply>>>;

/// One request of a load.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its number, unique in the run.
    pub id: u64,
    /// The operation.
    pub op: Name,
    /// The key.
    pub key: Name,
    /// The rank of the key, from 0: `k1` has rank 0.
    pub rank: u64,
}

impl Request {
    /// A value that no other request of the run has: its number.
    pub fn unique_value(&self) -> u64 {
        self.id
    }
}

/// The result of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub(crate) status: Status,
    pub(crate) outcome: Outcome,
    pub(crate) output: Value,
    pub(crate) error: Option<Name>,
}

impl Reply {
    /// The operation succeeded with `output`.
    pub fn ok(output: impl Into<Value>) -> Reply {
        Reply { status: Status::Ok, outcome: Outcome::Ok, output: output.into(), error: None }
    }

    /// The operation failed, certainly without effect.
    pub fn failed(why: impl Into<Name>) -> Reply {
        Reply::bad(Status::Failed, Outcome::Fail, why)
    }

    /// The operation failed, but may have taken effect, or may do so later.
    pub fn unknown(why: impl Into<Name>) -> Reply {
        Reply::bad(Status::Failed, Outcome::Unknown, why)
    }

    /// The client's own attempts timed out: whether the operation took effect is unknown.
    pub fn timed_out(why: impl Into<Name>) -> Reply {
        Reply::bad(Status::TimedOut, Outcome::Unknown, why)
    }

    /// The system rejected the operation on purpose, without effect.
    pub fn rejected(why: impl Into<Name>) -> Reply {
        Reply::bad(Status::Rejected, Outcome::Fail, why)
    }

    fn bad(status: Status, outcome: Outcome, why: impl Into<Name>) -> Reply {
        Reply { status, outcome, output: Value::Null, error: Some(why.into()) }
    }
}
