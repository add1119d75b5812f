//! [`Host`]: what lab code sees of the machine that it runs on.
//!
//! Its methods stand where they belong: messages in `messaging`, time and work in `time`,
//! events, counters and chance in `metrics`, files in `disk`.

pub(crate) mod disk;
pub(crate) mod messaging;
pub(crate) mod metrics;
pub(crate) mod time;

use std::cell::RefMut;
use std::fmt;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use netsplit_history::Time;

use crate::NodeId;
use crate::engine::event_loop::Sim;
use crate::engine::world::World;
use crate::host::disk::{Disk, DiskState};

/// A handle to one life of one host. After a crash it is inert: what it sends goes nowhere, what
/// it records is not recorded, and what it waits for never comes.
#[derive(Clone)]
pub struct Host {
    sim: Rc<Sim>,
    id: NodeId,
    incarnation: u32,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Host({}, life {})", self.id.0, self.incarnation)
    }
}

/// Who and where.
impl Host {
    pub(crate) fn new(sim: Rc<Sim>, id: NodeId, incarnation: u32) -> Host {
        Host { sim, id, incarnation }
    }

    /// This host's number.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// This host's name: `n1`, `c1`, ...
    pub fn name(&self) -> Arc<str> {
        self.name_of(self.id)
    }

    /// The name of any host.
    pub fn name_of(&self, node: NodeId) -> Arc<str> {
        self.world().hosts[node.index()].name.clone()
    }

    /// The group of this host; for a client host, its load.
    pub fn group(&self) -> Arc<str> {
        self.world().hosts[self.id.index()].group.clone()
    }

    /// The region of a host, where the scenario gives it one.
    pub fn region_of(&self, node: NodeId) -> Option<Arc<str>> {
        self.world().hosts[node.index()].region.clone()
    }

    /// The nodes of a group, in order, whether they are up or not.
    pub fn nodes(&self, group: &str) -> Vec<NodeId> {
        self.world().nodes_of(group).to_vec()
    }

    /// Starts one more node of a group; `None` when no more fit into the simulation.
    pub fn start_node(&self, group: &str) -> Option<NodeId> {
        self.is_up().then(|| self.sim.start_node(group)).flatten()
    }

    /// What this host's wall clock shows. Clocks of hosts agree until a scenario skews them.
    pub fn now(&self) -> Duration {
        let world = self.world();
        world.hosts[self.id.index()].clock.wall(world.now)
    }

    /// This host's monotonic clock, from the start of the run. A skew does not move it; a
    /// drift changes its rate.
    pub fn monotonic(&self) -> Duration {
        let world = self.world();
        Duration::from_nanos(world.hosts[self.id.index()].clock.monotonic(world.now))
    }

    /// Simulated time, which no node of a real system can know: for measuring only.
    pub fn true_time(&self) -> Time {
        self.world().now
    }

    /// Runs a task on this host, beside the others.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        if self.is_up() {
            self.sim.tasks.borrow_mut().spawn(self.id, Box::pin(future));
        }
    }

    /// Pieces of work that wait for a worker here.
    pub fn queued_work(&self) -> usize {
        self.world().hosts[self.id.index()].cpu.queued()
    }

    /// Pieces of work that a worker here is at.
    pub fn running_work(&self) -> usize {
        self.world().hosts[self.id.index()].cpu.running()
    }

    /// This host's disk.
    pub fn disk(&self) -> Disk {
        Disk::new(self.clone())
    }
}

/// For the rest of the engine.
impl Host {
    pub(crate) fn sim(&self) -> &Rc<Sim> {
        &self.sim
    }

    pub(crate) fn world(&self) -> RefMut<'_, World> {
        self.sim.world.borrow_mut()
    }

    /// Whether the life that this handle belongs to goes on.
    pub(crate) fn is_up(&self) -> bool {
        self.if_alive(|_, _| ()).is_some()
    }

    /// Acts on the world if the life that this handle belongs to goes on. `act` must not run
    /// code of the lab.
    pub(crate) fn if_alive<T>(&self, act: impl FnOnce(&mut World, NodeId) -> T) -> Option<T> {
        let world = &mut *self.world();
        let host = &world.hosts[self.id.index()];
        (host.up && host.incarnation == self.incarnation).then(|| act(world, self.id))
    }

    /// Acts on this host's disk, at the present time.
    pub(crate) fn with_disk<T>(
        &self,
        act: impl FnOnce(&mut DiskState, Time) -> io::Result<T>,
    ) -> io::Result<T> {
        self.if_alive(|world, id| act(&mut world.hosts[id.index()].disk, world.now))
            .unwrap_or_else(|| Err(io::Error::other("this host is down")))
    }
}
