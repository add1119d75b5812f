//! Every property, in both models: a history that breaks it, one that keeps it, and one that shows
//! nothing. And the edges of the checkers: instants, counts and budgets to the last one.

mod support;

use std::time::Duration;

use netsplit_check::{
    Answer, Budget, CheckContext, KeyValue, PropertyFinding, Register, ShippedModel, Verdict,
    check_history, check_linearizable, check_liveness, check_lost_writes, check_monotonic_reads,
    check_read_your_writes, decide,
};
use netsplit_history::{FaultRecord, Operation, Run, Status, Time};
use netsplit_scenario::Property;
use serde_json::{Value, json};
use support::{at_key, cas, failed, op, read, unknown, write};

/// The same history as requests to a map.
fn of_a_map(history: &[Operation]) -> Vec<Operation> {
    let renamed = |operation: &Operation| {
        let name = if &*operation.op == "write" { "put" } else { "get" };
        Operation { op: name.into(), ..operation.clone() }
    };
    history.iter().map(renamed).collect()
}

fn decided(property: &Property, operations: Vec<Operation>) -> PropertyFinding {
    let context = CheckContext { settle: Duration::from_nanos(10), ..CheckContext::default() };
    decide(property, &Run { operations, ..Run::default() }, &context)
}

fn verdict(property: &Property, operations: Vec<Operation>) -> Verdict {
    decided(property, operations).verdict
}

#[test]
fn each_property_is_broken_kept_or_not_shown_at_all() {
    // Two values, the second acknowledged by client 2.
    let two = [write(1, 1, 0, 5), write(2, 2, 10, 15)];
    let and = |reads: &[Operation]| [&two[..], reads].concat();
    let one = |client, value: u64, at| read(client, value, at, at + 1);
    // (property, broken, kept, shows nothing)
    let table = [
        (
            Property::Linearizable,
            and(&[one(3, 1, 20)]),
            vec![write(1, 1, 0, 5), read(2, 1, 3, 6)],
            vec![write(1, 1, 0, 5), one(2, 1, 10)],
        ),
        (
            Property::SequentiallyConsistent,
            and(&[one(3, 2, 20), one(3, 1, 30), one(4, 1, 20), one(4, 2, 30)]),
            and(&[one(2, 1, 20)]),
            and(&[one(3, 1, 20)]),
        ),
        (
            Property::ReadYourWrites,
            and(&[one(2, 1, 20)]),
            and(&[one(2, 2, 20)]),
            and(&[one(3, 1, 20)]),
        ),
        (
            Property::MonotonicReads,
            and(&[one(3, 2, 20), one(3, 1, 30)]),
            and(&[one(3, 1, 20), one(3, 2, 30)]),
            and(&[one(3, 2, 20), one(4, 1, 30)]),
        ),
        (
            Property::NoLostWrites,
            and(&[one(3, 1, 40)]),
            and(&[one(3, 2, 40)]),
            and(&[one(3, 1, 20)]),
        ),
    ];
    for (property, broken, kept, nothing) in table {
        for (history, expected) in
            [(broken, Verdict::Fail), (kept, Verdict::Pass), (nothing, Verdict::Inconclusive)]
        {
            assert_eq!(verdict(&property, of_a_map(&history)), expected, "{property}: {history:?}");
            assert_eq!(verdict(&property, history), expected, "{property}");
        }
    }
}

#[test]
fn a_history_in_which_no_read_could_show_a_violation_is_never_a_pass() {
    let writes = vec![write(1, 1, 0, 5), write(2, 2, 3, 15), write(1, 3, 40, 41)];
    let read_null = |client, at| read(client, Value::Null, at, at + 9);
    let reads = vec![read_null(1, 0), read_null(2, 3), read_null(1, 40), read_null(1, 60)];
    let elsewhere = reads.iter().map(|read| at_key("other", read.clone())).collect();
    let unanswered = reads.iter().map(|read| unknown(read.clone())).collect();
    let none: Vec<Operation> = Vec::new();
    let histories = [
        (writes.clone(), none, "3 writes and 0 answered reads"),
        (writes.clone(), unanswered, "3 writes and 0 answered reads"),
        (
            writes.clone(),
            reads.iter().cloned().map(failed).collect(),
            "3 writes and 0 answered reads",
        ),
        (writes.clone(), elsewhere, "3 writes and 4 answered reads"),
        (
            writes.iter().cloned().map(failed).collect(),
            reads.clone(),
            "0 writes and 4 answered reads",
        ),
        (Vec::new(), reads, "0 writes and 4 answered reads"),
    ];
    for property in [
        Property::Linearizable,
        Property::SequentiallyConsistent,
        Property::ReadYourWrites,
        Property::MonotonicReads,
        Property::NoLostWrites,
    ] {
        for (writes, reads, counts) in &histories {
            let history = [&writes[..], &reads[..]].concat();
            let found = decided(&property, history);
            assert_eq!(found.verdict, Verdict::Inconclusive, "{property}: {counts}");
            assert!(found.why.contains(counts), "{property}: {}", found.why);
        }
    }
}

