//! The clock, the event heap and the record: what every part of a simulation uses.

use std::sync::Arc;

use netsplit_history::{Aggregate, Problem, Run, Sample, Series, Time, TraceKind};

use super::events::{Event, Events};
use super::tracer::Tracer;
use crate::machine::id::NodeId;

/// The present time, the events to come, and the record of the run so far.
pub(crate) struct Core {
    pub seed: u64,
    pub now: Time,
    /// When the run ends: its duration, and then the longest client timeout.
    pub end: Time,
    events: Events,
    tracer: Tracer,
    pub run: Run,
}

impl Core {
    pub fn new(run: Run, record_trace: bool) -> Core {
        Core {
            seed: run.seed,
            now: Time::ZERO,
            end: run.duration,
            events: Events::default(),
            tracer: Tracer::new(record_trace),
            run,
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

    /// Takes the next event before the end of the run, and advances time to it.
    pub fn advance(&mut self) -> Option<Event> {
        let (at, event) = self.events.pop_until(self.end)?;
        self.now = at;
        Some(event)
    }

    /// Adds an event to the fingerprint: `tag` is its kind, `numbers` and `bytes` its content.
    pub fn note(&mut self, tag: u8, numbers: &[u64], bytes: &[u8]) {
        self.tracer.note(self.now, tag, numbers, bytes);
    }

    /// Adds an event to the recorded trace, if there is one.
    pub fn keep(&mut self, node: &Arc<str>, kind: impl FnOnce() -> TraceKind) {
        self.tracer.keep(self.now, node, kind);
    }

    /// Makes the run inconclusive.
    pub fn inconclusive(&mut self, why: String) {
        self.run.problems.push(Problem::Inconclusive(why));
    }

    /// Adds a sample of a host to a distribution of durations.
    pub fn observe(&mut self, host: NodeId, name: &'static str, value: std::time::Duration) {
        let sample = Sample { at: self.now, host: host.0, value };
        match self.run.observed.get_mut(name) {
            Some(samples) => samples.push(sample),
            None => drop(self.run.observed.insert(name.into(), vec![sample])),
        }
    }

    /// Adds a point of a host to a counter or gauge.
    pub fn point(&mut self, host: NodeId, name: &'static str, aggregate: Aggregate, value: f64) {
        let point = Sample { at: self.now, host: host.0, value };
        if let Some(series) = self.run.series.get_mut(name) {
            series.points.push(point);
        } else {
            let series = Series { aggregate, points: vec![point] };
            self.run.series.insert(name.into(), series);
        }
    }

    /// Takes the record, complete with the fingerprint and the trace.
    pub fn take_run(&mut self) -> Run {
        let (fingerprint, trace) = self.tracer.finish();
        Run { end: self.now, fingerprint, trace, ..std::mem::take(&mut self.run) }
    }
}
