//! End-of-run measures, computed from the recorded history.
//!
//! Money is counted from outside: each charge is an event of the server that made it, and
//! [`charges`] compares these with what clients requested and were told. A server that charges
//! twice because it takes two tries for two requests would not count them as doubles itself.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use netsplit_history::{Operation, Run, Sample, Status};

/// The measures of a whole run, by name.
pub(crate) fn measure(run: &Run, leaves: u32) -> Vec<(&'static str, f64)> {
    let mut measured = charges(run);
    measured.extend(lost_updates(run).map(|lost| ("lost_updates", lost)));
    let window = run.measured_window();
    let requests: Vec<_> =
        run.operations.iter().filter(|op| window.contains(op.intended)).collect();
    measured.extend(makespan_ms(&requests).map(|ms| ("makespan_ms", ms)));
    measured.extend(drain_s(run).map(|seconds| ("drain_s", seconds)));
    // Over the whole run: a request's last tries may come after the last request.
    let leaves = run.operations.len() as f64 * f64::from(leaves);
    let per_leaf = |counter: &str| {
        let points = &run.series.get(counter)?.points;
        let counted: f64 = points.iter().map(|point| point.value).sum();
        (leaves > 0.0).then_some(counted / leaves)
    };
    measured.extend(per_leaf("tries").map(|tries| ("amplification", tries)));
    measured.extend(per_leaf("hedges").map(|hedges| ("hedge_rate", hedges)));
    measured
}

/// From the first request to the end of the last one.
fn makespan_ms(requests: &[&Operation]) -> Option<f64> {
    let first = requests.iter().map(|op| op.intended).min()?;
    let last = requests.iter().map(|op| op.finished).max()?;
    Some(last.since(first).as_secs_f64() * 1e3)
}

/// From the end of the last fault to the first job that did not have to wait.
fn drain_s(run: &Run) -> Option<f64> {
    let heals = run.faults.iter().flat_map(|fault| &fault.spans);
    let heal = heals.map(|(_, to)| *to).max()?;
    let waits = run.observed.get("wait")?;
    let idle = |wait: &&Sample<Duration>| wait.at > heal && wait.value.is_zero();
    let first = waits.iter().find(idle)?;
    Some(first.at.since(heal).as_secs_f64())
}

/// Charges beyond the first of their request, and requests that were told "done" and were not
/// charged.
fn charges(run: &Run) -> Vec<(&'static str, f64)> {
    let mut ledger: BTreeMap<u64, u32> = BTreeMap::new();
    for event in run.events.iter().filter(|event| &*event.name == "charged") {
        *ledger.entry(event.detail.as_u64().unwrap_or(0)).or_default() += 1;
    }
    let mut measured = Vec::new();
    if !ledger.is_empty() {
        let double: u32 = ledger.values().map(|times| times - 1).sum();
        measured.push(("double_charges", f64::from(double)));
    }
    let confirmed: Vec<_> =
        run.operations.iter().filter(|op| &*op.op == "charge" && op.status == Status::Ok).collect();
    if !confirmed.is_empty() {
        let unpaid = confirmed.iter().filter(|op| {
            let request = op.input.as_u64();
            !request.is_some_and(|request| ledger.contains_key(&request))
        });
        measured.push(("unpaid", unpaid.count() as f64));
    }
    measured
}

/// Each update adds one, so two that were told the same new value are one that was lost; `None`
/// without two of them.
fn lost_updates(run: &Run) -> Option<f64> {
    let confirmed =
        run.operations.iter().filter(|op| &*op.op == "update" && op.status == Status::Ok);
    let values: Vec<_> = confirmed.filter_map(|op| op.output.as_u64()).collect();
    let distinct: BTreeSet<_> = values.iter().collect();
    (values.len() > 1).then(|| (values.len() - distinct.len()) as f64)
}
