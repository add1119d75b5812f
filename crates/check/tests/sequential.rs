//! Sequential consistency, key by key: hand-made histories, and random ones compared with the
//! oracle.

mod support;

use netsplit_check::{Answer, Budget, KeyValue, Register, check_linearizable, check_sequential};
use netsplit_history::Operation;
use proptest::prelude::*;
use serde_json::Value;
use support::generate::{Kind, dice, history};
use support::oracle::{Respect, legal};
use support::{read, unknown, write};

fn answer(history: &[Operation]) -> Answer {
    check_sequential(&Register, history, &Budget::default())
        .expect("the history is well-formed")
        .answer
}

#[test]
fn a_stale_read_of_another_client_is_allowed() {
    let history = [write(1, 1, 0, 10), write(1, 2, 20, 30), read(2, 1, 40, 50)];
    assert_eq!(answer(&history), Answer::Holds);
    let linearizable = check_linearizable(&Register, &history, &Budget::default()).unwrap();
    assert!(matches!(linearizable.answer, Answer::Violated(_)));
}

#[test]
fn two_clients_must_agree_on_the_order_of_writes() {
    let history = [
        write(1, 1, 0, 10),
        write(2, 2, 0, 10),
        read(3, 1, 20, 21),
        read(3, 2, 30, 31),
        read(4, 2, 20, 21),
        read(4, 1, 30, 31),
    ];
    let Answer::Violated(witness) = answer(&history) else {
        panic!("the readers disagree");
    };
    assert_eq!(witness.operations.len(), 6);
    assert!(witness.minimal);
}

#[test]
fn a_client_must_not_read_what_it_has_yet_to_write() {
    let history = [read(1, 1, 0, 5), write(1, 1, 10, 15)];
    assert!(matches!(answer(&history), Answer::Violated(_)));
    let late = [read(1, 1, 0, 5), unknown(write(1, 1, 10, 15))];
    assert!(matches!(answer(&late), Answer::Violated(_)));
    let others = [read(1, 1, 0, 5), write(2, 1, 10, 15)];
    assert_eq!(answer(&others), Answer::Holds);
}

#[test]
fn a_client_does_not_read_backwards() {
    let history = [write(1, 1, 0, 5), read(1, Value::Null, 10, 15)];
    assert!(matches!(answer(&history), Answer::Violated(_)));
}

#[test]
fn a_client_with_two_operations_at_once_has_no_order() {
    let history = [write(1, 1, 0, 50), read(1, 1, 10, 15)];
    assert!(matches!(answer(&history), Answer::Unknown(why) if why.contains("two operations")));
}

fn agrees(history: &[Operation], found: Answer) -> Result<(), TestCaseError> {
    let legal = legal(history, Respect::ProgramOrder);
    match found {
        Answer::Holds => prop_assert!(legal, "missed a violation"),
        Answer::Unknown(why) => prop_assert!(false, "{why}"),
        Answer::Violated(witness) => {
            prop_assert!(!legal, "false alarm");
            prop_assert!(witness.minimal);
            let numbers = witness.operations.iter().map(|op| op.number - 1);
            let core: Vec<_> = numbers.map(|index| history[index].clone()).collect();
            prop_assert!(!support::oracle::legal(&core, Respect::ProgramOrder));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn unique_writes_agree_with_brute_force(dice in dice(7, 3, 20)) {
        let history = history(Kind::UniqueWrites, &dice, true);
        agrees(&history, answer(&history))?;
    }

    #[test]
    fn registers_agree_with_brute_force(dice in dice(7, 3, 20)) {
        let history = history(Kind::Register, &dice, true);
        agrees(&history, answer(&history))?;
    }

    #[test]
    fn maps_agree_with_brute_force(dice in dice(7, 3, 20)) {
        let history = history(Kind::KeyValue, &dice, true);
        let found = check_sequential(&KeyValue, &history, &Budget::default()).unwrap();
        agrees(&history, found.answer)?;
    }
}
