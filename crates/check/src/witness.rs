//! Witnesses: small sets of operations that have no legal order.
//!
//! [`shrink`] drops operations from a violation as long as the rest is still one, until dropping
//! any read, or any write together with the operations that may have seen it, makes the rest
//! legal. A write is never dropped alone: a read of a value that was never written would be a new
//! violation, not the one that was found. The result is a [`Witness`]: data for the report, and
//! as text a timeline with a line per client and a sentence about the contradiction.
//!
//! Left out: the smallest witness. This one is minimal, not minimum: it depends on the order of
//! dropping.

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
    /// The violated property: `linearizable`, `sequentially consistent`.
    pub property: String,
    /// The model's name.
    pub model: String,
    /// The key.
    pub key: Option<String>,
    /// The operations, by invocation.
    pub operations: Vec<WitnessOperation>,
    /// Whether no operation can be dropped; false when the budget ran out while shrinking.
    pub minimal: bool,
    /// The contradiction, in a sentence.
    pub contradiction: String,
}

/// An operation of a [`Witness`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WitnessOperation {
    /// Its position in the history, from 1: the line of a history file.
    pub number: usize,
    /// The client that issued it.
    pub client: u32,
    /// Its input and output: `write(3)`, `read -> 3`.
    pub what: String,
    /// Its invocation, in nanoseconds.
    pub invoke_ns: u64,
    /// Its return, in nanoseconds; `None` when its outcome is unknown.
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
            contradiction: explain::contradiction(
                model,
                partition,
                &entries,
                &operations,
                R::RESPECTING,
            ),
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
            writeln!(
                f,
                "(not minimal: the budget ran out while shrinking; fewer of these {} operations \
                 may contradict each other)",
                self.operations.len()
            )?;
        }
        Ok(())
    }
}
