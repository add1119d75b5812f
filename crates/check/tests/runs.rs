//! Findings of properties by name: invariants, liveness, history files, custom models.

mod support;

use std::sync::Arc;
use std::time::Duration;

use netsplit_check::{
    Answer, Budget, CheckContext, Model, ShippedModel, Verdict, check_history, check_invariant,
    check_linearizable, check_liveness, decide,
};
use netsplit_history::{
    FaultRecord, Invariant, InvariantState, LabEvent, Operation, Outcome, Run, Status, Time,
    write_history,
};
use netsplit_scenario::Property;
use serde_json::{Value, json};
use support::{at_key, op, read, unknown, write};

/// At most one leader per term.
#[derive(Default)]
struct ElectionSafety(std::collections::BTreeMap<u64, Arc<str>>);

impl InvariantState for ElectionSafety {
    fn observe(&mut self, event: &LabEvent) -> Result<(), String> {
        let term = event.detail["term"].as_u64().unwrap_or(0);
        let leader = self.0.entry(term).or_insert_with(|| event.node.clone());
        if *leader == event.node {
            return Ok(());
        }
        Err(format!("term {term} already has leader {leader}"))
    }

    fn concerns(&self, name: &str) -> bool {
        name == "became-leader"
    }
}

const ELECTION_SAFETY: Invariant = Invariant {
    name: "election-safety",
    summary: "at most one leader per term",
    needs: &["became-leader"],
    new: || Box::<ElectionSafety>::default(),
};

fn event(at: u64, node: &str, name: &str, term: u64) -> LabEvent {
    LabEvent {
        at: Time::from_nanos(at),
        node: node.into(),
        name: name.into(),
        detail: json!({ "term": term }),
    }
}

#[test]
fn the_first_event_that_breaks_an_invariant_is_named() {
    let good = [event(1, "n1", "became-leader", 1), event(2, "n2", "became-leader", 2)];
    assert_eq!(check_invariant(&ELECTION_SAFETY, &good).broken, None);
    let bad = [
        &good[..],
        &[event(3, "n3", "voted", 2), event(4, "n3", "became-leader", 2)],
        &[event(5, "n4", "became-leader", 2)],
    ]
    .concat();
    let broken = check_invariant(&ELECTION_SAFETY, &bad).broken.unwrap();
    assert_eq!((broken.number, &*broken.node), (4, "n3"));
    assert_eq!(broken.why, "term 2 already has leader n2");
}

#[test]
fn an_invariant_about_nothing_that_happened_shows_nothing() {
    let context = CheckContext { invariants: &[ELECTION_SAFETY], ..CheckContext::default() };
    let verdict =
        |run: &Run, name: &str| decide(&Property::Invariant(name.into()), run, &context).verdict;
    let mut run = Run::default();
    assert_eq!(verdict(&run, "election-safety"), Verdict::Inconclusive);
    run.events.push(event(0, "n1", "voted", 1));
    assert_eq!(verdict(&run, "election-safety"), Verdict::Inconclusive);
    run.events.push(event(1, "n1", "became-leader", 1));
    assert_eq!(verdict(&run, "election-safety"), Verdict::Pass);
    assert_eq!(verdict(&run, "no-such"), Verdict::Inconclusive);
    run.events.push(event(1, "n2", "became-leader", 1));
    assert_eq!(verdict(&run, "election-safety"), Verdict::Fail);
}

/// Sixty seconds of a request each 100 ms, which fail from `from` to `to`; a fault from 20 s
/// to 30 s.
fn outage(from: u64, to: u64) -> Run {
    let request = |tenth: u64| {
        let at = tenth * 100_000_000;
        let mut request = op(1, "ping", Value::Null, Value::Null, at, at + 1000);
        if (from * 10..to * 10).contains(&tenth) {
            request.status = Status::Failed;
            request.error = Some("no leader".into());
        }
        request
    };
    let second = |s: u64| Time::from(Duration::from_secs(s));
    Run {
        duration: second(60),
        end: second(61),
        operations: (0..600).map(request).collect(),
        faults: vec![FaultRecord {
            spans: vec![(second(20), second(30))],
            ..FaultRecord::default()
        }],
        ..Run::default()
    }
}

#[test]
fn service_must_be_back_in_time() {
    let within = Duration::from_secs(5);
    assert_eq!(check_liveness(&outage(20, 33), within).verdict, Verdict::Pass);
    let late = check_liveness(&outage(20, 40), within);
    assert_eq!(late.verdict, Verdict::Fail);
    let never = check_liveness(&outage(20, 60), within);
    assert_eq!(never.verdict, Verdict::Fail);
    assert!(never.why.starts_with("never served again"), "{}", never.why);
    assert!(never.why.contains("300 times \"no leader\""), "{}", never.why);
}

#[test]
fn service_that_nobody_could_see_is_inconclusive() {
    let within = Duration::from_secs(5);
    let mut calm = outage(0, 0);
    calm.faults.clear();
    assert_eq!(check_liveness(&calm, within).verdict, Verdict::Inconclusive);
    let too_long = Duration::from_secs(30);
    assert_eq!(check_liveness(&outage(0, 0), too_long).verdict, Verdict::Inconclusive);
    let mut quiet = outage(0, 0);
    quiet.operations.truncate(310);
    assert_eq!(check_liveness(&quiet, within).verdict, Verdict::Inconclusive);
}

