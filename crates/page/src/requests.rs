//! The slowest and the failed requests, each with what it waited for.

use std::collections::BTreeMap;

use netsplit_history::{Operation, Run, Status, TraceEvent, TraceKind, critical_path};

/// Failed and slowest requests in the table.
const FAILED_MAX: usize = 200;
const SLOWEST: usize = 20;

/// The table.
pub(crate) struct Requests {
    /// What is shown, and how many are not.
    pub said: String,
    pub rows: Vec<Row>,
}

/// A request.
pub(crate) struct Row {
    pub id: u64,
    pub what: String,
    pub intended: String,
    pub took: String,
    pub ended: &'static str,
    pub waits: String,
}

impl Requests {
    pub fn new(run: &Run) -> Requests {
        let mut all: Vec<_> = run.replies().zip(&run.operations).collect();
        all.sort_by_key(|(_, operation)| {
            (std::cmp::Reverse(operation.latency()), operation.intended)
        });
        let slowest = all.iter().take(SLOWEST);
        let later = all.iter().skip(SLOWEST);
        let failed: Vec<_> =
            later.filter(|(_, operation)| operation.status != Status::Ok).collect();
        let shown = failed.len().min(FAILED_MAX - SLOWEST);
        let first = all.len().min(SLOWEST);
        let said = match failed.len() - shown {
            0 => format!("The {first} slowest, and all that failed."),
            more => format!("The {first} slowest, and {shown} that failed; {more} more failed."),
        };
        let rows = slowest.chain(failed.into_iter().take(shown));
        Requests { said, rows: rows.map(|(reply, operation)| row(run, reply, operation)).collect() }
    }
}

fn row(run: &Run, reply: &TraceEvent, operation: &Operation) -> Row {
    let TraceKind::Reply { id, status, .. } = &reply.kind else {
        unreachable!("replies are replies");
    };
    let path = critical_path(&run.wakes, reply.wake, operation.intended, operation.finished);
    let mut sums = BTreeMap::new();
    for interval in &path {
        *sums.entry(interval.what).or_insert(0) += interval.to.since(interval.from).as_nanos();
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, nanos)| std::cmp::Reverse(*nanos));
    let total = operation.latency().as_nanos().max(1);
    let shares =
        sums.iter().map(|(what, nanos)| format!("{what} {}%", (nanos * 100 + total / 2) / total));
    let key = operation.key.as_deref().unwrap_or("");
    Row {
        id: *id,
        what: format!("{} {key} #{id}", operation.op),
        intended: format!("{:.6}s", operation.intended.as_secs_f64()),
        took: format!("{:.3} ms", operation.latency().as_secs_f64() * 1e3),
        ended: status,
        waits: shares.collect::<Vec<_>>().join(", "),
    }
}