#[test]
fn a_compare_and_set_is_evidence_too_and_an_append_is_none() {
    let swaps = vec![write(1, 1, 0, 5), cas(2, json!(1), json!(2), true, 3, 8)];
    assert_eq!(verdict(&Property::Linearizable, swaps), Verdict::Pass);
    let alone =
        vec![cas(2, json!(1), json!(2), false, 3, 8), cas(1, json!(3), json!(2), false, 4, 9)];
    assert_eq!(verdict(&Property::Linearizable, alone), Verdict::Inconclusive);
    let append = |client, at| op(client, "append", json!("a"), Value::Null, at, at + 9);
    let appends = vec![append(1, 0), append(2, 5)];
    assert_eq!(verdict(&Property::Linearizable, appends), Verdict::Inconclusive);
}

#[test]
fn a_finding_says_whether_it_holds_what_it_covers_and_which_line_it_is_about() {
    let missed = [write(1, 1, 0, 5), write(2, 2, 10, 15), read(2, 1, 20, 21), read(2, 2, 21, 22)];
    let own = check_read_your_writes(&Register, &missed).unwrap();
    assert!(!own.holds());
    assert_eq!((own.checked, own.violations[0].number, own.scope.operations), (2, 3, 4));
    // A read that begins as the session's last one ends comes after it; one that overlaps does not.
    let back = |from| [&missed[..2], &[read(3, 2, 20, 30), read(3, 1, from, 40)]].concat();
    let found = check_monotonic_reads(&Register, &back(30)).unwrap();
    assert_eq!((found.holds(), found.checked, found.violations[0].number), (false, 1, 4));
    let overlapping = check_monotonic_reads(&Register, &back(29)).unwrap();
    assert_eq!((overlapping.holds(), overlapping.checked), (true, 0));
    // A value that was written twice, or null, cannot be told from its other writer's.
    for value in [json!(7), Value::Null] {
        let again = [write(1, 7, 0, 5), write(2, value, 10, 15), read(3, 9, 40, 41)];
        assert_eq!(check_lost_writes(&Register, &again, Duration::ZERO).unwrap().checked, 0);
    }
    let empty = check_history(&b""[..], ShippedModel::Register, None, &Budget::default()).unwrap();
    assert_eq!(empty.finding(false).verdict, Verdict::Inconclusive);
}

/// A request per second for a minute, those from 30 s to 40 s with the status; a fault that heals at
/// 30 s.
fn minute(status: Status) -> Run {
    let second = |s: u64| Time::from(Duration::from_secs(s));
    let request = |s: u64| {
        let at = second(s).as_nanos();
        let answered = op(1, "ping", Value::Null, Value::Null, at, at);
        Operation { status: if (30..40).contains(&s) { status } else { Status::Ok }, ..answered }
    };
    Run {
        duration: second(60),
        end: second(61),
        operations: (0..60).map(request).collect(),
        faults: vec![FaultRecord {
            spans: vec![(second(20), second(30))],
            ..FaultRecord::default()
        }],
        ..Run::default()
    }
}

#[test]
fn liveness_needs_one_second_after_its_deadline_and_says_what_clients_got() {
    let within = |ms| check_liveness(&minute(Status::Ok), Duration::from_millis(ms));
    assert_eq!(within(29_000).verdict, Verdict::Pass);
    for ms in [29_001, 29_500, 30_000] {
        let found = within(ms);
        assert!(found.why.ends_with("too early to decide"), "{ms}: {}", found.why);
        assert_eq!(found.verdict, Verdict::Inconclusive);
    }
    for (status, told) in [
        (Status::TimedOut, "0 failed, 10 timed out, 0 were rejected; 10 times \"timed out\""),
        (Status::Rejected, "0 failed, 0 timed out, 10 were rejected; 10 times \"rejected\""),
        (Status::Failed, "10 failed, 0 timed out, 0 were rejected; 10 times \"failed\""),
    ] {
        let found = check_liveness(&minute(status), Duration::from_secs(5));
        assert_eq!(found.verdict, Verdict::Fail);
        // From the heal on: the request of the very second at which it served again is none of them.
        let why = &found.why;
        assert!(why.contains("of 10 requests until then 0 were served (last: none)"), "{why}");
        assert!(why.contains(told), "{why}");
    }
}

