//! The state of a simulation: everything but its tasks.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use bytes::Bytes;
use netsplit_history::{Aggregate, Run, Series, Time, TraceKind};
use netsplit_scenario::Scenario;
use slotmap::{Key, KeyData, SlotMap, new_key_type};
use turmoil_net::{Packet, Transport, UdpDatagram};

use crate::NodeId;
use crate::cpu::Jobs;
use crate::events::{Event, Events, FlightKey, JobKey, RequestKey, TimerKey};
use crate::faults::FaultState;
use crate::hosts::{HostKind, HostState, address, node};
use crate::links::{Fate, Links, Parcel};
use crate::load::LoadState;
use crate::messages::REPLY_PORT;
use crate::requests::Live;
use crate::tracer::{Tracer, number, tag};

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

/// A timer on a host's monotonic clock.
pub(crate) struct Timer {
    pub host: NodeId,
    /// The deadline in nanoseconds of that clock.
    pub local: u64,
    /// Tells a scheduled end that still holds from one that does not.
    pub schedule: u32,
    pub fired: bool,
    pub waker: Option<Waker>,
}

/// A copy of a message under way.
pub(crate) struct Flight {
    pub packet: Packet,
    pub from: NodeId,
    pub to: NodeId,
    pub port: u16,
    pub kind: u8,
    pub id: u64,
    /// The receiver's life at the time of sending.
    pub incarnation: u32,
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
    pub fn nodes_of(&self, group: &str) -> Vec<NodeId> {
        self.ids()
            .filter(|id| {
                let host = &self.hosts[id.index()];
                host.kind == HostKind::Node && &*host.group == group
            })
            .collect()
    }

    /// The host from which the scenario's actions are asked for.
    pub fn operator(&self) -> NodeId {
        let operates = |id: &NodeId| self.hosts[id.index()].kind == HostKind::Operator;
        self.ids()
            .find(operates)
            .expect("every simulation has an operator")
    }

    /// Adds a node to a group; `None` when no spare host is left.
    pub fn add_node(&mut self, group: &str) -> Option<NodeId> {
        let spec = self
            .scenario
            .nodes
            .iter()
            .find(|spec| spec.name == group)?
            .clone();
        let net = self.spares.pop_front()?;
        let id = NodeId(self.hosts.len() as u32);
        let number = self.nodes_of(group).len() as u32;
        self.hosts.push(node(&spec, number, id, self.seed, net));
        Some(id)
    }

