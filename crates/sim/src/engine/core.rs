//! The clock, the event heap and the record: what every part of a simulation uses.

use std::sync::Arc;

use netsplit_history::{
    Aggregate, Cause, LabEvent, Problem, Run, Sample, Series, Time, TraceKind, Wake,
};
use netsplit_scenario::Limits;
use serde_json::Value;

use super::budget::Budget;
use super::events::{Event, Events};
use super::executor::cause;
use super::tracer::{Recorded, Tracer};
use crate::machine::id::NodeId;

/// The beginning of a wait: the time, and the wake under which it began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Begun {
    pub since: Time,
    pub by: u32,
}

impl Begun {
    /// The beginning at `now` of a wait, by the code that runs.
    pub fn at(now: Time) -> Begun {
        Begun { since: now, by: cause() }
    }
}

/// A recorded trace may take this part of the memory, in addition to it.
const TRACE_SHARE: u64 = 4;

/// The present time, the events to come, and the record of the run so far.
pub(crate) struct Core {
    pub seed: u64,
    pub now: Time,
    /// When the run ends: its duration, and then the longest client timeout.
    pub end: Time,
    events: Events,
    /// The number of events that were scheduled before the present instant.
    before_now: u64,
    tracer: Tracer,
    pub run: Run,
    pub budget: Budget,
}

impl Core {
    pub fn new(run: Run, record_trace: bool, limits: Limits) -> Core {
        Core {
            seed: run.seed,
            now: Time::ZERO,
            end: run.duration,
            events: Events::default(),
            before_now: 0,
            tracer: Tracer::new(record_trace, (limits.memory / TRACE_SHARE) as usize),
            run,
            budget: Budget::new(limits),
        }
    }

    /// Schedules an event.
    pub fn schedule(&mut self, at: Time, event: Event) {
        self.events.push(at, event);
    }

    /// The heap, for parts that schedule events of their own.
    pub fn events(&mut self) -> &mut Events {
        &mut self.events
    }

    /// Takes the next event before the end of the run, and advances time to it. Also returns
    /// whether it was scheduled before this instant.
    pub fn advance(&mut self) -> Option<(Event, bool)> {
        let scheduled = self.events.pushed();
        let (at, seq, event) = self.events.pop_until(self.end)?;
        if at > self.now {
            self.now = at;
            self.before_now = scheduled;
        }
        Some((event, seq <= self.before_now))
    }

    /// The events scheduled so far are from before this instant.
    pub fn begin_instant(&mut self) {
        self.before_now = self.events.pushed();
    }

    /// Adds an event to the fingerprint: `tag` is its kind, `numbers` and `bytes` its content.
    pub fn note(&mut self, tag: u8, numbers: &[u64], bytes: &[u8]) {
        self.tracer.note(self.now, tag, numbers, bytes);
    }

    /// Adds an event to the recorded trace, if there is one.
    pub fn keep(&mut self, node: &Arc<str>, kind: impl FnOnce() -> TraceKind) {
        self.tracer.keep(self.now, node, kind);
    }

    /// Events that are scheduled.
    pub fn scheduled(&self) -> usize {
        self.events.len()
    }

    /// Whether the trace is kept as data, with contents and causes.
    pub fn records(&self) -> bool {
        self.tracer.records()
    }

    /// Adds what a node shows to the recorded trace; `bytes` is what its detail takes.
    pub fn show(&mut self, node: &Arc<str>, name: &'static str, detail: Value, bytes: usize) {
        let event = LabEvent { at: self.now, node: node.clone(), name: name.into(), detail };
        self.tracer.show(event, bytes);
    }

    /// The one copy of a content of the recorded trace.
    pub fn share(&mut self, content: String) -> Arc<str> {
        self.tracer.share(content)
    }

    /// Makes the end of a wait the cause of what runs next on `node`; its turn came at `started`.
    pub fn wake(&mut self, node: &Arc<str>, cause: Cause, begun: Begun, started: Time) {
        let Begun { since, by } = begun;
        let at = self.now;
        self.tracer.wake(|| Wake { at, node: node.clone(), cause, since, started, by });
    }

    /// Makes something that happens now the cause of what runs next on `node`.
    pub fn wake_now(&mut self, node: &Arc<str>, cause: Cause) {
        self.wake(node, cause, self.begun(), self.now);
    }

    /// The present as the beginning of a wait.
    pub fn begun(&self) -> Begun {
        Begun::at(self.now)
    }

    /// Makes the run inconclusive.
    pub fn inconclusive(&mut self, why: String) {
        self.run.problems.push(Problem::Inconclusive(why));
    }

    /// Adds a sample of a host to a distribution of durations.
    pub fn observe(&mut self, host: NodeId, name: &'static str, value: std::time::Duration) {
        let sample = Sample { at: self.now, host: host.0, value };
        self.budget.records += size_of_val(&sample);
        match self.run.observed.get_mut(name) {
            Some(samples) => samples.push(sample),
            None => drop(self.run.observed.insert(name.into(), vec![sample])),
        }
    }

    /// Adds a point of a host to a counter or gauge.
    pub fn point(&mut self, host: NodeId, name: &'static str, aggregate: Aggregate, value: f64) {
        let point = Sample { at: self.now, host: host.0, value };
        self.budget.records += size_of_val(&point);
        if let Some(series) = self.run.series.get_mut(name) {
            series.points.push(point);
        } else {
            let series = Series { aggregate, points: vec![point] };
            self.run.series.insert(name.into(), series);
        }
    }

    /// Takes the record, complete with the fingerprint and the trace.
    pub fn take_run(&mut self) -> Run {
        let Recorded { fingerprint, events: trace, wakes, shown, ended } = self.tracer.finish();
        let run = std::mem::take(&mut self.run);
        Run { end: self.now, fingerprint, trace, wakes, shown, trace_ended: ended, ..run }
    }
}
