//! Linearizability: hand-made histories, and random ones compared with a brute-force oracle.

mod support;

use netsplit_check::{Answer, Budget, KeyValue, Model, Register, Witness, check_linearizable};
use netsplit_history::{Operation, Outcome};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::generate::{Kind, dice, history};
use support::oracle::{Respect, legal};
use support::{at_key, cas, failed, op, read, unknown, write};

fn answer(history: &[Operation]) -> Answer {
    if history.iter().any(|op| matches!(&*op.op, "get" | "put" | "append" | "delete")) {
        answer_by(&KeyValue, history)
    } else {
        answer_by(&Register, history)
    }
}

fn answer_by<M: Model>(model: &M, history: &[Operation]) -> Answer {
    check_linearizable(model, history, &Budget::default())
        .expect("the history is well-formed")
        .answer
}

fn witness(history: &[Operation]) -> Witness {
    match answer(history) {
        Answer::Violated(witness) => *witness,
        other => panic!("expected a violation, found {other:?}"),
    }
}

#[test]
fn concurrent_writes_may_take_effect_in_either_order() {
    let writes = [write(1, 1, 0, 10), write(2, 2, 0, 10)];
    for last in [1, 2] {
        let history = [&writes[..], &[read(3, last, 11, 12)]].concat();
        assert_eq!(answer(&history), Answer::Holds);
    }
}

#[test]
fn a_stale_read_is_caught_and_told() {
    let history = [
        write(1, 1, 0, 10),
        write(1, 2, 20, 30),
        read(2, 2, 32, 33),
        read(2, 1, 40, 50),
        at_key("other", write(3, 9, 0, 100)),
    ];
    let witness = witness(&history);
    assert!(witness.minimal);
    let numbers: Vec<_> = witness.operations.iter().map(|op| op.number).collect();
    assert_eq!(numbers, [1, 2, 4]);
    assert_eq!(
        witness.to_string(),
        "not linearizable at key k: client 2's read -> 1 found a value that client 1's write(2) \
         had overwritten: that write began after the value was written, and returned before the \
         read began\n\
         \x20 client 1      |-write(1)-| |-write(2)-|\n\
         \x20 client 2                                |-read -> 1-|\n\
         \x20 operation 1: client 1 write(1), 0.000000000s to 0.000000010s\n\
         \x20 operation 2: client 1 write(2), 0.000000020s to 0.000000030s\n\
         \x20 operation 4: client 2 read -> 1, 0.000000040s to 0.000000050s\n"
    );
}

#[test]
fn a_read_may_not_go_back_to_an_older_value() {
    let history = [write(1, 1, 0, 100), read(2, 1, 10, 20), read(3, Value::Null, 30, 40)];
    let witness = witness(&history);
    assert_eq!(witness.operations.len(), 3);
}

#[test]
fn an_unknown_write_may_happen_late_or_never() {
    let lost = unknown(write(1, 1, 0, 0));
    let late = [lost.clone(), write(2, 2, 5, 6), read(2, 2, 7, 8), read(2, 1, 90, 91)];
    assert_eq!(answer(&late), Answer::Holds);
    assert_eq!(answer(&[lost.clone(), read(2, Value::Null, 5, 6)]), Answer::Holds);
    let back_and_forth = [lost, read(2, 1, 5, 6), read(2, Value::Null, 7, 8)];
    assert!(matches!(answer(&back_and_forth), Answer::Violated(_)));
}

#[test]
fn a_failed_write_must_not_be_read() {
    let history = [failed(write(1, 1, 0, 5)), read(2, 1, 6, 7)];
    let witness = witness(&history);
    assert_eq!(witness.operations.len(), 1);
    assert_eq!(witness.contradiction, "client 2's read -> 1 found 1, which was never written");
}

#[test]
fn two_compare_and_sets_from_one_value_cannot_both_succeed() {
    let once = [
        write(1, 1, 0, 5),
        cas(1, json!(1), json!(2), true, 10, 20),
        cas(2, json!(1), json!(3), false, 10, 20),
    ];
    assert_eq!(answer(&once), Answer::Holds);
    let mut twice = once.to_vec();
    twice[2].output = true.into();
    assert_eq!(witness(&twice).operations.len(), 3);
}

#[test]
fn appends_and_deletes() {
    let put = |v: &str, from| op(1, "put", json!(v), Value::Null, from, from + 1);
    let append = |v: &str, from| op(1, "append", json!(v), Value::Null, from, from + 1);
    let get = |v: Value, from| op(2, "get", Value::Null, v, from, from + 1);
    let delete = |from| op(1, "delete", Value::Null, Value::Null, from, from + 1);
    let good = [
        put("a", 0),
        append("b", 2),
        get(json!("ab"), 4),
        delete(6),
        get(Value::Null, 8),
        append("c", 10),
        get(json!("c"), 12),
    ];
    assert_eq!(answer(&good), Answer::Holds);
    let mut lost = good.to_vec();
    lost[2] = get(json!("b"), 4);
    assert!(matches!(answer(&lost), Answer::Violated(_)));
}

