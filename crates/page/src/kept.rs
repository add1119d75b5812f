//! The part of a run that a page keeps: everything where it fits, and otherwise stated windows.

use std::fmt;
use std::time::Duration;

use netsplit_history::{Operation, Run, Time, Window};
use serde::Serialize;

/// Slowest requests that a window is kept around.
const SLOWEST: usize = 20;
/// Fault edges that a window is kept around.
const EDGES: usize = 24;

/// The part of the run that is in the page.
pub(crate) struct Kept {
    window: Window,
    /// Why each window was chosen; empty when everything is kept.
    pub reasons: Vec<Reason>,
}

/// A window and the reason for it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Reason {
    pub from: Time,
    pub to: Time,
    pub why: String,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from.as_secs_f64(), self.to.as_secs_f64());
        write!(f, "{from:.6}s to {to:.6}s: {}", self.why)
    }
}

impl Kept {
    /// The whole run.
    pub fn all() -> Kept {
        Kept { window: Window::span(Time::ZERO, Time::MAX), reasons: Vec::new() }
    }

    /// Windows with at most `most` events: around the edges of faults, around `marks` (where
    /// expectations fell), around the slowest requests, and one calm second. The windows around
    /// instants are two seconds long, or as much shorter as it takes.
    pub fn windows(run: &Run, marks: &[Time], most: usize) -> Kept {
        let mut reach = Duration::from_secs(1);
        loop {
            let reasons = reasons(run, marks, reach);
            let window = Window::union(reasons.iter().map(|reason| (reason.from, reason.to)));
            let kept: usize = window.spans().iter().map(|span| events_in(run, *span)).sum();
            if kept <= most || reach < Duration::from_micros(1) {
                return Kept { window, reasons };
            }
            reach /= 2;
        }
    }

    /// Whether everything is kept.
    pub fn is_all(&self) -> bool {
        self.reasons.is_empty()
    }

    pub fn has(&self, at: Time) -> bool {
        self.is_all() || self.window.contains(at)
    }

    /// Whether a request is kept: any of its time is.
    pub fn has_request(&self, operation: &Operation) -> bool {
        let span = Window::span(operation.intended, operation.finished + Duration::from_nanos(1));
        self.is_all() || !self.window.and(&span).is_empty()
    }
}

fn events_in(run: &Run, (from, to): (Time, Time)) -> usize {
    let before = |at| run.trace.partition_point(|event| event.at < at);
    before(to) - before(from)
}

fn reasons(run: &Run, marks: &[Time], reach: Duration) -> Vec<Reason> {
    let around = |at: Time, why: String| Reason { from: at - reach, to: at + reach, why };
    let mut reasons = Vec::new();
    let spans =
        run.faults.iter().flat_map(|fault| fault.spans.iter().map(move |span| (fault, *span)));
    for (fault, (from, to)) in spans.take(EDGES) {
        reasons.push(around(from, format!("{} strikes", fault.name)));
        if to < run.end {
            reasons.push(around(to, format!("{} heals", fault.name)));
        }
    }
    reasons.extend(marks.iter().map(|at| around(*at, "an expectation fell".to_owned())));
    for operation in slowest(run) {
        let from = operation.intended - reach.min(Duration::from_millis(10));
        let to = operation.finished.min(operation.intended + 2 * reach) + Duration::from_nanos(1);
        reasons.push(Reason { from, to, why: "a slow request".to_owned() });
    }
    if let Some(from) = calm(run) {
        reasons.push(Reason { from, to: from + reach, why: "calm".to_owned() });
    }
    reasons
}

/// The slowest requests of the run.
fn slowest(run: &Run) -> Vec<&Operation> {
    let mut all: Vec<_> = run.operations.iter().collect();
    all.sort_by_key(|operation| std::cmp::Reverse(operation.latency()));
    all.truncate(SLOWEST);
    all
}

/// The beginning of the first second after the warm-up in which no fault is active.
fn calm(run: &Run) -> Option<Time> {
    let struck = run.faults.iter().flat_map(|fault| fault.spans.iter().copied());
    let calm = run.measured_window().minus(&Window::union(struck));
    let long = |span: &&(Time, Time)| span.1.since(span.0) >= Duration::from_secs(1);
    calm.spans().iter().find(long).map(|span| span.0)
}
