//! Records of node code (roles, events, metrics), and its random numbers.

use std::time::Duration;

use netsplit_history::{Aggregate, Time, TraceKind};
use rand::TryRng;
use serde_json::Value;

use crate::Host;
use crate::engine::tracer::{number, tag};

/// Records. A host that is down records nothing.
impl Host {
    /// Takes a role, such as `leader`, in place of the one that this host had. Scenario files select
    /// nodes by role: the node that took it last.
    pub fn set_role(&self, role: &'static str) {
        self.if_alive(|world, id| world.machines.set_role(&mut world.core, id, role));
    }

    /// Records an event: invariants check it, and scenario files may wait for it.
    pub fn record(&self, name: &'static str, detail: impl Into<Value>) {
        let detail = detail.into();
        self.if_alive(|world, id| world.record(id, name, detail));
    }

    /// Shows something to the page of the run: its strips may draw it. `detail` is only made when a
    /// trace is recorded, and never enters the fingerprint; it must not act on the simulation.
    pub fn show(&self, name: &'static str, detail: impl FnOnce() -> Value) {
        if self.if_alive(|world, _| world.core.records()) == Some(true) {
            let detail = detail();
            self.if_alive(|world, id| world.show(id, name, detail));
        }
    }

    /// Adds a sample to the distribution of durations called `name`.
    pub fn observe(&self, name: &'static str, duration: Duration) {
        self.if_alive(|world, id| {
            let nanos = Time::from(duration).as_nanos();
            world.core.note(tag::OBSERVE, &[number(id), nanos], name.as_bytes());
            world.core.observe(id, name, duration);
        });
    }

    /// Adds to the counter called `name`.
    pub fn count(&self, name: &'static str, by: u64) {
        self.point(name, Aggregate::Sum, by as f64);
    }

    /// Sets the gauge called `name`.
    pub fn gauge(&self, name: &'static str, value: f64) {
        self.point(name, Aggregate::Last, value);
    }

    /// This host's random numbers: a stream of its own, which begins anew after a crash.
    pub fn rng(&self) -> HostRng<'_> {
        HostRng { host: self }
    }

    fn point(&self, name: &'static str, aggregate: Aggregate, value: f64) {
        self.if_alive(|world, id| {
            world.core.note(tag::COUNT, &[number(id), value.to_bits()], name.as_bytes());
            world.core.point(id, name, aggregate, value);
        });
    }

    pub(crate) fn trace(
        &self,
        tag: u8,
        numbers: &[u64],
        bytes: &[u8],
        kind: impl FnOnce() -> TraceKind,
    ) {
        self.if_alive(|world, id| {
            world.core.note(tag, numbers, bytes);
            world.core.keep(&world.machines[id].name, kind);
        });
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
        let drawn = rand::Rng::next_u64(&mut world.machines[self.host.id()].rng);
        world.core.note(tag::DRAW, &[number(self.host.id()), drawn], &[]);
        Ok(drawn)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.try_next_u64()?.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}
