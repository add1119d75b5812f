//! One value under one key: the semantics shared by the register and the map.
//!
//! A [`CellAction`] acts on a value that starts as null. [`Register`] names the actions
//! `read`, `write` and `cas`, [`KeyValue`] names them `get`, `put`, `append` and `delete`;
//! a delete leaves null, so an absent key and a null value are the same. Appending a string to a
//! string, or to null, concatenates; anything else is pushed to an array, in which a previous
//! value that is not an array becomes the first element.
//!
//! Left out: outputs of `put` and `delete`, such as a previous value, are not compared.

use netsplit_history::{Operation, Outcome};
use serde_json::Value;

use super::{Access, Model};

/// An action on one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CellAction {
    /// Returns the value.
    Read(Value),
    /// Replaces the value; null for a delete.
    Write(Value),
    /// Replaces `expected` by `new`; does nothing if the value is different.
    Cas {
        /// The expected value.
        expected: Value,
        /// The new value.
        new: Value,
        /// Whether it swapped; `None` while unknown.
        swapped: Option<bool>,
    },
    /// Appends a piece.
    Append(Value),
}

impl CellAction {
    /// Whether it never changes the value.
    pub fn is_read(&self) -> bool {
        matches!(self, CellAction::Read(_) | CellAction::Cas { swapped: Some(false), .. })
    }

    /// The value after the action, or `None` where the answer contradicts `value`.
    pub fn step(&self, value: &Value) -> Option<Value> {
        match self {
            CellAction::Read(found) => (found == value).then(|| value.clone()),
            CellAction::Write(new) => Some(new.clone()),
            CellAction::Cas { expected, new, swapped } => {
                let swaps = expected == value;
                let answered_so = swapped.is_none_or(|answer| answer == swaps);
                answered_so.then(|| if swaps { new.clone() } else { value.clone() })
            }
            CellAction::Append(piece) => Some(append(value, piece)),
        }
    }

    /// Whether the answer of `self` could depend on `write`; with `whole`, nothing is ever
    /// appended, and values are compared as wholes.
    pub fn may_see(&self, write: &CellAction, whole: bool) -> bool {
        match (write, self) {
            (CellAction::Append(piece), CellAction::Read(found)) => contains(found, piece),
            (CellAction::Append(_), CellAction::Cas { .. }) => true,
            (CellAction::Write(left) | CellAction::Cas { new: left, .. }, _) => {
                self.may_find(left, whole)
            }
            _ => false,
        }
    }

    /// Whether the answer of `self` could depend on the value having been set to `left`.
    fn may_find(&self, left: &Value, whole: bool) -> bool {
        match self {
            CellAction::Read(found) if whole => found == left,
            CellAction::Read(found) => starts_with(found, left),
            CellAction::Cas { expected, swapped: Some(false), .. } => expected != left,
            CellAction::Cas { expected, .. } => expected == left,
            CellAction::Write(_) | CellAction::Append(_) => false,
        }
    }
}

fn append(value: &Value, piece: &Value) -> Value {
    match (value, piece) {
        (Value::Null, Value::String(_)) => piece.clone(),
        (Value::Null, _) => Value::Array(vec![piece.clone()]),
        (Value::String(text), Value::String(more)) => Value::String(format!("{text}{more}")),
        (Value::Array(elements), _) => {
            let mut longer = Vec::with_capacity(elements.len() + 1);
            longer.extend_from_slice(elements);
            longer.push(piece.clone());
            Value::Array(longer)
        }
        _ => Value::Array(vec![value.clone(), piece.clone()]),
    }
}

/// Whether `found` may hold `piece` among what was appended.
fn contains(found: &Value, piece: &Value) -> bool {
    match (found, piece) {
        (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
        (Value::Array(elements), _) => elements
            .iter()
            .any(|element| element == piece || (element.is_string() && contains(element, piece))),
        _ => false,
    }
}

/// Whether `found` may be `base` with zero or more pieces appended.
fn starts_with(found: &Value, base: &Value) -> bool {
    match (found, base) {
        (Value::String(_) | Value::Array(_), Value::Null) => true,
        (Value::String(text), Value::String(start)) => text.starts_with(start.as_str()),
        (Value::Array(elements), Value::Array(start)) => elements.starts_with(start),
        (Value::Array(elements), _) => {
            elements.first().is_some_and(|first| starts_with(first, base))
        }
        _ => found == base,
    }
}

fn cell_bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(elements) => elements.iter().map(|e| 32 + cell_bytes(e)).sum(),
        _ => 0,
    }
}

