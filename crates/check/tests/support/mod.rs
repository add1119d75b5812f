//! Hand-made and random histories, and a brute-force oracle.

#![allow(dead_code, reason = "each test file uses some of it")]

pub mod generate;
pub mod oracle;

use netsplit_history::{Content, Operation, Outcome, Status, Time};
use serde_json::Value;

/// An operation on key `k`, answered; times in nanoseconds.
pub fn op(client: u32, name: &str, input: Value, output: Value, from: u64, to: u64) -> Operation {
    Operation {
        client,
        load: "clients".into(),
        op: name.into(),
        key: Some("k".into()),
        input: input.into(),
        output: output.into(),
        intended: Time::from_nanos(from),
        invoke: Time::from_nanos(from),
        finished: Time::from_nanos(to),
        status: Status::Ok,
        outcome: Outcome::Ok,
        error: None,
    }
}

/// `client` writes `value` from `from` to `to`.
pub fn write(client: u32, value: impl Into<Value>, from: u64, to: u64) -> Operation {
    op(client, "write", value.into(), Value::Null, from, to)
}

/// `client` reads and finds `value`.
pub fn read(client: u32, value: impl Into<Value>, from: u64, to: u64) -> Operation {
    op(client, "read", Value::Null, value.into(), from, to)
}

/// `client` does a compare-and-set, which returns whether it swapped.
pub fn cas(
    client: u32,
    expected: Value,
    new: Value,
    swapped: bool,
    from: u64,
    to: u64,
) -> Operation {
    let input = Value::Array(vec![expected, new]);
    op(client, "cas", input, Value::Bool(swapped), from, to)
}

/// The same operation, never answered.
pub fn unknown(operation: Operation) -> Operation {
    Operation {
        output: Content::default(),
        finished: Time::MAX,
        status: Status::TimedOut,
        outcome: Outcome::Unknown,
        ..operation
    }
}

/// The same operation, which certainly had no effect.
pub fn failed(operation: Operation) -> Operation {
    Operation {
        output: Content::default(),
        status: Status::Failed,
        outcome: Outcome::Fail,
        ..operation
    }
}

/// The same operation on another key.
pub fn at_key(key: &str, operation: Operation) -> Operation {
    Operation { key: Some(key.into()), ..operation }
}
