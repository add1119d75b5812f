//! Linearizability against another implementation: `todc_utils`, which searches without
//! keys, budget or witness. An unknown operation returns at the very end there, with an
//! answer that fits any state; at the end it has no effect on the others.

mod support;

use netsplit_check::{Answer, Budget, KeyValue, Register, check_linearizable};
use netsplit_history::{Operation, Outcome, Time};
use proptest::prelude::*;
use serde_json::Value;
use support::generate::{Kind, dice, history};
use support::oracle;
use todc_utils::{Action, History, Specification, WGLChecker};

/// One value under one key, by the oracle's semantics.
struct Cell;

impl Specification for Cell {
    type State = Value;
    type Operation = Operation;

    fn init() -> Value {
        Value::Null
    }

    fn apply(operation: &Operation, value: &Value) -> (bool, Value) {
        match oracle::apply(operation, value) {
            Some(next) => (true, next),
            None => (false, value.clone()),
        }
    }
}

/// The peer's answer; `None` for a history without relevant operations.
fn peer(history: &[Operation]) -> Option<bool> {
    let mut events = Vec::new();
    let counts = |op: &&Operation| op.outcome != Outcome::Fail;
    for (process, operation) in history.iter().filter(counts).enumerate() {
        let end = operation.returned().unwrap_or(Time::MAX);
        let call = Action::Call(operation.clone());
        let response = Action::Response(operation.clone());
        events.push(((operation.invoke, false, process), (process, call)));
        events.push(((end, true, process), (process, response)));
    }
    events.sort_by_key(|(at, _)| *at);
    let actions: Vec<_> = events.into_iter().map(|(_, action)| action).collect();
    (!actions.is_empty())
        .then(|| WGLChecker::<Cell>::is_linearizable(History::from_actions(actions)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn both_decide_the_same(dice in dice(16, 4, 60)) {
        for kind in [Kind::UniqueWrites, Kind::Register, Kind::KeyValue] {
            let history = history(kind, &dice, false);
            let budget = Budget::default();
            let ours = match kind {
                Kind::KeyValue => check_linearizable(&KeyValue, &history, &budget),
                _ => check_linearizable(&Register, &history, &budget),
            };
            let ours = ours.unwrap().answer == Answer::Holds;
            prop_assert_eq!(peer(&history).unwrap_or(true), ours);
        }
    }
}