/// So many swaps at once, each from any value that another may have left: nothing but a search can
/// order them.
fn puzzle(key: &str, swaps: u32) -> Vec<Operation> {
    let swap = |n: u32| {
        let (from, to) = ((n * 5 + 3) % swaps, (n * 5 + 8) % swaps);
        at_key(key, cas(n, json!(from), json!(to), true, 1, 100))
    };
    let first = at_key(key, write(swaps, 3 % swaps, 0, 1));
    std::iter::once(first).chain((0..swaps).map(swap)).collect()
}

/// The smallest budget of steps that orders `history`.
fn steps(history: &[Operation]) -> u64 {
    let orders = |steps: u64| orders(history, steps);
    let (mut low, mut high) = (0, 1 << 20);
    assert!(orders(high));
    while low + 1 < high {
        let middle = u64::midpoint(low, high);
        if orders(middle) { high = middle } else { low = middle }
    }
    high
}

fn orders(history: &[Operation], steps: u64) -> bool {
    let budget = Budget { steps, ..Budget::default() };
    match check_linearizable(&Register, history, &budget).unwrap().answer {
        Answer::Holds => true,
        Answer::Unknown(_) => false,
        Answer::Violated(witness) => panic!("{witness}"),
    }
}

#[test]
fn a_budget_is_shared_among_the_keys_and_what_one_leaves_the_next_ones_have() {
    let (small, large) = (puzzle("a", 7), puzzle("b", 12));
    let (a, b) = (steps(&small), steps(&large));
    assert!(a + 1 < b, "{a} {b}");
    let both = [small.clone(), large].concat();
    assert!(orders(&both, a + b));
    assert!(!orders(&both, a + b - 1));
    let thrice = ["a", "b", "c"].map(|key| puzzle(key, 7)).concat();
    assert!(orders(&thrice, 3 * a));
    assert!(!orders(&thrice, 3 * a - 1));
}

#[test]
fn a_read_of_what_nobody_wrote_is_found_without_a_search() {
    // All at once: a search would have to try every order.
    let append = |n: u32| op(n, "append", json!(format!("<{n}>")), Value::Null, 0, 5);
    let get = |found: &str| op(99, "get", Value::Null, json!(found), 10, 11);
    let history: Vec<_> = (0..40).map(append).chain([get("<absent>")]).collect();
    let budget = Budget { steps: 5_000, ..Budget::default() };
    let answer = check_linearizable(&KeyValue, &history, &budget).unwrap().answer;
    assert!(matches!(answer, Answer::Violated(_)), "{answer:?}");
}

#[test]
fn a_session_remembers_the_newest_value_that_it_saw_not_the_last_nor_the_first() {
    let one = |value: u64, at| read(9, value, at, at + 1);
    // 2 may be older or newer than the others, 4 as old as 1: only 3 tells.
    let writes = [write(1, 1, 3, 5), write(2, 2, 0, 50), write(3, 3, 10, 15), write(4, 4, 3, 5)];
    for reads in [[one(3, 60), one(2, 70), one(1, 80)], [one(1, 60), one(3, 70), one(4, 80)]] {
        let history = [&writes[..], &reads[..]].concat();
        assert_eq!(check_monotonic_reads(&Register, &history).unwrap().violations.len(), 1);
    }
}

#[test]
fn writes_without_an_answer_that_nobody_saw_cost_no_search() {
    let budget = Budget { steps: 5_000, ..Budget::default() };
    let lost =
        |name: &str, n: u32| unknown(op(n, name, json!(format!("<{n}>")), Value::Null, 0, 1));
    let get = |found: &str, at| op(99, "get", Value::Null, json!(found), at, at + 1);
    let put = |at| op(99, "put", json!("x"), Value::Null, at, at + 1);
    // Two writers of one value, so that a search has to decide.
    let seen = [put(2), put(4), get("x", 6)];
    for name in ["append", "put"] {
        let history: Vec<_> = (0..40).map(|n| lost(name, n)).chain(seen.clone()).collect();
        let found = check_linearizable(&KeyValue, &history, &budget).unwrap();
        assert_eq!(found.answer, Answer::Holds, "{name}");
        assert_eq!((found.scope.operations, found.scope.unknown), (43, 40));
    }
}
