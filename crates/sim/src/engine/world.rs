//! The state of a simulation: everything but its tasks.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use netsplit_history::{Run, Time, TraceKind};
use netsplit_scenario::Scenario;
use slotmap::{Key, KeyData, SlotMap, new_key_type};

use crate::NodeId;
use crate::engine::events::{Event, Events, FlightKey, JobKey, RequestKey, TimerKey};
use crate::engine::tracer::{Tracer, number, tag};
use crate::fault::targets::FaultState;
use crate::load::arrivals::LoadState;
use crate::load::requests::Live;
use crate::machine::cpu::{Job, Jobs};
use crate::machine::state::{HostKind, HostState, node};
use crate::machine::timers::Timer;
use crate::network::delivery::Flight;
use crate::network::links::Links;

new_key_type! {
    /// A call that waits for its answer.
    pub(crate) struct CallKey;
}

impl CallKey {
    /// The number that stands for the call on the wire.
    pub fn number(self) -> u64 {
        self.data().as_ffi()
    }

    pub fn from_number(number: u64) -> CallKey {
        KeyData::from_ffi(number).into()
    }
}

/// A call that waits for its answer.
#[derive(Default)]
pub(crate) struct CallSlot {
    pub waker: Option<Waker>,
    pub answer: Option<Vec<u8>>,
}

/// Something that waits for the lab's n-th event of a name.
pub(crate) struct EventTrigger {
    pub event: String,
    pub left: u32,
    pub then: Event,
    pub plus: Duration,
}

pub(crate) struct World {
    pub seed: u64,
    pub scenario: Scenario,
    pub now: Time,
    pub end: Time,
    pub events: Events,
    pub hosts: Vec<HostState>,
    /// The nodes of each group, in order.
    pub groups: BTreeMap<Arc<str>, Vec<NodeId>>,
    /// Hosts of the network that wait for nodes which the lab starts itself.
    pub spares: VecDeque<turmoil_net::HostId>,
    pub kinds: Vec<&'static str>,
    pub kind_names: Vec<Arc<str>>,
    pub links: Links,
    pub flights: SlotMap<FlightKey, Flight>,
    pub timers: SlotMap<TimerKey, Timer>,
    pub calls: SlotMap<CallKey, CallSlot>,
    pub jobs: Jobs,
    pub faults: Vec<FaultState>,
    pub triggers: Vec<EventTrigger>,
    /// Who took each role last.
    pub roles: BTreeMap<&'static str, NodeId>,
    pub loads: Vec<LoadState>,
    pub requests: SlotMap<RequestKey, Live>,
    pub next_request: u64,
    /// Requests in the system, and since when.
    pub in_system: (u128, Time),
    pub tracer: Tracer,
    pub run: Run,
}

impl World {
    /// The nodes of a group, in order.
    pub fn nodes_of(&self, group: &str) -> &[NodeId] {
        self.groups.get(group).map_or(&[], Vec::as_slice)
    }

    /// The host from which the scenario's actions are asked for.
    pub fn operator(&self) -> NodeId {
        let operates = |id: &NodeId| self.hosts[id.index()].kind == HostKind::Operator;
        self.ids().find(operates).expect("every simulation has an operator")
    }

    /// Adds a node to a group; `None` when no spare host is left.
    pub fn add_node(&mut self, group: &str) -> Option<NodeId> {
        let spec = self.scenario.nodes.iter().find(|spec| spec.name == group)?.clone();
        let net = self.spares.pop_front()?;
        let id = NodeId(self.hosts.len() as u32);
        let number = self.nodes_of(group).len() as u32;
        self.hosts.push(node(&spec, number, id, self.seed, net));
        self.groups.entry(spec.name.as_str().into()).or_default().push(id);
        self.apply_link_rules();
        Some(id)
    }

    /// All hosts, in order.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.hosts.len() as u32).map(NodeId)
    }

    /// The number of a message kind.
    ///
    /// # Panics
    /// When the lab does not declare it.
    pub fn kind(&self, name: &'static str) -> u8 {
        let same = |known: &&str| std::ptr::eq(*known, name) || *known == name;
        self.kinds
            .iter()
            .position(same)
            .unwrap_or_else(|| panic!("the lab declares no message kind `{name}`")) as u8
    }

    /// Gives a host a piece of work.
    pub fn add_job(&mut self, host: NodeId, amount: Duration) -> JobKey {
        let cpu = &mut self.hosts[host.index()].cpu;
        cpu.add(host, amount, self.now, &mut self.jobs, &mut self.events)
    }

    /// A worker is done, if the job was not rescheduled; returns who waits for it.
    pub fn finish_job(&mut self, key: JobKey, schedule: u32) -> Option<Waker> {
        let host = self.jobs.get(key)?.host;
        let cpu = &mut self.hosts[host.index()].cpu;
        if !cpu.finish(key, schedule, self.now, &mut self.jobs, &mut self.events) {
            return None;
        }
        self.tracer.note(self.now, tag::JOB, &[number(host)], &[]);
        self.jobs.get_mut(key)?.waker.take()
    }

    /// Nobody waits for this work any more.
    pub fn give_up_job(&mut self, key: JobKey) -> Option<Job> {
        let job = self.jobs.remove(key)?;
        let cpu = &mut self.hosts[job.host.index()].cpu;
        cpu.give_up(&job, self.now, &mut self.jobs, &mut self.events);
        Some(job)
    }

    /// Records who leads, follows, ...
    pub fn set_role(&mut self, node: NodeId, role: &'static str) {
        self.drop_role(node);
        self.roles.insert(role, node);
        let host = &mut self.hosts[node.index()];
        host.role = Some(role.into());
        self.tracer.note(self.now, tag::ROLE, &[number(node)], role.as_bytes());
        self.tracer.keep(self.now, &host.name, || TraceKind::Role(role.into()));
    }

    /// A node gives up its role, if it was the last to take one.
    pub fn drop_role(&mut self, node: NodeId) {
        self.roles.retain(|_, holder| *holder != node);
        self.hosts[node.index()].role = None;
    }

    /// An event of the lab may be what a fault or an action waits for.
    pub fn trigger(&mut self, name: &str) {
        for trigger in self.triggers.iter_mut().filter(|trigger| trigger.event == name) {
            trigger.left = trigger.left.saturating_sub(1);
            if trigger.left == 0 {
                self.events.push(self.now + trigger.plus, trigger.then);
            }
        }
        self.triggers.retain(|trigger| trigger.left > 0);
    }
}
