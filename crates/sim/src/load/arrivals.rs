//! Arrivals of requests: their times, operations, keys and sessions.
//!
//! A [`LoadState`] draws arrivals, operations and keys from three streams of its own, so the
//! n-th request of a load is the same request in every variant. Open-loop arrivals do not depend
//! on the system, and latency counts from the intended time, so a slow system cannot hide its
//! queue (coordinated omission).

use std::rc::Rc;
use std::time::Duration;

use netsplit_history::{Name, Time};
use netsplit_scenario::{Arrivals, Load};
use rand::rngs::ChaCha8Rng;

use super::client::Client;
use crate::machine::id::NodeId;
use crate::random::{Ranks, Sampler, stream, unit};

/// A client session: it performs one operation at a time, and retires when the outcome of one is
/// unknown.
pub(crate) struct Session {
    /// Unique in the run.
    pub id: u32,
    pub host: NodeId,
    /// `None` if its host was down when it was opened: its request fails.
    pub client: Option<Rc<dyn Client>>,
}

/// One load while the simulation runs.
pub(crate) struct LoadState {
    pub name: Name,
    pub hosts: Vec<NodeId>,
    pub timeout: Duration,
    pub until: Time,
    pub idle: Vec<Session>,
    /// Sessions opened so far.
    pub opened: usize,
    arrivals: Process,
    arrival_rng: ChaCha8Rng,
    operations: Vec<(Name, f64)>,
    operation_rng: ChaCha8Rng,
    ranks: Ranks,
    key_rng: ChaCha8Rng,
    think: Option<Sampler>,
}

impl LoadState {
    pub fn new(load: &Load, seed: u64, hosts: Vec<NodeId>, duration: Time) -> LoadState {
        let name = &load.name;
        let total: f64 = load.mix.iter().map(|(_, weight)| weight).sum();
        let mut before = 0.0;
        let operations = load.mix.iter().map(|(op, weight)| {
            before += weight / total;
            (Name::from(op.as_str()), before)
        });
        let think = match &load.arrivals {
            Arrivals::Closed { think, .. } => Some(Sampler::new(think)),
            _ => None,
        };
        LoadState {
            name: name.as_str().into(),
            hosts,
            timeout: load.timeout,
            until: load.until.unwrap_or(duration).min(duration),
            idle: Vec::new(),
            opened: 0,
            arrivals: Process::new(load),
            arrival_rng: stream(seed, &format!("arrivals/{name}")),
            operations: operations.collect(),
            operation_rng: stream(seed, &format!("operations/{name}")),
            ranks: Ranks::new(load.keys.count, load.keys.zipf),
            key_rng: stream(seed, &format!("keys/{name}")),
            think,
        }
    }

    /// The intended time of the next open-loop request, if there is one.
    pub fn next_arrival(&mut self) -> Option<Time> {
        self.arrivals.next(&mut self.arrival_rng).filter(|at| *at < self.until)
    }

    /// When a closed-loop session sends its next request after an answer at `now`; its think time
    /// is no shorter than `at_least`.
    pub fn next_thought(&mut self, now: Time, at_least: Duration) -> Option<Time> {
        let at = now + self.think.as_ref()?.draw(&mut self.arrival_rng).max(at_least);
        (at < self.until).then_some(at)
    }

    /// The next request's operation and key rank.
    pub fn next_request(&mut self) -> (Name, u64) {
        let u = unit(&mut self.operation_rng);
        let last = self.operations.len() - 1;
        let place = self.operations.partition_point(|(_, share)| *share <= u).min(last);
        (self.operations[place].0.clone(), self.ranks.draw(&mut self.key_rng))
    }

    /// The host of the next session to open.
    pub fn next_host(&mut self) -> NodeId {
        self.opened += 1;
        self.hosts[(self.opened - 1) % self.hosts.len()]
    }
}

/// A point process with a rate that changes in steps.
///
/// Arrivals of a unit-rate process are mapped through the cumulative rate, so each takes one
/// draw, whatever the steps.
struct Process {
    /// (from when, requests per second)
    steps: Vec<(Time, f64)>,
    constant: bool,
    at: Time,
    /// The part of a nanosecond by which `at` is too early.
    fraction: f64,
}

impl Process {
    fn new(load: &Load) -> Process {
        let (steps, constant) = match &load.arrivals {
            Arrivals::Open { steps, constant } => (steps.clone(), *constant),
            _ => (Vec::new(), true),
        };
        Process { steps, constant, at: load.from, fraction: 0.0 }
    }

    fn next(&mut self, rng: &mut ChaCha8Rng) -> Option<Time> {
        let u = unit(rng);
        let mut due = if self.constant { 1.0 } else { -libm::log(1.0 - u) };
        loop {
            let step = self.steps.partition_point(|(from, _)| *from <= self.at);
            let rate = if step == 0 { 0.0 } else { self.steps[step - 1].1 } / 1e9;
            let next_step = self.steps.get(step).map(|(from, _)| *from);
            let left = next_step.map(|end| end.since(self.at).as_nanos() as f64 - self.fraction);
            match left {
                Some(left) if rate * left < due => {
                    due -= rate * left;
                    self.at = next_step?;
                    self.fraction = 0.0;
                }
                _ if rate == 0.0 => return None,
                _ => {
                    let ahead = due / rate + self.fraction;
                    self.at += Duration::from_nanos(ahead as u64);
                    self.fraction = ahead.fract();
                    return Some(self.at);
                }
            }
        }
    }
}
