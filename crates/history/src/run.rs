//! The record of one run.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::bits;
use crate::{
    ActionRecord, Operation, OverTime, Time, Touch, Touched, TraceEvent, TraceKind, Wake, Window,
};

/// The record of one run.
///
/// As JSON it can be judged in another process than the one that it happened in. The trace, its
/// wakes and the log are left out there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Run {
    /// The seed of all its randomness.
    pub seed: u64,
    /// Requests that the load meant to send before this instant are not measured.
    pub warmup: Time,
    /// When the load stopped. The run then drained for one timeout.
    pub duration: Time,
    /// Simulated time after the drain.
    pub end: Time,
    /// All requests, in the order in which they ended.
    pub operations: Vec<Operation>,
    /// The scenario's faults, in its order, with their effects.
    pub faults: Vec<FaultRecord>,
    /// The scenario's actions, in its order.
    pub actions: Vec<ActionRecord>,
    /// Message counts of the network.
    pub network: NetworkCounts,
    /// The names of all hosts, by the number that samples carry: nodes, then client hosts.
    pub hosts: Vec<Arc<str>>,
    /// Named durations that nodes and clients observed.
    pub observed: BTreeMap<Arc<str>, Vec<Sample<Duration>>>,
    /// Counters and gauges of the lab, by name.
    pub series: BTreeMap<Arc<str>, Series>,
    /// Attempts and queues over time.
    pub over_time: OverTime,
    /// Numbers that the lab computed from the whole run at its end.
    #[serde(with = "bits::by_name")]
    pub measured: BTreeMap<String, f64>,
    /// Events that nodes recorded, in order.
    pub events: Vec<LabEvent>,
    /// What nodes showed with `Host::show`, in order, if the trace was requested.
    pub shown: Vec<LabEvent>,
    /// Crashes that were not injected by a fault.
    pub crashes: Vec<Crash>,
    /// Reasons why the run is inconclusive or failed, apart from expectations.
    pub problems: Vec<Problem>,
    /// Two independent counts of the requests in the system.
    pub littles_law: LittlesLaw,
    /// xxh3 of the whole trace: equal fingerprints mean equal runs.
    pub fingerprint: u64,
    /// Events that the executor handled.
    pub steps: u64,
    /// Whether it ended before its time, by an endless loop or a budget; a problem says which.
    pub ended_early: bool,
    /// The first answer of a learner's filling that is not the reference's, if they were compared.
    pub first_difference: Option<Difference>,
    /// The full trace, if requested.
    #[serde(skip)]
    pub trace: Vec<TraceEvent>,
    /// When the trace was full, if it was: what happened later is not in it.
    #[serde(skip)]
    pub trace_ended: Option<Time>,
    /// Why node code ran, in order, if the trace was requested; the first is the start of the run.
    #[serde(skip)]
    pub wakes: Vec<Wake>,
    /// Log lines of nodes, from `tracing`.
    #[serde(skip)]
    pub log: Vec<String>,
}

impl Run {
    /// The number of the host called `name`.
    pub fn host(&self, name: &str) -> Option<u32> {
        self.hosts.iter().position(|host| **host == *name).map(|index| index as u32)
    }

    /// The replies of the recorded trace, in the order of [`operations`](Run::operations).
    pub fn replies(&self) -> impl Iterator<Item = &TraceEvent> {
        self.trace.iter().filter(|event| matches!(event.kind, TraceKind::Reply { .. }))
    }

    /// The measured part of the run: after the warm-up, until the load stopped.
    pub fn measured_window(&self) -> Window {
        Window::span(self.warmup, self.duration)
    }
}

/// One fault of the scenario and its effects over all its firings.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FaultRecord {
    /// Its name in the scenario.
    pub name: String,
    /// Its kind: `partition`, `crash`, ...
    pub kind: String,
    /// When it was active: from strike to heal, once per firing.
    pub spans: Vec<(Time, Time)>,
    /// What it changed, over all its firings.
    pub touched: Touched,
    /// What a fault of its kind is meant to change.
    pub aims: Vec<Touch>,
    /// Nodes that it crashed, paused or slowed, or whose clock or disk it changed; for a link fault
    /// the ends of the messages that it changed.
    pub affected_nodes: BTreeSet<String>,
    /// Whether the scenario allows it to change nothing.
    pub may_miss: bool,
}

