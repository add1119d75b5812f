//! The [`Host`] API: everything that lab code sees of the machine it runs on.
//!
//! Identity, groups and tasks are here; messages in `messaging`, time and work in `time`, events,
//! counters and random numbers in `metrics`, files in `disk`.

pub(crate) mod disk;
pub(crate) mod messaging;
pub(crate) mod metrics;
pub(crate) mod time;

use std::cell::RefMut;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use netsplit_history::Time;

use crate::NodeId;
use crate::engine::budget::stop_lab_code;
use crate::engine::event_loop::Sim;
use crate::engine::world::World;

/// A handle to one life of a host: from a start to the next crash, or to the end of the run.
///
/// After the crash it is inert: its messages are not sent, its records are not kept, and its
/// futures never complete.
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

/// Identity, groups and tasks.
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
        self.world().name_of(node)
    }

    /// The group of this host; for a client host, the name of its load.
    pub fn group(&self) -> Arc<str> {
        self.world().machines[self.id].group.clone()
    }

    /// The region of a host, if the scenario gives it one.
    pub fn region_of(&self, node: NodeId) -> Option<Arc<str>> {
        self.world().machines[node].region.clone()
    }

    /// The nodes of a group, in order, up or down.
    pub fn nodes(&self, group: &str) -> Vec<NodeId> {
        self.world().machines.nodes_of(group).to_vec()
    }

    /// Adds a node to a group and starts it. `None` if there is no such group, or once 64 nodes
    /// have been added.
    pub fn start_node(&self, group: &str) -> Option<NodeId> {
        self.is_up().then(|| self.sim.start_node(group)).flatten()
    }

    /// The reading of this host's wall clock. All hosts agree unless a fault skews a clock.
    pub fn now(&self) -> Duration {
        let world = &mut *self.world();
        world.machines[self.id].read_wall_clock(world.core.now)
    }

    /// The time since the start of the run on this host's monotonic clock. A skew does not move
    /// it; a drift changes its rate.
    pub fn monotonic(&self) -> Duration {
        let world = &mut *self.world();
        world.machines[self.id].read_monotonic_clock(world.core.now)
    }

    /// Simulated time, for measurements only: no node of a real system can know it.
    pub fn true_time(&self) -> Time {
        self.world().core.now
    }

    /// Spawns a task on this host. It is dropped when the host crashes.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        if self.is_up() {
            self.sim.tasks.borrow_mut().spawn(self.id, Box::pin(future));
        }
    }

    /// Jobs waiting for a worker of this host.
    pub fn queued_work(&self) -> usize {
        self.world().machines[self.id].cpu.queued()
    }

    /// Jobs being executed on this host.
    pub fn running_work(&self) -> usize {
        self.world().machines[self.id].cpu.running()
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

    /// Whether the life of this handle has not ended.
    pub(crate) fn is_up(&self) -> bool {
        self.if_alive(|_, _| ()).is_some()
    }

    /// The world, if the life of this handle has not ended.
    pub(crate) fn alive(&self) -> Option<RefMut<'_, World>> {
        let world = self.world();
        let machine = &world.machines[self.id];
        (machine.up && machine.incarnation == self.incarnation).then_some(world)
    }

    /// Runs `act` on the world if the life of this handle has not ended, and stops the lab's code
    /// once a budget is exceeded. `act` must not run code of the lab.
    pub(crate) fn if_alive<T>(&self, act: impl FnOnce(&mut World, NodeId) -> T) -> Option<T> {
        let (result, within_budget) = {
            let world = &mut *self.alive()?;
            (act(world, self.id), world.within_budget(&self.sim.tasks.borrow(), Some(self.id)))
        };
        if !within_budget {
            stop_lab_code();
        }
        Some(result)
    }
}
