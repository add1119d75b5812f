//! The checkers of single reads and writes: hand-made histories for both verdicts, and no false
//! positive on any linearizable history.

mod support;

use std::time::Duration;

use netsplit_check::{
    Guarantee, KeyValue, Register, check_lost_writes, check_monotonic_reads,
    check_read_your_writes, measure_staleness,
};
use netsplit_history::Operation;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::generate::{Kind, dice, history};
use support::oracle::{Respect, legal};
use support::{op, read, unknown, write};

fn sees_own(history: &[Operation]) -> Guarantee {
    check_read_your_writes(&Register, history).unwrap()
}

fn monotonic(history: &[Operation]) -> Guarantee {
    check_monotonic_reads(&Register, history).unwrap()
}

fn keeps(history: &[Operation], settle: u64) -> Guarantee {
    check_lost_writes(&Register, history, Duration::from_nanos(settle)).unwrap()
}

fn append(client: u32, piece: &str, from: u64) -> Operation {
    op(client, "append", json!(piece), Value::Null, from, from + 1)
}

fn put(client: u32, value: &str, from: u64) -> Operation {
    op(client, "put", json!(value), Value::Null, from, from + 1)
}

fn get(client: u32, found: &str, from: u64) -> Operation {
    op(client, "get", Value::Null, json!(found), from, from + 1)
}

#[test]
fn a_session_misses_its_own_write() {
    let history = [write(1, 1, 0, 5), write(2, 2, 10, 15), read(2, 1, 20, 25)];
    let found = sees_own(&history);
    assert_eq!(found.violations.len(), 1);
    assert_eq!(
        found.violations[0].what,
        "client 2's read -> 1 at 0.000000020s (operation 3) does not see the session's own client \
         2's write(2) at 0.000000010s (operation 2)"
    );
    let other_session = [write(1, 1, 0, 5), write(2, 2, 10, 15), read(3, 1, 20, 25)];
    assert!(sees_own(&other_session).holds());
    assert_eq!(sees_own(&other_session).checked, 0);
}

#[test]
fn a_write_that_overlapped_the_own_one_may_have_come_after_it() {
    let history = [write(1, 1, 0, 12), write(2, 2, 10, 15), read(2, 1, 20, 25)];
    assert!(sees_own(&history).holds());
    let late = [unknown(write(1, 1, 0, 0)), write(2, 2, 10, 15), read(2, 1, 20, 25)];
    assert!(sees_own(&late).holds());
}

#[test]
fn a_session_misses_what_it_appended() {
    let history = [put(1, "a", 0), append(1, "b", 10), get(1, "a", 20)];
    let found = check_read_your_writes(&KeyValue, &history).unwrap();
    assert_eq!(found.violations.len(), 1);
    let replaced = [put(1, "a", 0), append(1, "b", 10), put(2, "a", 12), get(1, "a", 20)];
    assert!(check_read_your_writes(&KeyValue, &replaced).unwrap().holds());
}

#[test]
fn a_session_reads_backwards() {
    let writes = [write(1, 1, 0, 5), write(1, 2, 10, 15)];
    let backwards = [&writes[..], &[read(2, 2, 20, 21), read(2, 1, 30, 31)]].concat();
    assert_eq!(monotonic(&backwards).violations.len(), 1);
    let two_sessions = [&writes[..], &[read(2, 2, 20, 21), read(3, 1, 30, 31)]].concat();
    assert!(monotonic(&two_sessions).holds());
    let stale_but_steady = [&writes[..], &[read(2, 1, 20, 21), read(2, 1, 30, 31)]].concat();
    assert!(monotonic(&stale_but_steady).holds());
    assert_eq!(monotonic(&stale_but_steady).checked, 1);
}

#[test]
fn a_session_goes_back_to_a_value_that_it_saw_replaced() {
    let history = [
        write(1, 1, 0, 50),
        write(2, 2, 0, 50),
        read(3, 1, 60, 61),
        read(3, 2, 70, 71),
        read(3, 1, 80, 81),
    ];
    assert!(monotonic(&history[..4]).holds());
    assert_eq!(monotonic(&history).violations.len(), 1);
}