#[test]
fn the_budget_ends_in_the_same_words() {
    let writes = (0..14).map(|client| write(client, client % 3, 0, 100));
    let reads = [read(20, 0, 101, 102), read(20, 1, 103, 104)];
    let history: Vec<_> = writes.chain(reads).collect();
    let budget = Budget { steps: 500, ..Budget::default() };
    let check = || check_linearizable(&Register, &history, &budget).unwrap().answer;
    assert_eq!(check(), Answer::Unknown("out of budget at key k: 500 steps".into()));
    assert_eq!(check(), check());
    let tiny = Budget { memory_bytes: 1000, ..Budget::default() };
    let starved = check_linearizable(&Register, &history, &tiny).unwrap().answer;
    assert!(matches!(starved, Answer::Unknown(why) if why.contains("MiB")));
}

#[test]
fn malformed_operations_are_named_and_others_counted() {
    let good = [write(1, 1, 0, 1), at_key("other", op(1, "ping", Value::Null, Value::Null, 2, 3))];
    let scope = check_linearizable(&Register, &good, &Budget::default()).unwrap().scope;
    assert_eq!((scope.operations, scope.ignored["ping"]), (1, 1));
    let bad = [write(1, 1, 0, 1), op(1, "cas", json!(3), json!(true), 2, 3)];
    let error = check_linearizable(&Register, &bad, &Budget::default()).unwrap_err();
    assert_eq!(error.to_string(), "operation 2: the input of cas must be [expected, new]");
}

#[test]
fn reads_that_overlap_are_no_concurrency() {
    let pairs = |history: &[Operation]| {
        check_linearizable(&Register, history, &Budget::default()).unwrap().scope.overlapping_pairs
    };
    let reads = [read(1, Value::Null, 0, 9), read(2, Value::Null, 5, 12)];
    assert_eq!(pairs(&reads), 0);
    let with_write = [&reads[..], &[write(3, 1, 9, 20)]].concat();
    assert_eq!(pairs(&with_write), 2);
    assert_eq!(pairs(&[unknown(write(3, 1, 0, 0)), reads[0].clone()]), 0);
}

/// The operations of a witness.
fn picked(history: &[Operation], witness: &Witness) -> Vec<Operation> {
    let numbers = witness.operations.iter().map(|op| op.number - 1);
    numbers.map(|index| history[index].clone()).collect()
}

/// Drops a read alone, or a write of whole values with the reads that return its value and,
/// transitively, the operations that depend on those.
fn without(history: &[Operation], dropped: usize) -> Vec<Operation> {
    let mut gone = vec![dropped];
    let mut next = 0;
    while let Some(&write) = gone.get(next) {
        next += 1;
        let (op, swapped) = (&history[write], history[write].output == json!(true));
        let left = match &*op.op {
            "write" | "put" => op.input.value().into_owned(),
            "delete" => Value::Null,
            "cas" if swapped || op.outcome == Outcome::Unknown => op.input.value()[1].clone(),
            _ => continue,
        };
        for (i, reader) in history.iter().enumerate() {
            let sees = match &*reader.op {
                "read" | "get" => reader.output == left,
                "cas" if reader.output == json!(false) => reader.input.value()[0] != left,
                "cas" => reader.input.value()[0] == left,
                _ => false,
            };
            if sees && !gone.contains(&i) {
                gone.push(i);
            }
        }
    }
    let kept = (0..history.len()).filter(|i| !gone.contains(i));
    kept.map(|i| history[i].clone()).collect()
}

fn agrees_with_the_oracle(history: &[Operation]) -> Result<(), TestCaseError> {
    let legal = legal(history, Respect::RealTime);
    match answer(history) {
        Answer::Holds => prop_assert!(legal, "missed a violation"),
        Answer::Unknown(why) => prop_assert!(false, "{why}"),
        Answer::Violated(witness) => {
            prop_assert!(!legal, "false alarm");
            prop_assert!(witness.minimal);
            let core = picked(history, &witness);
            prop_assert!(!support::oracle::legal(&core, Respect::RealTime));
        }
    }
    Ok(())
}

fn witness_is_minimal(history: &[Operation]) -> Result<(), TestCaseError> {
    if let Answer::Violated(witness) = answer(history) {
        let core = picked(history, &witness);
        for dropped in 0..core.len() {
            let rest = without(&core, dropped);
            prop_assert!(legal(&rest, Respect::RealTime), "{dropped} of {core:?}");
        }
    }
    Ok(())
}

