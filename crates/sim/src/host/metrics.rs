//! What node code leaves in the record of the run, and the chance that it takes.

use std::time::Duration;

use netsplit_history::{Aggregate, LabEvent, Series, Time, TraceKind};
use rand::TryRng;
use serde_json::Value;

use crate::engine::tracer::{number, tag};
use crate::engine::world::World;
use crate::{Host, NodeId};

/// What the run records. A host that is down records nothing.
impl Host {
    /// Takes a role, such as `leader`; scenario files select nodes by it.
    pub fn set_role(&self, role: &'static str) {
        self.if_alive(|world, id| world.set_role(id, role));
    }

    /// Announces an event: invariants judge it, and scenario files may wait for it.
    pub fn record(&self, name: &'static str, detail: impl Into<Value>) {
        let detail = detail.into();
        self.if_alive(|world, id| world.record(id, name, detail));
    }

    /// Adds a duration to the distribution called `name`.
    pub fn observe(&self, name: &'static str, duration: Duration) {
        self.if_alive(|world, id| world.observe(id, name, duration));
    }

    /// Adds to the counter called `name`.
    pub fn count(&self, name: &'static str, by: u64) {
        self.if_alive(|world, id| world.point(id, name, Aggregate::Sum, by as f64));
    }

    /// Sets the gauge called `name`.
    pub fn gauge(&self, name: &'static str, value: f64) {
        self.if_alive(|world, id| world.point(id, name, Aggregate::Last, value));
    }

    /// This host's random numbers.
    pub fn rng(&self) -> HostRng<'_> {
        HostRng { host: self }
    }

    pub(crate) fn trace(
        &self,
        tag: u8,
        numbers: &[u64],
        bytes: &[u8],
        kind: impl FnOnce() -> TraceKind,
    ) {
        self.if_alive(|world, id| {
            world.tracer.note(world.now, tag, numbers, bytes);
            let name = &world.hosts[id.index()].name;
            world.tracer.keep(world.now, name, kind);
        });
    }
}

impl World {
    fn record(&mut self, id: NodeId, name: &'static str, detail: Value) {
        let at = self.now;
        let text = format!("{name} {detail}");
        self.tracer.note(at, tag::RECORD, &[number(id)], text.as_bytes());
        let node = self.hosts[id.index()].name.clone();
        let event = LabEvent { at, node: node.clone(), name: name.into(), detail };
        self.tracer.keep(at, &node, || TraceKind::Record {
            name: event.name.clone(),
            detail: event.detail.clone(),
        });
        self.run.events.push(event);
        self.trigger(name);
    }

    fn observe(&mut self, id: NodeId, name: &'static str, duration: Duration) {
        let at = self.now;
        let nanos = Time::from(duration).as_nanos();
        self.tracer.note(at, tag::OBSERVE, &[number(id), nanos], name.as_bytes());
        match self.run.observed.get_mut(name) {
            Some(samples) => samples.push((at, duration)),
            None => drop(self.run.observed.insert(name.into(), vec![(at, duration)])),
        }
    }

    /// Adds a point to a counter or gauge.
    fn point(&mut self, id: NodeId, name: &'static str, aggregate: Aggregate, value: f64) {
        let at = self.now;
        self.tracer.note(at, tag::COUNT, &[number(id), value.to_bits()], name.as_bytes());
        if let Some(series) = self.run.series.get_mut(name) {
            series.points.push((at, value));
        } else {
            let series = Series { aggregate, points: vec![(at, value)] };
            self.run.series.insert(name.into(), series);
        }
    }
}

/// The random numbers of one host. Every draw enters the fingerprint.
#[derive(Debug)]
pub struct HostRng<'a> {
    host: &'a Host,
}

impl TryRng for HostRng<'_> {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.try_next_u64().map(|number| (number >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut world = self.host.world();
        let drawn = rand::Rng::next_u64(&mut world.hosts[self.host.id().index()].rng);
        let at = world.now;
        world.tracer.note(at, tag::DRAW, &[number(self.host.id()), drawn], &[]);
        Ok(drawn)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.try_next_u64()?.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}
