//! Findings of the checkers that look at reads or writes one by one.

use netsplit_history::Operation;
use serde::Serialize;

use crate::model::{CellAction, Malformed, Model};
use crate::partition::{Scope, split};
use crate::versions::Versions;

/// The finding of a checker that looks at reads, or writes, one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Guarantee {
    /// Operations that could have violated it. Zero makes the finding inconclusive.
    pub checked: usize,
    /// What such an operation is, in words.
    #[serde(skip)]
    pub needs: &'static str,
    /// Those that did, in order of the history.
    pub violations: Vec<Violation>,
    /// The operations that the finding covers.
    pub scope: Scope,
}

/// One operation that violates the guarantee.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Violation {
    /// The operation's position in the history, from 1: the line of a history file.
    pub number: usize,
    /// What happened, in a sentence.
    pub what: String,
}

impl Guarantee {
    /// Whether no operation violates it.
    pub fn holds(&self) -> bool {
        self.violations.is_empty()
    }
}

/// Runs `check` on each key; it counts the operations that are as `needs` says.
pub(crate) fn each_key<M: Model<Action = CellAction>>(
    model: &M,
    history: &[Operation],
    needs: &'static str,
    mut check: impl FnMut(&Versions<'_, M>, &mut Guarantee),
) -> Result<Guarantee, Malformed> {
    let split = split(model, history)?;
    let mut guarantee = Guarantee { needs, scope: split.scope, ..Guarantee::default() };
    for partition in &split.partitions {
        check(&Versions::new(model, partition), &mut guarantee);
    }
    guarantee.violations.sort();
    Ok(guarantee)
}

/// "client 3's write(4) at 0.000000100s (operation 7)".
pub(crate) fn name<M: Model>(model: &M, history: &[Operation], index: usize) -> String {
    let operation = &history[index];
    format!(
        "client {}'s {} at {} (operation {})",
        operation.client,
        model.describe(operation),
        operation.invoke,
        index + 1
    )
}
