//! What a lab is to the simulator.
//!
//! A [`Lab`] describes itself and builds a [`System`]: the code that runs on each node, and the
//! [`Client`]s that ask it for things. One `System` serves one run.

use std::any::Any;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use netsplit_check::AnyModel;
use netsplit_history::{Outcome, Run, Status};
use netsplit_scenario::{LabSpec, Scenario};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Host, NodeId, Task};

/// A lab: one system that a course teaches, with its variants.
pub trait Lab: Sync {
    /// What scenario files may say of it.
    fn spec(&self) -> &'static LabSpec;

    /// Its lesson, in Markdown.
    fn lesson(&self) -> &'static str;

    /// Its truth checks, as TOML: expected values with their sources.
    fn truth(&self) -> &'static str {
        ""
    }

    /// What its operations mean, where neither registers nor a map say it.
    fn model(&self) -> Option<&'static dyn AnyModel> {
        None
    }

    /// Builds the system for one run.
    ///
    /// # Errors
    /// When the parameters do not fit together, such as a quorum of more replicas than there
    /// are.
    fn build(&self, setup: &Setup) -> Result<Rc<dyn System>, String>;
}

/// What a system is built from.
pub struct Setup<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) seats: BTreeMap<&'static str, &'static str>,
}

impl<'a> Setup<'a> {
    /// The parameters.
    ///
    /// # Errors
    /// When the scenario's parameters are none of type `P`; a parsed scenario's always are.
    pub fn params<P: DeserializeOwned>(&self) -> Result<P, String> {
        P::deserialize(self.scenario.params.clone()).map_err(|error| error.to_string())
    }

    /// What sits in a seat.
    ///
    /// # Panics
    /// When the lab has declared no such seat.
    pub fn seat(&self, name: &str) -> &'static str {
        self.seats.get(name).unwrap_or_else(|| panic!("the lab declares no seat `{name}`"))
    }

    /// The scenario, for what nodes must agree on: how many there are, say.
    pub fn scenario(&self) -> &'a Scenario {
        self.scenario
    }
}

/// A lab's system during one run. It outlives crashes: what a node must lose belongs into the
/// future that [`node`](System::node) returns.
pub trait System {
    /// What a node does. Called at the start of the run and after each crash.
    fn node(&self, host: Host) -> Task;

    /// A client session: one of many on the client host `host`.
    fn client(&self, host: Host) -> Rc<dyn Client>;

    /// Does what the scenario asks (`verb` with `args`), from the operator's host.
    fn act(&self, operator: Host, verb: &str, args: Value) -> Task {
        let _ = (operator, verb, args);
        Box::pin(async {})
    }

    /// Numbers that only the whole run can tell, by name.
    fn measure(&self, run: &Run) -> Vec<(&'static str, f64)> {
        let _ = run;
        Vec::new()
    }
}

/// A future that a client's operation runs as.
pub type Performing = Pin<Box<dyn Future<Output = Reply>>>;

/// A client session.
pub trait Client: Any {
    /// What the history should say the request asked; null for a read.
    fn input(&self, request: &Request) -> Value {
        let _ = request;
        Value::Null
    }

    /// Performs one operation. When the client gives up first, the future is dropped.
    fn perform(&self, request: Request) -> Performing;
}

/// What a load wants done.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its number, unique in the run.
    pub id: u64,
    /// The operation.
    pub op: Arc<str>,
    /// The key.
    pub key: Arc<str>,
    /// The rank of the key, from 0: `k1` has rank 0.
    pub rank: u64,
}

impl Request {
    /// A value that no other request of the run has.
    pub fn unique_value(&self) -> u64 {
        self.id
    }
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub(crate) status: Status,
    pub(crate) outcome: Outcome,
    pub(crate) output: Value,
    pub(crate) error: Option<Arc<str>>,
}

impl Reply {
    /// It did what was asked, and answered `output`.
    pub fn ok(output: impl Into<Value>) -> Reply {
        Reply { status: Status::Ok, outcome: Outcome::Ok, output: output.into(), error: None }
    }

    /// It failed, and certainly had no effect.
    pub fn failed(why: impl Into<Arc<str>>) -> Reply {
        Reply::bad(Status::Failed, Outcome::Fail, why)
    }

    /// It failed, but may have had its effect or have it yet.
    pub fn unknown(why: impl Into<Arc<str>>) -> Reply {
        Reply::bad(Status::Failed, Outcome::Unknown, why)
    }

    /// The client's own attempts timed out: its effect is unknown.
    pub fn timed_out(why: impl Into<Arc<str>>) -> Reply {
        Reply::bad(Status::TimedOut, Outcome::Unknown, why)
    }

    /// The system declined on purpose, without effect.
    pub fn rejected(why: impl Into<Arc<str>>) -> Reply {
        Reply::bad(Status::Rejected, Outcome::Fail, why)
    }

    fn bad(status: Status, outcome: Outcome, why: impl Into<Arc<str>>) -> Reply {
        Reply { status, outcome, output: Value::Null, error: Some(why.into()) }
    }
}

/// A node's or client host's number, from 0.
impl NodeId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}