/// A register: `read`, `write`, and `cas` with input `[expected, new]` and a bool as output.
#[derive(Clone, Copy, Debug, Default)]
pub struct Register;

/// A map: `get`, `put`, `append` and `delete`, key by key.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyValue;

fn parse_cas(operation: &Operation) -> Result<CellAction, String> {
    let Some([expected, new]) = operation.input.as_array() else {
        return Err("the input of cas must be [expected, new]".into());
    };
    let swapped = operation.output.as_bool().filter(|_| operation.outcome == Outcome::Ok);
    if operation.outcome == Outcome::Ok && swapped.is_none() {
        return Err("the output of cas must be true or false".into());
    }
    Ok(CellAction::Cas { expected: expected.clone(), new: new.clone(), swapped })
}

/// The implementation of both models, which differ in names only.
macro_rules! cell_model {
    ($model:ty, $name:literal, $operations:expr, $always_whole:literal) => {
        impl Model for $model {
            type State = Value;
            type Action = CellAction;

            fn name(&self) -> &'static str {
                $name
            }

            fn operations(&self) -> &[&'static str] {
                $operations
            }

            fn parse(&self, operation: &Operation) -> Result<CellAction, String> {
                match &*operation.op {
                    "read" | "get" => Ok(CellAction::Read(operation.output.value().into_owned())),
                    "write" | "put" => Ok(CellAction::Write(operation.input.value().into_owned())),
                    "append" => Ok(CellAction::Append(operation.input.value().into_owned())),
                    "delete" => Ok(CellAction::Write(Value::Null)),
                    "cas" => parse_cas(operation),
                    other => Err(format!("a {} has no operation `{other}`", $name)),
                }
            }

            fn initial(&self) -> Value {
                Value::Null
            }

            fn step(&self, state: &Value, action: &CellAction) -> Option<Value> {
                action.step(state)
            }

            fn is_read(&self, action: &CellAction) -> bool {
                action.is_read()
            }

            fn observes(&self, action: &CellAction) -> bool {
                matches!(action, CellAction::Read(_) | CellAction::Cas { .. })
            }

            fn may_see(&self, write: &CellAction, reader: &CellAction, whole: bool) -> bool {
                reader.may_see(write, whole || $always_whole)
            }

            fn access<'a>(&self, action: &'a CellAction) -> Access<'a> {
                match action {
                    CellAction::Read(value) => Access::Read(value),
                    CellAction::Write(value) => Access::Write(value),
                    CellAction::Cas { .. } | CellAction::Append(_) => Access::Other,
                }
            }

            fn state_bytes(&self, state: &Value) -> usize {
                cell_bytes(state)
            }

            fn describe(&self, operation: &Operation) -> String {
                describe(operation)
            }
        }
    };
}

cell_model!(Register, "register", &["read", "write", "cas"], true);
cell_model!(KeyValue, "kv", &["get", "put", "append", "delete"], false);

/// Reads show their result, even null; writes show none.
fn describe(operation: &Operation) -> String {
    let input = match (&*operation.op, operation.input.as_array()) {
        ("read" | "get" | "delete", _) => String::new(),
        ("cas", Some([expected, new])) => format!("({expected}, {new})"),
        _ => format!("({})", operation.input),
    };
    let answer = match (operation.outcome, &*operation.op) {
        (Outcome::Ok, "read" | "get" | "cas") => format!(" -> {}", operation.output),
        (Outcome::Ok, _) => String::new(),
        (Outcome::Fail, _) => " -> failed".to_owned(),
        (Outcome::Unknown, _) => " -> ?".to_owned(),
    };
    format!("{}{input}{answer}", operation.op)
}
