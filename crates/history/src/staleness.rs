//! Stale reads, counted from the history of the clients' operations.
//!
//! A read is stale if some write was acknowledged before the read began, and began after the
//! write whose value was returned had been acknowledged itself: whatever the order of
//! concurrent writes, the read missed that one. A value whose write was never acknowledged
//! cannot be placed in time, so a read of it never counts as stale.

use std::collections::BTreeMap;

use crate::{Operation, Outcome, Run, Status, Time};

/// The time at which a write began, and the one at which it was acknowledged.
type Span = (Time, Option<Time>);

/// The number of successful reads that were stale, where the operation `read` returns the value of
/// its key and `write` takes one that is unique; `None` when no read began after a write of its key
/// was acknowledged.
pub fn stale_reads(run: &Run, read: &str, write: &str) -> Option<usize> {
    let mut keys = BTreeMap::<_, (Vec<&Operation>, Vec<&Operation>)>::new();
    for operation in &run.operations {
        let Some(key) = &operation.key else { continue };
        let (reads, writes) = keys.entry(key).or_default();
        match &*operation.op {
            op if op == read && operation.status == Status::Ok => reads.push(operation),
            op if op == write && operation.outcome != Outcome::Fail => writes.push(operation),
            _ => {}
        }
    }
    let judged = keys.values().flat_map(|(reads, writes)| {
        let known = Writes::of(writes);
        let judged: Vec<_> = reads.iter().filter_map(|read| known.is_stale(read)).collect();
        judged
    });
    let judged: Vec<bool> = judged.collect();
    (!judged.is_empty()).then(|| judged.iter().filter(|stale| **stale).count())
}

struct Writes {
    by_value: BTreeMap<u64, Span>,
    /// (acknowledged, the latest beginning of all writes acknowledged so far), in order.
    newest: Vec<(Time, Time)>,
}

impl Writes {
    fn of(writes: &[&Operation]) -> Writes {
        let span = |op: &&Operation| Some((op.input.as_u64()?, (op.invoke, op.returned())));
        let by_value: BTreeMap<_, _> = writes.iter().filter_map(span).collect();
        let finished = by_value.values().filter_map(|(began, done)| Some(((*done)?, *began)));
        let mut newest: Vec<_> = finished.collect();
        newest.sort_unstable();
        let mut latest = Time::ZERO;
        for (_, began) in &mut newest {
            latest = latest.max(*began);
            *began = latest;
        }
        Writes { by_value, newest }
    }

    /// Whether a read is stale; `None` when no write was acknowledged before it began.
    fn is_stale(&self, read: &Operation) -> Option<bool> {
        let before = self.newest.partition_point(|(done, _)| *done < read.invoke);
        let (_, latest) = before.checked_sub(1).map(|last| self.newest[last])?;
        Some(match read.output.as_u64().map(|value| self.by_value.get(&value)) {
            // The value from before all writes.
            None => true,
            Some(Some((_, Some(done)))) => latest > *done,
            Some(_) => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::Value;

    use super::*;

    const GET: &str = "get";
    const PUT: &str = "put";

    fn operation(op: &str, input: Value, output: Value, span: (u64, u64)) -> Operation {
        let at = |ms| Time::from(Duration::from_millis(ms));
        Operation {
            client: 0,
            load: "clients".into(),
            op: op.into(),
            key: Some("k1".into()),
            input: input.into(),
            output: output.into(),
            intended: at(span.0),
            invoke: at(span.0),
            finished: at(span.1),
            status: Status::Ok,
            outcome: Outcome::Ok,
            error: None,
        }
    }

    fn put(value: u64, from: u64, to: u64) -> Operation {
        operation(PUT, value.into(), Value::Null, (from, to))
    }

    fn stale(writes: &[Operation], seen: impl Into<Value>, at: u64) -> bool {
        let read = operation(GET, Value::Null, seen.into(), (at, at + 1));
        let run =
            Run { operations: writes.iter().cloned().chain([read]).collect(), ..Run::default() };
        stale_reads(&run, GET, PUT) == Some(1)
    }

    #[test]
    fn a_read_is_stale_if_it_missed_a_write_that_was_over() {
        let writes = [put(1, 0, 10), put(2, 20, 30)];
        assert!(!stale(&writes, 2, 40));
        assert!(stale(&writes, 1, 40));
        assert!(stale(&writes, Value::Null, 40));
        assert!(!stale(&writes, 1, 25), "the second write is not over");
        assert!(!stale(&writes, Value::Null, 5));
    }

    #[test]
    fn reads_before_any_acknowledged_write_are_no_evidence() {
        let run =
            |operations: &[Operation]| Run { operations: operations.to_vec(), ..Run::default() };
        let get = |at| operation(GET, Value::Null, Value::Null, (at, at + 1));
        assert_eq!(stale_reads(&run(&[get(40)]), GET, PUT), None);
        assert_eq!(stale_reads(&run(&[put(1, 0, 10), get(5)]), GET, PUT), None);
        assert_eq!(stale_reads(&run(&[put(1, 0, 10)]), GET, PUT), None);
    }

    #[test]
    fn concurrent_writes_may_take_effect_in_either_order() {
        let writes = [put(1, 0, 25), put(2, 20, 30)];
        assert!(!stale(&writes, 1, 40));
        assert!(!stale(&writes, 2, 40));
    }

    #[test]
    fn a_write_that_was_never_acknowledged_cannot_be_placed() {
        let mut lost = put(1, 0, 10);
        lost.outcome = Outcome::Unknown;
        lost.status = Status::TimedOut;
        assert!(!stale(&[lost, put(2, 20, 30)], 1, 40));
    }
}
