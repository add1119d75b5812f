//! Time of the linearizability checker on histories of the size that labs produce.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use netsplit_check::{Answer, Budget, Register, check_linearizable};
use netsplit_history::{Content, Operation, Outcome, Status, Time};
use serde_json::{Value, json};

/// xorshift64*: the same histories on each machine, from no dependency.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }
}

/// The kinds of writes.
#[derive(Clone, Copy)]
struct Mix {
    keys: u64,
    clients: u64,
    operations: usize,
    /// Values to choose from; 0 for a new one each time.
    values: u64,
    /// Compare-and-sets, in percent.
    cas: u64,
    /// Operations that are never answered, in percent.
    unknown: u64,
}

/// A linearizable history: each operation takes effect at an instant of its own, drawn
/// between its call and its return.
fn history(mix: Mix) -> Vec<Operation> {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut free: Vec<u64> = vec![0; mix.clients as usize];
    let mut timed: Vec<(u64, Operation)> = Vec::with_capacity(mix.operations);
    for number in 0..mix.operations {
        let client = number % free.len();
        let from = free[client] + dice.below(1000);
        let length = 1 + dice.below(2000);
        free[client] = from + length + 1;
        let session = client as u32;
        let mut operation = asked(mix, number, session, &mut dice, from, from + length);
        if operation.op.as_ref() != "read" && dice.below(100) < mix.unknown {
            operation.outcome = Outcome::Unknown;
            operation.client = (number + free.len()) as u32;
        }
        timed.push((from + dice.below(length), operation));
    }
    timed.sort_by_key(|(instant, operation)| (*instant, operation.invoke));
    let mut values = vec![Value::Null; mix.keys as usize];
    for (_, operation) in &mut timed {
        let key: usize = operation.key.as_deref().map_or(0, |k| k.parse().unwrap_or(0));
        execute(operation, &mut values[key]);
    }
    timed.into_iter().map(|(_, operation)| operation).collect()
}

fn asked(mix: Mix, number: usize, client: u32, dice: &mut Dice, from: u64, to: u64) -> Operation {
    let value = match mix.values {
        0 => json!(number),
        values => json!(dice.below(values)),
    };
    let (op, input) = match dice.below(100) {
        share if share < mix.cas => ("cas", json!([dice.below(mix.values.max(2)), value])),
        share if share < 60 => ("write", value),
        _ => ("read", Value::Null),
    };
    Operation {
        client,
        load: "clients".into(),
        op: op.into(),
        key: Some(dice.below(mix.keys).to_string().into()),
        input: input.into(),
        output: Content::default(),
        intended: Time::from_nanos(from),
        invoke: Time::from_nanos(from),
        finished: Time::from_nanos(to),
        status: Status::Ok,
        outcome: Outcome::Ok,
        error: None,
    }
}

fn execute(operation: &mut Operation, value: &mut Value) {
    match operation.op.as_ref() {
        "read" => operation.output = value.clone().into(),
        "write" => *value = operation.input.value().into_owned(),
        _ => {
            let swaps = operation.input.value()[0] == *value;
            if operation.outcome == Outcome::Ok {
                operation.output = swaps.into();
            }
            if swaps {
                *value = operation.input.value()[1].clone();
            }
        }
    }
}

fn answer(history: &[Operation]) -> Answer {
    check_linearizable(&Register, history, &Budget::default())
        .expect("the history is well-formed")
        .answer
}

fn benchmarks(criterion: &mut Criterion) {
    let many_keys =
        Mix { keys: 100, clients: 10, operations: 100_000, values: 0, cas: 0, unknown: 0 };
    let one_key = Mix { keys: 1, clients: 20, operations: 2_000, ..many_keys };
    let mixes = [
        ("100 keys, 10 clients, 100000 unique", many_keys),
        ("100 keys, 10 clients, 100000 of 5 values, cas", Mix { values: 5, cas: 20, ..many_keys }),
        ("1 key, 20 clients, 2000 unique", one_key),
        ("1 key, 20 clients, 2000 unique, 5% unknown", Mix { unknown: 5, ..one_key }),
        ("1 key, 20 clients, 2000 of 5 values, cas", Mix { values: 5, cas: 20, ..one_key }),
        (
            "1 key, 20 clients, 2000 of 5 values, cas, 5% unknown",
            Mix { values: 5, cas: 20, unknown: 5, ..one_key },
        ),
    ];
    let mut group = criterion.benchmark_group("linearizable");
    group.sample_size(10);
    for (name, mix) in mixes {
        let mut history = history(mix);
        println!("{name}: {:?}", answer(&history));
        group.bench_function(name, |bencher| {
            bencher.iter(|| answer(black_box(&history)));
        });
        if let Some(last) = history.iter_mut().rev().find(|op| op.op.as_ref() == "read") {
            last.output = Content::default();
        }
        println!("{name}, wrong: {:.100}", format!("{:?}", answer(&history)));
        let wrong = format!("{name}, wrong at the end");
        group.bench_function(wrong, |bencher| {
            bencher.iter(|| answer(black_box(&history)));
        });
    }
    group.finish();
}

criterion_group!(linearizable, benchmarks);
criterion_main!(linearizable);
