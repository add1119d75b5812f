//! A small set of operations that already has no legal order.
//!
//! [`shrink`] drops operations from a violation while what is left still is one, until
//! dropping any one read, or any write together with what may have seen it, makes the rest
//! legal. A write never goes alone: a read of a value that nobody wrote would be a new
//! violation, not the one that was found. What remains becomes a [`Witness`]: data for the
//! report, and as text a timeline with a line per client and a sentence on what
//! contradicts what.
//!
//! Left out: the smallest witness. This one is minimal, not minimum: it depends on what is
//! dropped first.

mod explain;
mod shrink;
mod timeline;

use std::fmt;

use netsplit_history::Operation;
use serde::{Deserialize, Serialize};

use crate::consistency::Rule;
use crate::model::Model;
use crate::partition::Partition;

pub(crate) use shrink::{Core, shrink};

/// Operations that have no legal order among themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Witness {
    /// What they violate: `linearizable`, `sequentially consistent`.
    pub property: String,
    /// Under which model.
    pub model: String,
    /// At which key.
    pub key: Option<String>,
    /// The operations, by invocation.
    pub operations: Vec<WitnessOperation>,
    /// Whether nothing can be dropped; false when the budget ran out before that was clear.
    pub minimal: bool,
    /// What contradicts what, in a sentence.
    pub contradiction: String,
}

/// An operation of a [`Witness`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WitnessOperation {
    /// Its place in the history, from 1: the line of a history file.
    pub number: usize,
    /// Who issued it.
    pub client: u64,
    /// What was asked and answered: `write(3)`, `read -> 3`.
    pub what: String,
    /// When it began.
    pub invoke_ns: u64,
    /// When it returned; `None` when nobody knows whether it took effect.
    pub return_ns: Option<u64>,
}

impl Witness {
    pub(crate) fn new<M: Model, R: Rule<M>>(
        model: &M,
        history: &[Operation],
        partition: &Partition<M::Action>,
        core: &Core,
    ) -> Witness {
        let entries: Vec<_> = core.entries.iter().map(|&entry| &partition.entries[entry]).collect();
        let operations: Vec<_> = entries
            .iter()
            .map(|entry| {
                let operation = &history[entry.index];
                WitnessOperation {
                    number: entry.index + 1,
                    client: entry.client,
                    what: model.describe(operation),
                    invoke_ns: operation.invoke.as_nanos(),
                    return_ns: operation.returned().map(netsplit_history::Time::as_nanos),
                }
            })
            .collect();
        Witness {
            property: R::NAME.to_owned(),
            model: model.name().to_owned(),
            key: partition.key.as_deref().map(str::to_owned),
            contradiction: explain::contradiction(model, &entries, &operations, R::RESPECTING),
            operations,
            minimal: core.minimal,
        }
    }
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key.as_deref().unwrap_or("(none)");
        writeln!(f, "not {} at key {key}: {}", self.property, self.contradiction)?;
        f.write_str(&timeline::draw(&self.operations))?;
        if !self.minimal {
            writeln!(f, "(perhaps not minimal: the budget ran out while shrinking)")?;
        }
        Ok(())
    }
}