fn lines(history: &[Operation]) -> String {
    let mut bytes = Vec::new();
    write_history(history, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_history_file_is_checked_like_a_run() {
    let history = [write(1, 1, 0, 10), read(2, 1, 5, 12)];
    let check = |text: &str| {
        check_history(text.as_bytes(), ShippedModel::Register, None, &Budget::default())
    };
    let text = lines(&history);
    assert_eq!(check(&text).unwrap().finding(true).verdict, Verdict::Pass);
    let stale = text.clone() + &lines(&[read(3, Value::Null, 20, 21)]);
    assert_eq!(check(&stale).unwrap().finding(true).verdict, Verdict::Fail);
    let error = check(&(text.clone() + "\n" + &text)).unwrap_err();
    assert!(error.to_string().starts_with("line 3: "), "{error}");
    let bad_cas = text + &lines(&[op(1, "cas", json!(1), json!(true), 20, 21)]);
    let error = check(&bad_cas).unwrap_err();
    assert_eq!(error.to_string(), "line 3: the input of cas must be [expected, new]");
}

#[test]
fn what_shows_nothing_is_inconclusive_and_what_is_left_out_is_said() {
    let linearizable = |operations: Vec<Operation>| {
        let run = Run { operations, ..Run::default() };
        decide(&Property::Linearizable, &run, &CheckContext::default())
    };
    let alone = linearizable(vec![write(1, 1, 0, 10), read(1, 1, 11, 12)]);
    assert_eq!(alone.verdict, Verdict::Inconclusive);
    let ping = at_key("other", op(1, "ping", Value::Null, Value::Null, 0, 1));
    let both = linearizable(vec![write(1, 1, 0, 10), read(2, 1, 5, 12), ping.clone()]);
    assert_eq!(both.verdict, Verdict::Pass);
    assert_eq!(both.why, "ignored: 1 ping");
    let stale = linearizable(vec![write(1, 1, 0, 10), read(2, Value::Null, 15, 18)]);
    assert_eq!(stale.verdict, Verdict::Fail);
    assert_eq!(stale.witness.unwrap().operations.len(), 2);
    assert_eq!(linearizable(vec![ping]).verdict, Verdict::Inconclusive);
}

#[test]
fn each_property_has_a_history_that_breaks_it() {
    let second = |s: u64, client, value: Option<u64>| {
        let (from, to) = (s * 1_000_000_000, s * 1_000_000_000 + 1);
        match value {
            Some(value) => write(client, value, from, to),
            None => read(client, 1, from, to),
        }
    };
    let run = Run {
        operations: vec![
            second(0, 1, Some(1)),
            second(1, 2, Some(2)),
            read(2, 2, 2_000_000_000, 2_000_000_001),
            read(1, 2, 3_000_000_000, 3_000_000_001),
            second(9, 2, None),
        ],
        ..Run::default()
    };
    for property in [
        Property::Linearizable,
        Property::SequentiallyConsistent,
        Property::ReadYourWrites,
        Property::MonotonicReads,
        Property::NoLostWrites,
    ] {
        let found = decide(&property, &run, &CheckContext::default());
        assert_eq!(found.verdict, Verdict::Fail, "{property}: {}", found.why);
    }
}

/// A queue, as a lab would bring it: the state is what is in it.
struct Queue;

impl Model for Queue {
    type State = Vec<Value>;
    type Action = (bool, Value);

    fn name(&self) -> &'static str {
        "queue"
    }

    fn operations(&self) -> &[&'static str] {
        &["push", "pop"]
    }

    fn parse(&self, operation: &Operation) -> Result<Self::Action, String> {
        let push = &*operation.op == "push";
        let value = if push { &operation.input } else { &operation.output };
        if !push && operation.outcome == Outcome::Unknown {
            return Err("this lab's pops are always answered".into());
        }
        Ok((push, value.value().into_owned()))
    }

    fn initial(&self) -> Self::State {
        Vec::new()
    }

    fn step(&self, state: &Self::State, (push, value): &Self::Action) -> Option<Self::State> {
        if *push {
            return Some([&state[..], std::slice::from_ref(value)].concat());
        }
        let (first, rest) = state.split_first()?;
        (first == value).then(|| rest.to_vec())
    }
}

#[test]
fn a_model_of_ones_own_is_checked_like_the_shipped_ones() {
    let push = |v: u64, from| op(1, "push", json!(v), Value::Null, from, from + 5);
    let pop = |v: u64, from| op(2, "pop", Value::Null, json!(v), from, from + 5);
    let check = |history: &[Operation]| {
        check_linearizable(&Queue, history, &Budget::default()).unwrap().answer
    };
    assert_eq!(check(&[push(1, 0), push(2, 10), pop(1, 12), pop(2, 20)]), Answer::Holds);
    let swapped = check(&[push(1, 0), push(2, 10), pop(2, 20), pop(1, 30)]);
    let Answer::Violated(witness) = swapped else { panic!("{swapped:?}") };
    let shown = witness.to_string();
    assert!(shown.contains("push(2)") && shown.contains("pop -> 2"), "{shown}");
    // A push without an answer may have happened: what pops it may have seen it.
    assert_eq!(check(&[unknown(push(1, 0)), pop(1, 12)]), Answer::Holds);
}
