//! Models in which a key that was never written reads as a value.

use netsplit_history::{Name, Operation};
use serde_json::Value;

use super::cell::CellAction;
use super::{Access, Model};

/// A register or a map whose keys start as `absent` instead of null. Null means the same: a read
/// that returned null, a write of null and a delete are about `absent`.
#[derive(Clone, Debug)]
pub struct AbsentReadsAs<M> {
    /// The register or map.
    pub model: M,
    /// What a read of a key that was never written returns.
    pub absent: Value,
}

impl<M> AbsentReadsAs<M> {
    fn value(&self, value: Value) -> Value {
        if value.is_null() { self.absent.clone() } else { value }
    }
}

impl<M: Model<State = Value, Action = CellAction>> Model for AbsentReadsAs<M> {
    type State = Value;
    type Action = CellAction;

    fn name(&self) -> &'static str {
        self.model.name()
    }

    fn operations(&self) -> &[&'static str] {
        self.model.operations()
    }

    fn parse(&self, operation: &Operation) -> Result<CellAction, String> {
        Ok(match self.model.parse(operation)? {
            CellAction::Read(found) => CellAction::Read(self.value(found)),
            CellAction::Write(new) => CellAction::Write(self.value(new)),
            CellAction::Cas { expected, new, swapped } => {
                let (expected, new) = (self.value(expected), self.value(new));
                CellAction::Cas { expected, new, swapped }
            }
            append @ CellAction::Append(_) => append,
        })
    }

    fn initial(&self) -> Value {
        self.absent.clone()
    }

    fn initial_value(&self) -> Value {
        self.absent.clone()
    }

    fn step(&self, state: &Value, action: &CellAction) -> Option<Value> {
        self.model.step(state, action)
    }

    fn is_read(&self, action: &CellAction) -> bool {
        self.model.is_read(action)
    }

    fn observes(&self, action: &CellAction) -> bool {
        self.model.observes(action)
    }

    fn may_see(&self, write: &CellAction, reader: &CellAction, whole: bool) -> bool {
        self.model.may_see(write, reader, whole)
    }

    fn access<'a>(&self, action: &'a CellAction) -> Access<'a> {
        self.model.access(action)
    }

    fn partition(&self, operation: &Operation) -> Option<Name> {
        self.model.partition(operation)
    }

    fn state_bytes(&self, state: &Value) -> usize {
        self.model.state_bytes(state)
    }

    fn describe(&self, operation: &Operation) -> String {
        self.model.describe(operation)
    }
}