#[test]
fn a_session_sees_an_appended_piece_go() {
    let history = [append(1, "a", 0), append(1, "b", 0), get(2, "ab", 10), get(2, "a", 20)];
    let found = check_monotonic_reads(&KeyValue, &history).unwrap();
    assert_eq!(found.violations.len(), 1);
    let grown = [append(1, "a", 0), append(1, "b", 0), get(2, "a", 10), get(2, "ab", 20)];
    assert!(check_monotonic_reads(&KeyValue, &grown).unwrap().holds());
}

#[test]
fn an_acknowledged_write_is_never_seen() {
    let lost = [write(1, 1, 0, 5), write(2, 2, 10, 15), read(3, 1, 40, 41), read(4, 1, 50, 51)];
    let found = keeps(&lost, 10);
    assert_eq!((found.checked, found.violations.len()), (1, 1));
    assert_eq!(found.violations[0].number, 2);
    let seen_once = [&lost[..], &[read(5, 2, 60, 61)]].concat();
    assert!(keeps(&seen_once, 10).holds());
    assert_eq!(keeps(&lost, 100).checked, 0);
}

#[test]
fn a_write_that_may_have_been_overwritten_is_not_lost() {
    let reads = [read(3, 1, 40, 41)];
    let overlap = [&[write(1, 1, 0, 12), write(2, 2, 10, 15)], &reads[..]].concat();
    assert!(keeps(&overlap, 10).holds());
    let unanswered = [&[unknown(write(1, 1, 0, 0)), write(2, 2, 10, 15)], &reads[..]].concat();
    assert!(keeps(&unanswered, 10).holds());
}

#[test]
fn an_acknowledged_append_is_never_seen() {
    let history = [append(1, "a", 0), append(2, "b", 10), append(1, "c", 20), get(3, "ac", 40)];
    let found = check_lost_writes(&KeyValue, &history, Duration::ZERO).unwrap();
    assert_eq!(found.checked, 3);
    assert_eq!(found.violations[0].number, 2);
}

#[test]
fn staleness_counts_what_was_certainly_missed() {
    let history = [
        write(1, 1, 0, 5),
        write(1, 2, 10, 15),
        write(1, 3, 20, 25),
        write(1, 4, 28, 60),
        read(2, 1, 40, 41),
        read(2, 3, 50, 51),
    ];
    let found = measure_staleness(&Register, &history).unwrap();
    assert_eq!(found.reads.checked, 2);
    assert_eq!(found.stale.len(), 1);
    assert_eq!(found.most_versions(), 2);
    assert_eq!(found.longest(), Duration::from_nanos(25));
    assert_eq!(found.share(), Some(0.5));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// Linearizable is stronger than all of these.
    #[test]
    fn no_false_alarm_on_a_linearizable_register(dice in dice(8, 3, 30)) {
        for kind in [Kind::UniqueWrites, Kind::Register] {
            let history = history(kind, &dice, true);
            if legal(&history, Respect::RealTime) {
                prop_assert!(sees_own(&history).holds());
                prop_assert!(monotonic(&history).holds());
                prop_assert!(keeps(&history, 0).holds());
                prop_assert!(measure_staleness(&Register, &history).unwrap().stale.is_empty());
            }
        }
    }

    #[test]
    fn no_false_alarm_on_a_linearizable_map(dice in dice(8, 3, 30)) {
        for kind in [Kind::KeyValue, Kind::KeyValueWhole] {
            let history = history(kind, &dice, true);
            if legal(&history, Respect::RealTime) {
                prop_assert!(check_read_your_writes(&KeyValue, &history).unwrap().holds());
                prop_assert!(check_monotonic_reads(&KeyValue, &history).unwrap().holds());
                prop_assert!(check_lost_writes(&KeyValue, &history, Duration::ZERO).unwrap().holds());
                prop_assert!(measure_staleness(&KeyValue, &history).unwrap().stale.is_empty());
            }
        }
    }
}
