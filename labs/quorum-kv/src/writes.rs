//! The writes of a history, key by key, as its clients know them.

use std::collections::BTreeMap;
use std::sync::Arc;

use netsplit_history::{Operation, Outcome, Run, Status, Time};
use serde_json::Value;

use crate::client::{GET, PROBE, PUT};

/// A write that may have had an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// What was written; unique.
    pub value: u64,
    /// When it was sent.
    pub invoked: Time,
    /// When it was acknowledged; `None` when it was not, and may happen at any time.
    pub acknowledged: Option<Time>,
}

/// A read that brought an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// All that it saw: nothing, one value, or siblings.
    pub values: Vec<u64>,
    /// When it was sent.
    pub invoked: Time,
    /// When it was answered.
    pub answered: Time,
}

/// What clients know of one key.
#[derive(Clone, Debug, Default)]
pub struct KeyHistory {
    /// In order of invocation.
    pub writes: Vec<Written>,
    /// In order of invocation.
    pub reads: Vec<Seen>,
}

/// The history of each key.
pub fn by_key(run: &Run) -> BTreeMap<Arc<str>, KeyHistory> {
    let mut keys: BTreeMap<Arc<str>, KeyHistory> = BTreeMap::new();
    for operation in &run.operations {
        let Some(key) = &operation.key else { continue };
        match &*operation.op {
            PUT | PROBE if operation.outcome != Outcome::Fail => {
                keys.entry(key.clone()).or_default().writes.extend(written(operation));
            }
            GET if operation.status == Status::Ok => {
                keys.entry(key.clone()).or_default().reads.push(seen(operation));
            }
            _ => {}
        }
    }
    for history in keys.values_mut() {
        history.writes.sort_by_key(|write| write.invoked);
        history.reads.sort_by_key(|read| read.invoked);
    }
    keys
}

fn written(operation: &Operation) -> Option<Written> {
    Some(Written {
        value: operation.input.as_u64()?,
        invoked: operation.invoke,
        acknowledged: operation.returned(),
    })
}

fn seen(operation: &Operation) -> Seen {
    let values = match &operation.output {
        Value::Array(siblings) => siblings.iter().filter_map(Value::as_u64).collect(),
        value => value.as_u64().into_iter().collect(),
    };
    Seen { values, invoked: operation.invoke, answered: operation.finished }
}

#[cfg(test)]
pub mod testing {
    //! Histories, written down.

    use std::time::Duration;

    use super::*;

    /// So many milliseconds after the start.
    pub fn at(ms: u64) -> Time {
        Time::from(Duration::from_millis(ms))
    }

    fn operation(op: &str, span: (u64, u64)) -> Operation {
        Operation {
            client: 0,
            load: "clients".into(),
            op: op.into(),
            key: Some("k1".into()),
            input: Value::Null,
            output: Value::Null,
            intended: at(span.0),
            invoke: at(span.0),
            finished: at(span.1),
            status: Status::Ok,
            outcome: Outcome::Ok,
            error: None,
        }
    }

    /// A write of `value`, acknowledged.
    pub fn put(value: u64, from: u64, to: u64) -> Operation {
        Operation { input: value.into(), ..operation(PUT, (from, to)) }
    }

    /// A write of `value`, never acknowledged.
    pub fn unknown_put(value: u64, from: u64, to: u64) -> Operation {
        Operation { status: Status::TimedOut, outcome: Outcome::Unknown, ..put(value, from, to) }
    }

    /// A read that found `output`.
    pub fn get(output: impl Into<Value>, from: u64, to: u64) -> Operation {
        Operation { output: output.into(), ..operation(GET, (from, to)) }
    }

    /// A run of these operations, measured as a whole.
    pub fn run(operations: Vec<Operation>) -> Run {
        Run { operations, duration: at(1_000_000), ..Run::default() }
    }
}
