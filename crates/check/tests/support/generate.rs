//! Small random histories: executed at random instants, with some answers falsified.

use netsplit_history::{Operation, Outcome};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{failed, op, oracle, unknown};

/// The operations in a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Reads and writes; each write writes another value.
    UniqueWrites,
    /// Reads, writes and compare-and-sets of few values.
    Register,
    /// Gets, puts, appends and deletes.
    KeyValue,
    /// Gets, puts and deletes.
    KeyValueWhole,
}

/// The dice for one operation.
#[derive(Clone, Debug)]
pub struct Dice {
    client: u32,
    op: u8,
    value: u8,
    other: u8,
    from: u64,
    length: u64,
    offset: u64,
    outcome: u8,
    falsify: u8,
}

/// Dice for up to `most` operations of `clients` clients within `span` nanoseconds.
pub fn dice(most: usize, clients: u32, span: u64) -> impl Strategy<Value = Vec<Dice>> {
    let one = (
        (0..clients, 0..12u8, 0..3u8, 0..3u8),
        (0..span, 0..=span / 2, 0..=span / 2, 0..8u8, 0..8u8),
    );
    let one = one.prop_map(|((client, op, value, other), rest)| Dice {
        client,
        op,
        value,
        other,
        from: rest.0,
        length: rest.1,
        offset: rest.2,
        outcome: rest.3,
        falsify: rest.4,
    });
    prop::collection::vec(one, most / 2..=most)
}

/// The history that the dice determine. With `sessions`, a client waits for its answer.
pub fn history(kind: Kind, dice: &[Dice], sessions: bool) -> Vec<Operation> {
    let mut ops: Vec<(Operation, &Dice)> =
        dice.iter().enumerate().map(|(i, dice)| (request(kind, i, dice), dice)).collect();
    if sessions {
        one_at_a_time(&mut ops);
    }
    answer(&mut ops);
    ops.into_iter().map(|(op, dice)| end(op, dice)).collect()
}

fn request(kind: Kind, i: usize, dice: &Dice) -> Operation {
    let value = match kind {
        Kind::UniqueWrites => json!(i + 1),
        Kind::Register => json!(dice.value),
        Kind::KeyValue | Kind::KeyValueWhole => json!(["a", "b", "ab"][dice.value as usize]),
    };
    let name = match (kind, dice.op) {
        (Kind::UniqueWrites | Kind::Register, 0..=4) => "read",
        (Kind::UniqueWrites, _) | (Kind::Register, 5..=8) => "write",
        (Kind::Register, _) => "cas",
        (_, 0..=4) => "get",
        (Kind::KeyValue, 5..=6) | (Kind::KeyValueWhole, 5..=9) => "put",
        (Kind::KeyValue, 7..=9) => "append",
        _ => "delete",
    };
    let input = match name {
        "read" | "get" | "delete" => Value::Null,
        "cas" => json!([value, dice.other]),
        _ => value,
    };
    let to = dice.from + dice.length;
    op(dice.client, name, input, Value::Null, dice.from, to)
}

/// Moves operations so that no client has two at once.
fn one_at_a_time(ops: &mut [(Operation, &Dice)]) {
    ops.sort_by_key(|(op, _)| op.invoke);
    for i in 0..ops.len() {
        let free = ops[..i]
            .iter()
            .filter(|(earlier, _)| earlier.client == ops[i].0.client)
            .map(|(earlier, _)| earlier.finished.as_nanos() + 1)
            .max();
        let from = ops[i].0.invoke.as_nanos().max(free.unwrap_or(0));
        let (client, name) = (ops[i].0.client, ops[i].0.op.to_string());
        let to = from + ops[i].1.length;
        ops[i].0 = op(client, &name, ops[i].0.input.value().into_owned(), Value::Null, from, to);
    }
}

/// Executes the operations at instants of their own; some unknown ones never happen.
fn answer(ops: &mut [(Operation, &Dice)]) {
    let mut order: Vec<usize> = (0..ops.len()).collect();
    order.sort_by_key(|&i| (oracle::instant(&ops[i].0, ops[i].1.offset), i));
    let mut value = Value::Null;
    for i in order {
        let (op, dice) = &mut ops[i];
        if dice.outcome == 0 || (dice.outcome == 1 && dice.falsify % 2 == 0) {
            continue;
        }
        match &*op.op {
            "read" | "get" => op.output = value.clone().into(),
            "cas" => op.output = (op.input.value()[0] == value).into(),
            _ => {}
        }
        if !matches!(&*op.op, "read" | "get") {
            let asked = Operation { outcome: Outcome::Unknown, ..op.clone() };
            value = oracle::apply(&asked, &value).expect("unknown operations always apply");
        }
    }
}

/// Ends the operation as the dice say, and falsifies some answers.
fn end(mut op: Operation, dice: &Dice) -> Operation {
    match dice.outcome {
        0 => return failed(op),
        1 => return unknown(op),
        _ => {}
    }
    if dice.falsify < 2 {
        op.output = match &*op.op {
            "read" => json!(dice.other + dice.value / 2),
            "get" => [json!("a"), json!("ab"), Value::Null][dice.other as usize].clone(),
            "cas" => Value::Bool(dice.other == 0),
            _ => Value::Null,
        }
        .into();
    }
    op
}
