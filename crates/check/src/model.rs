//! Sequential models: what one client alone would see.
//!
//! A [`Model`] says which operations of a history it understands, turns each into an action
//! once, and steps a state by an action. The searches ask for nothing else; the rest of the
//! trait makes them quick ([`Model::is_read`], [`Model::access`]) and their witnesses small
//! ([`Model::may_see`]). The shipped models are [`Register`] and [`KeyValue`]; a lab that
//! serves a queue or an inventory brings its own.
//!
//! A key is an object of its own: linearizability is local (Herlihy & Wing 1990, section
//! 3.1), so a history is linearizable when each key's part of it is. A model whose keys
//! hang together returns the same [`Model::partition`] for all of them.
//!
//! Left out: models with several legal successors of one state. That costs a lab a
//! little, since it must encode such a choice in the operation's output.

mod cell;

use std::hash::Hash;
use std::sync::Arc;

use netsplit_history::{Operation, Outcome};
use serde_json::Value;

pub use cell::{CellAction, KeyValue, Register};

/// A sequential specification of one partition of a system.
pub trait Model {
    /// What one partition remembers.
    type State: Clone + Eq + Hash;
    /// An operation, parsed: what was asked, and what was answered where that is known.
    type Action: Clone;

    /// Its name in findings.
    fn name(&self) -> &'static str;

    /// The names of the operations that it understands. Others do not count.
    fn operations(&self) -> &[&'static str];

    /// Parses one of its operations. With [`Outcome::Unknown`] there is no answer to parse.
    ///
    /// # Errors
    /// Says what is wrong with the input or the output.
    fn parse(&self, operation: &Operation) -> Result<Self::Action, String>;

    /// The state before any operation.
    fn initial(&self) -> Self::State;

    /// The state after `action`, or `None` where its answer contradicts `state`.
    fn step(&self, state: &Self::State, action: &Self::Action) -> Option<Self::State>;

    /// Whether the action can never change a state. Saying so lets the search take it at
    /// once wherever its answer fits.
    fn is_read(&self, _action: &Self::Action) -> bool {
        false
    }

    /// Whether the answer of `reader` could depend on `write` having happened: when this is
    /// false, taking `write` out of any legal sequence leaves the answer of `reader` legal.
    /// Unknown writes that nobody may have seen are dropped, and a witness drops a write
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

    /// What [`Access::Read`] finds before any write.
    fn initial_value(&self) -> Value {
        Value::Null
    }

    /// The partition that an operation belongs to.
    fn partition(&self, operation: &Operation) -> Option<Arc<str>> {
        operation.key.clone()
    }

    /// Heap bytes that a state holds, roughly: the budget counts them.
    fn state_bytes(&self, _state: &Self::State) -> usize {
        0
    }

    /// The operation as a person would write it: `write(3)`, `read -> 3`.
    fn describe(&self, operation: &Operation) -> String {
        let input = match &operation.input {
            Value::Null => String::new(),
            input => format!("({input})"),
        };
        match (operation.outcome, &operation.output) {
            (Outcome::Ok, Value::Null) => format!("{}{input}", operation.op),
            (Outcome::Ok, output) => format!("{}{input} -> {output}", operation.op),
            (Outcome::Fail, _) => format!("{}{input} -> failed", operation.op),
            (Outcome::Unknown, _) => format!("{}{input} -> ?", operation.op),
        }
    }
}

/// An action as the checkers of plain values see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access<'a> {
    /// It answered with the whole value.
    Read(&'a Value),
    /// It replaces the whole value, whatever that was.
    Write(&'a Value),
    /// Anything else.
    Other,
}

/// Why a history cannot be checked: one of its operations makes no sense to the model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("operation {}: {why}", .index + 1)]
pub struct Malformed {
    /// Its position in the history, from 0.
    pub index: usize,
    /// What is wrong with it.
    pub why: String,
}
