//! Sequential specifications of objects.
//!
//! A [`Model`] names the operations that it understands, parses each into an action once, and
//! steps a state by an action. The searches need nothing else; the rest of the trait makes them
//! fast ([`Model::is_read`], [`Model::access`]) and their witnesses small ([`Model::may_see`]).
//! The shipped models are [`Register`] and [`KeyValue`]; a lab with a queue or an inventory
//! implements its own.
//!
//! A key is an object of its own: linearizability is local (Herlihy & Wing 1990, section
//! 3.1), so a history is linearizable when each key's part of it is. A model whose keys
//! depend on each other returns the same [`Model::partition`] for all of them.
//!
//! Left out: nondeterministic models. A lab has to encode such a choice in the operation's
//! output.

mod absent;
mod cell;

use std::hash::Hash;

use netsplit_history::{Name, Operation, Outcome};
use serde_json::Value;

pub use absent::AbsentReadsAs;
pub use cell::{CellAction, KeyValue, Register};

/// A sequential specification of one partition of a system.
pub trait Model {
    /// The state of one partition.
    type State: Clone + Eq + Hash;
    /// A parsed operation: its input, and its output where known.
    type Action: Clone;

    /// Its name in findings.
    fn name(&self) -> &'static str;

    /// The names of the operations that it understands. Others make the history undecidable on
    /// keys of these, and are ignored on other keys.
    fn operations(&self) -> &[&'static str];

    /// Parses one of its operations. With [`Outcome::Unknown`] there is no output to parse.
    ///
    /// # Errors
    /// When the input or the output is malformed; the message says how.
    fn parse(&self, operation: &Operation) -> Result<Self::Action, String>;

    /// The initial state.
    fn initial(&self) -> Self::State;

    /// The state after `action`, or `None` where its answer contradicts `state`.
    fn step(&self, state: &Self::State, action: &Self::Action) -> Option<Self::State>;

    /// Whether the action never changes the state. The search takes such an action as soon as
    /// its answer fits. Default: `false`.
    fn is_read(&self, _action: &Self::Action) -> bool {
        false
    }

    /// Whether the answer of the action depends on the state, so that it could contradict one.
    /// Default: all but plain writes.
    fn observes(&self, action: &Self::Action) -> bool {
        !matches!(self.access(action), Access::Write(_))
    }

    /// Whether the answer of `reader` could depend on `write` having happened: when this is
    /// false, taking `write` out of any legal sequence leaves the answer of `reader` legal.
    /// Unknown writes that no operation may have seen are dropped, and a witness drops a write
    /// together with what may have seen it. `whole` says that the partition has only plain
    /// reads and writes ([`Model::access`]), so that a read finds what one write left.
    fn may_see(&self, _write: &Self::Action, _reader: &Self::Action, _whole: bool) -> bool {
        true
    }

    /// The action as a plain read or write of a whole value, where it is one. Partitions
    /// made of such actions alone, each value written once, are decided without a search.
    fn access<'a>(&self, _action: &'a Self::Action) -> Access<'a> {
        Access::Other
    }

    /// The value that [`Access::Read`] returns before any write.
    fn initial_value(&self) -> Value {
        Value::Null
    }

    /// The partition that an operation belongs to.
    fn partition(&self, operation: &Operation) -> Option<Name> {
        operation.key.clone()
    }

    /// Approximate heap bytes of a state, charged to the budget.
    fn state_bytes(&self, _state: &Self::State) -> usize {
        0
    }

    /// The operation in human-readable form: `write(3)`, `read -> 3`.
    fn describe(&self, operation: &Operation) -> String {
        let Operation { input, output, .. } = operation;
        let input = if input.is_null() { String::new() } else { format!("({input})") };
        match operation.outcome {
            Outcome::Ok if output.is_null() => format!("{}{input}", operation.op),
            Outcome::Ok => format!("{}{input} -> {output}", operation.op),
            Outcome::Fail => format!("{}{input} -> failed", operation.op),
            Outcome::Unknown => format!("{}{input} -> ?", operation.op),
        }
    }
}

/// An action on a plain value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access<'a> {
    /// Returned the whole value.
    Read(&'a Value),
    /// Replaces the whole value unconditionally.
    Write(&'a Value),
    /// Anything else.
    Other,
}

/// The operation that makes a history impossible to check: the model cannot parse it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("operation {}: {why}", .index + 1)]
pub struct Malformed {
    /// Its position in the history, from 0.
    pub index: usize,
    /// What is wrong with it.
    pub why: String,
}