    /// All hosts, in order.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.hosts.len() as u32).map(NodeId)
    }

    /// The host at an address.
    pub fn node_at(&self, ip: IpAddr) -> NodeId {
        let IpAddr::V4(v4) = ip else {
            unreachable!("all addresses are IPv4")
        };
        let [_, a, b, c] = v4.octets().map(u32::from);
        NodeId(a * 62_500 + b * 250 + c - 1)
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

    /// Sends a message on its way, or loses it.
    pub fn transmit(&mut self, from: NodeId, to: NodeId, port: u16, kind: u8, wire: Vec<u8>) {
        self.run.network.sent += 1;
        let id = self.run.network.sent;
        let numbers = [number(from), number(to), u64::from(port), id];
        self.tracer.note(self.now, tag::SEND, &numbers, &wire);
        self.keep_message(
            from,
            kind,
            |message, to| TraceKind::Send {
                to,
                message,
                bytes: wire.len(),
                id,
            },
            to,
        );
        let names = (
            &*self.hosts[from.index()].name,
            &*self.hosts[to.index()].name,
        );
        let parcel = Parcel {
            from,
            to,
            names,
            kind,
            bytes: wire.len(),
        };
        let faults = &mut self.faults;
        let fate = self
            .links
            .fate(self.now, &parcel, |fault| faults[fault].touch_link(names));
        match fate {
            Fate::Cut => self.lose(from, to, kind, id, "cut"),
            Fate::Lost => self.lose(from, to, kind, id, "lost"),
            Fate::Arrives { at, copy } => {
                let payload = Bytes::from(wire);
                if let Some(at) = copy {
                    self.run.network.duplicated += 1;
                    self.fly(at, from, to, port, kind, id, payload.clone());
                }
                self.fly(at, from, to, port, kind, id, payload);
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one flight")]
    fn fly(
        &mut self,
        at: Time,
        from: NodeId,
        to: NodeId,
        port: u16,
        kind: u8,
        id: u64,
        wire: Bytes,
    ) {
        let datagram = UdpDatagram {
            src_port: REPLY_PORT,
            dst_port: port,
            payload: wire,
        };
        let packet = Packet {
            src: address(from),
            dst: address(to),
            ttl: 64,
            payload: Transport::Udp(datagram),
        };
        let incarnation = self.hosts[to.index()].incarnation;
        let flight = Flight {
            packet,
            from,
            to,
            port,
            kind,
            id,
            incarnation,
        };
        let key = self.flights.insert(flight);
        self.events.push(at, Event::Deliver(key));
    }

    /// Counts and traces a message that will not arrive.
    pub fn lose(&mut self, from: NodeId, to: NodeId, kind: u8, id: u64, why: &'static str) {
        self.run.network.dropped += 1;
        self.tracer.note(self.now, tag::DROP, &[id], why.as_bytes());
        self.keep_message(
            from,
            kind,
            |message, to| TraceKind::Drop {
                to,
                message,
                id,
                why,
            },
            to,
        );
    }

    /// Keeps a message's event, at `node` and about `other`.
    pub fn keep_message(
        &mut self,
        node: NodeId,
        kind: u8,
        event: impl FnOnce(Arc<str>, Arc<str>) -> TraceKind,
        other: NodeId,
    ) {
        let (hosts, message) = (&self.hosts, &self.kind_names[kind as usize]);
        self.tracer.keep(self.now, &hosts[node.index()].name, || {
            event(message.clone(), hosts[other.index()].name.clone())
        });
    }

    /// Gives a host a piece of work.
    pub fn add_job(&mut self, host: NodeId, amount: Duration) -> JobKey {
        let cpu = &mut self.hosts[host.index()].cpu;
        cpu.add(host, amount, self.now, &mut self.jobs, &mut self.events)
    }

    /// A worker is done.
    pub fn finish_job(&mut self, key: JobKey, schedule: u32) {
        let Some(job) = self.jobs.get_mut(key).filter(|job| job.ends_with(schedule)) else {
            return;
        };
        job.done = true;
        let (host, waker) = (job.host, job.waker.take());
        self.tracer.note(self.now, tag::JOB, &[number(host)], &[]);
        waker.into_iter().for_each(Waker::wake);
        let cpu = &mut self.hosts[host.index()].cpu;
        cpu.remove(key, self.now, &mut self.jobs, &mut self.events);
    }

    /// Nobody waits for this work any more.
    pub fn give_up_job(&mut self, key: JobKey) {
        let Some(job) = self.jobs.remove(key).filter(|job| !job.done) else {
            return;
        };
        let cpu = &mut self.hosts[job.host.index()].cpu;
        cpu.remove(key, self.now, &mut self.jobs, &mut self.events);
    }

    /// A timer runs out.
    pub fn finish_timer(&mut self, key: TimerKey, schedule: u32) {
        let Some(timer) = self
            .timers
            .get_mut(key)
            .filter(|timer| timer.schedule == schedule)
        else {
            return;
        };
        timer.fired = true;
        let (host, waker) = (timer.host, timer.waker.take());
        self.tracer.note(self.now, tag::TIMER, &[number(host)], &[]);
        waker.into_iter().for_each(Waker::wake);
    }

    /// Records who leads, follows, ...
    pub fn set_role(&mut self, node: NodeId, role: &'static str) {
        self.drop_role(node);
        self.roles.insert(role, node);
        let host = &mut self.hosts[node.index()];
        host.role = Some(role.into());
        self.tracer
            .note(self.now, tag::ROLE, &[number(node)], role.as_bytes());
        self.tracer
            .keep(self.now, &host.name, || TraceKind::Role(role.into()));
    }

    /// A node gives up its role, if it was the last to take one.
    pub fn drop_role(&mut self, node: NodeId) {
        self.roles.retain(|_, holder| *holder != node);
        self.hosts[node.index()].role = None;
    }

    /// Adds a point to a counter or gauge.
    pub fn point(&mut self, name: &'static str, aggregate: Aggregate, value: f64) {
        let at = self.now;
        self.tracer
            .note(at, tag::COUNT, &[value.to_bits()], name.as_bytes());
        if let Some(series) = self.run.series.get_mut(name) {
            series.points.push((at, value));
        } else {
            self.run.series.insert(
                name.into(),
                Series {
                    aggregate,
                    points: vec![(at, value)],
                },
            );
        }
    }

    /// An event of the lab may be what a fault or an action waits for.
    pub fn trigger(&mut self, name: &str) {
        for trigger in self
            .triggers
            .iter_mut()
            .filter(|trigger| trigger.event == name)
        {
            trigger.left = trigger.left.saturating_sub(1);
            if trigger.left == 0 {
                self.events.push(self.now + trigger.plus, trigger.then);
            }
        }
        self.triggers.retain(|trigger| trigger.left > 0);
    }
}
