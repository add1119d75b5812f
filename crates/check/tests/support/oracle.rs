//! Consistency by definition: tries every order. Shares no code with the checkers.

use std::collections::BTreeSet;

use netsplit_history::{Operation, Outcome, Time};
use serde_json::Value;

/// The constraint on an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Respect {
    /// An operation that returned before another began comes first.
    RealTime,
    /// A client's operations come in its order.
    ProgramOrder,
}

/// Whether some order of the operations of each key is legal.
pub fn legal(history: &[Operation], respect: Respect) -> bool {
    let keys: BTreeSet<_> = history.iter().map(|op| op.key.clone()).collect();
    keys.iter().all(|key| {
        let of_key: Vec<_> =
            history.iter().filter(|op| op.key == *key && op.outcome != Outcome::Fail).collect();
        place(&of_key, &mut vec![false; of_key.len()], &Value::Null, respect)
    })
}

fn place(ops: &[&Operation], done: &mut [bool], value: &Value, respect: Respect) -> bool {
    let answered = |i: usize| ops[i].outcome == Outcome::Ok;
    if (0..ops.len()).all(|i| done[i] || !answered(i)) {
        return true;
    }
    for i in 0..ops.len() {
        let waits = |j: usize| !done[j] && answered(j) && before(ops[j], ops[i], respect);
        if done[i] || (0..ops.len()).any(waits) {
            continue;
        }
        if let Some(next) = apply(ops[i], value) {
            done[i] = true;
            if place(ops, done, &next, respect) {
                return true;
            }
            done[i] = false;
        }
    }
    false
}

/// Whether `a` must come before `b`. Only answered operations must come at all.
fn before(a: &Operation, b: &Operation, respect: Respect) -> bool {
    match respect {
        Respect::RealTime => a.finished < b.invoke,
        Respect::ProgramOrder => a.client == b.client && a.invoke < b.invoke,
    }
}

/// The value after the operation; `None` where its answer is not the value's.
pub fn apply(op: &Operation, value: &Value) -> Option<Value> {
    let known = op.outcome == Outcome::Ok;
    match &*op.op {
        "read" | "get" => (!known || op.output == *value).then(|| value.clone()),
        "write" | "put" => Some(op.input.value().into_owned()),
        "delete" => Some(Value::Null),
        "append" => Some(Value::from(format!(
            "{}{}",
            value.as_str().unwrap_or_default(),
            op.input.value().as_str().unwrap_or_default()
        ))),
        "cas" => {
            let swaps = op.input.value()[0] == *value;
            (!known || op.output == Value::Bool(swaps))
                .then(|| if swaps { op.input.value()[1].clone() } else { value.clone() })
        }
        other => panic!("the oracle does not know `{other}`"),
    }
}

/// The instants at which `history` could be executed one by one: used to make answers.
pub fn instant(op: &Operation, offset: u64) -> Time {
    let length = op.finished.as_nanos() - op.invoke.as_nanos();
    Time::from_nanos(op.invoke.as_nanos() + offset % (length + 1))
}