impl FaultRecord {
    /// Why the fault shows nothing, in a sentence; `None` when it changed something.
    pub fn failure(&self) -> Option<String> {
        let name = &self.name;
        if self.spans.is_empty() {
            return Some(format!("fault `{name}` never struck"));
        }
        if !self.touched.is_empty() {
            return None;
        }
        let missed: Vec<_> = self.aims.iter().map(|aim| aim.count(0, |_| String::new())).collect();
        Some(format!("fault `{name}` touched nothing: {}", missed.join(", ")))
    }
}

/// Message counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkCounts {
    /// Messages that nodes and clients sent.
    pub sent: u64,
    /// Copies that arrived.
    pub delivered: u64,
    /// Messages dropped by loss, partitions, and crashed or unbound receivers.
    pub dropped: u64,
    /// Extra copies that the network made.
    pub duplicated: u64,
    /// Copies that had not arrived when the run ended.
    pub in_flight: u64,
}

/// A counter or a gauge over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// How the points of a window become one number.
    pub aggregate: Aggregate,
    /// By how much or to what, in order of time.
    #[serde(with = "bits::samples")]
    pub points: Vec<Sample<f64>>,
}

/// A value that a host recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample<T> {
    /// The time.
    pub at: Time,
    /// The host's number: its index in [`Run::hosts`].
    pub host: u32,
    /// The value.
    pub value: T,
}

/// How the points of a [`Series`] become one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Aggregate {
    /// A counter: the sum of the window's increments.
    #[default]
    Sum,
    /// A gauge: the last value set before the end of the window.
    Last,
}

impl Series {
    /// The counter's increase inside the window, or the gauge's value at its end; `None` for a
    /// gauge that was not set before.
    pub fn value(&self, window: &Window) -> Option<f64> {
        self.value_where(window, |_| true)
    }

    /// [`value`](Series::value), of one host's points only.
    pub fn value_of(&self, host: u32, window: &Window) -> Option<f64> {
        self.value_where(window, |of| of == host)
    }

    fn value_where(&self, window: &Window, counts: impl Fn(u32) -> bool) -> Option<f64> {
        let mut points = self.points.iter().filter(|point| counts(point.host));
        match self.aggregate {
            Aggregate::Sum => Some(
                points
                    .filter(|point| window.contains(point.at))
                    // Not `sum`, which calls the empty sum -0.
                    .fold(0.0, |total, point| total + point.value),
            ),
            Aggregate::Last => {
                let end = window.end()?;
                points.rfind(|point| point.at < end).map(|point| point.value)
            }
        }
    }
}

/// An event that a node recorded with `Host::record`, or showed with `Host::show`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabEvent {
    /// The time.
    pub at: Time,
    /// The node.
    pub node: Arc<str>,
    /// The event's name, one of those that the lab declares.
    pub name: Arc<str>,
    /// The event's data.
    pub detail: Value,
}

/// A node that crashed without a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crash {
    /// The time.
    pub at: Time,
    /// The node.
    pub node: String,
    /// The panic's message.
    pub message: String,
    /// `file:line:column` of the panic.
    pub place: String,
}

/// A call of a filling that was answered in two ways: by a learner's code, and by the reference on
/// the same inputs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The time.
    pub at: Time,
    /// The node.
    pub node: String,
    /// The call, with its inputs: `a request for a vote in term 4 by n3`.
    pub call: String,
    /// The learner's answer: `granted it`.
    pub yours: String,
    /// The reference's answer: `refused it`.
    pub reference: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { at, node, call, yours, reference } = self;
        let at = at.as_secs_f64();
        write!(f, "at {at:.3} s on {node}, {call}: your code {yours}; the reference {reference}")
    }
}

/// A reason why a run is inconclusive or failed, apart from expectations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "why")]
pub enum Problem {
    /// The run could not show what it was meant to show.
    Inconclusive(String),
    /// The system under test misbehaved in a way that no expectation covers, such as a livelock.
    Failure(String),
}

/// Little's law, L = λW, from two independent counts over the measured window.
///
/// The integral of the number of requests in the system must equal the sum of their sojourn
/// times clipped to the window, to the nanosecond.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LittlesLaw {
    /// Request-nanoseconds, integrated as requests came and went.
    pub integral_ns: u128,
    /// Request-nanoseconds, summed over the finished operations.
    pub sojourn_ns: u128,
}

impl LittlesLaw {
    /// Whether the two counts agree.
    pub fn holds(&self) -> bool {
        self.integral_ns == self.sojourn_ns
    }
}