#[test]
fn random_histories_are_of_both_kinds() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    for kind in [Kind::UniqueWrites, Kind::Register, Kind::KeyValue, Kind::KeyValueWhole] {
        let mut runner = TestRunner::deterministic();
        let mut legal_ones = 0;
        for _ in 0..400 {
            let dice = dice(7, 4, 20).new_tree(&mut runner).unwrap().current();
            let history = history(kind, &dice, false);
            legal_ones += usize::from(legal(&history, Respect::RealTime));
        }
        assert!((40..360).contains(&legal_ones), "{kind:?}: {legal_ones} of 400");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn unique_writes_agree_with_brute_force(dice in dice(7, 4, 20)) {
        let history = history(Kind::UniqueWrites, &dice, false);
        agrees_with_the_oracle(&history)?;
        witness_is_minimal(&history)?;
    }

    #[test]
    fn registers_agree_with_brute_force(dice in dice(7, 4, 20)) {
        let history = history(Kind::Register, &dice, false);
        agrees_with_the_oracle(&history)?;
        witness_is_minimal(&history)?;
    }

    #[test]
    fn maps_agree_with_brute_force(dice in dice(7, 4, 20)) {
        agrees_with_the_oracle(&history(Kind::KeyValue, &dice, false))?;
    }

    #[test]
    fn maps_without_appends_agree_with_brute_force(dice in dice(7, 4, 20)) {
        let history = history(Kind::KeyValueWhole, &dice, false);
        agrees_with_the_oracle(&history)?;
        witness_is_minimal(&history)?;
    }
}

#[test]
fn an_operation_that_the_model_does_not_have_leaves_its_key_undecided() {
    let incr = |key: &str| at_key(key, op(1, "incr", json!(1), Value::Null, 2, 3));
    let good = [write(1, 1, 0, 1), read(2, 1, 8, 9)];
    let bad = [write(1, 1, 0, 1), read(2, 2, 8, 9)];
    for history in [&good, &bad] {
        let with = |more: Operation| answer(&[&history[..], &[more]].concat());
        for more in [incr("k"), unknown(incr("k")), Operation { key: None, ..incr("k") }] {
            let Answer::Unknown(why) = with(more) else { panic!("definite") };
            assert!(why.starts_with("operation 3 is `incr`, which the model register"), "{why}");
        }
        for more in [incr("other"), failed(incr("k"))] {
            assert_eq!(with(more), answer(history));
        }
    }
}

#[test]
fn a_value_that_a_cas_or_an_append_wrote_is_not_called_unwritten() {
    let history = [
        write(1, 4, 0, 1),
        cas(1, json!(4), json!(2), true, 2, 3),
        write(1, 0, 4, 5),
        read(2, 2, 7, 8),
    ];
    assert_eq!(
        witness(&history).contradiction,
        "client 2's read -> 2 found a value that client 1's write(0) had overwritten: that write \
         began after the value was written by client 1's cas(4, 2) -> true, and returned before \
         the read began"
    );
    let map =
        |name: &str, input: &str, from| op(1, name, json!(input), Value::Null, from, from + 1);
    let get = |value: &str| op(2, "get", Value::Null, json!(value), 7, 8);
    let appended = witness(&[map("append", "b", 0), map("put", "c", 2), get("b")]).contradiction;
    assert!(appended.contains("written by client 1's append(\"b\")"), "{appended}");
    // Whatever wrote the value ended too late to be in the witness.
    for late in [
        [cas(1, json!(3), json!(2), true, 20, 21), read(2, 2, 7, 8)],
        [map("append", "b", 20), get("b")],
    ] {
        let told = witness(&late).contradiction;
        assert!(!told.contains("never written"), "{told}");
    }
    let never = witness(&[map("append", "x", 0), get("b")]).contradiction;
    assert!(never.ends_with("found \"b\", which was never written"), "{never}");
}

#[test]
fn shrinking_is_bounded_and_a_witness_that_is_not_minimal_says_so() {
    let mut history = vec![write(1, 1, 0, 1), write(1, 2, 0, 1)];
    history.extend((0..200).map(|i| read(2, 1 + i % 2, 10 + 10 * i, 11 + 10 * i)));
    let check = |steps| {
        let budget = Budget { steps, ..Budget::default() };
        match check_linearizable(&Register, &history, &budget).unwrap().answer {
            Answer::Violated(witness) => *witness,
            other => panic!("expected a violation, found {other:?}"),
        }
    };
    assert!(check(1_000_000).minimal);
    let cut = check(100);
    assert!(!cut.minimal && cut.operations.len() > 48);
    let text = cut.to_string();
    assert!(text.contains("(not minimal: ") && text.contains("more operations"), "{text}");
    assert!(text.lines().count() < 60, "{text}");
}
