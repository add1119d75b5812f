//! The state of one host: a node, a client host, or the operator's.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use netsplit_history::{Slices, Time, Touch, Touched};
use netsplit_scenario::{Dist, NodeGroup, Scenario};
use rand::rngs::ChaCha8Rng;
use turmoil_net::Net;

use super::clock::{Clock, EPOCH};
use super::cpu::Cpu;
use super::disk::{DiskState, SyncTime};
use super::id::{NodeId, address};
use crate::engine::events::{FaultId, Firing};
use crate::engine::executor::TaskKey;
use crate::network::wire::REPLY_PORT;
use crate::random::{Sampler, stream};

/// The most slices of time in which queues and attempts are recorded.
pub(crate) const SLICES: usize = 200;

/// The purpose of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MachineKind {
    Node,
    Client,
    Operator,
}

/// An effect of a fault on one host, from its injection until it heals.
#[derive(Clone, Debug)]
pub(crate) enum MachineEffect {
    Crash,
    Pause,
    Slow(f64),
    Clock { skew_ns: i64, drift: f64 },
    Disk { sync: Option<SyncTime>, fail: bool },
}

/// One host, as the engine sees it. What every message and timer touches comes first, in two lines
/// of the processor's caches: a large cluster does not fit them whole.
#[repr(C, align(64))]
pub(crate) struct Machine {
    pub net: turmoil_net::HostId,
    /// Counts crashes: handles of an earlier life are inert.
    pub incarnation: u32,
    pub kind: MachineKind,
    pub up: bool,
    /// Crashed by its own panic: it does not restart when a fault heals.
    pub panicked: bool,
    pub paused: bool,
    /// Polls of its tasks so far.
    pub polls: u64,
    /// When its present life started, until its tasks have run after that instant.
    pub fresh_since: Option<Time>,
    /// The last message of the run before its last crash: those up to it were sent to an earlier
    /// life.
    pub sent_before_crash: u64,
    /// Ports with a listener; there are few.
    pub ports: Vec<Port>,
    pub name: Arc<str>,
    pub clock: Clock,
    /// The group of a node; the load of a client host.
    pub group: Arc<str>,
    pub region: Option<Arc<str>>,
    /// Tasks woken during a pause, in order.
    pub parked: Vec<TaskKey>,
    /// Effects in force, in the order of their injection.
    pub effects: Vec<(Firing, MachineEffect)>,
    /// The faults that crashed it last and let its clock drift last, once they have healed: messages
    /// to the life before the crash, and timers of the drift, may still be under way.
    pub crashed_by: Option<FaultId>,
    pub drifted_by: Option<FaultId>,
    /// What went differently here since the effects last changed.
    pub touched: Touched,
    pub cpu: Cpu,
    pub disk: DiskState,
    pub rng: ChaCha8Rng,
}

/// A port with a listener.
pub(crate) struct Port {
    pub number: u16,
    /// Messages that no task has received yet, with their senders.
    pub unread: VecDeque<(NodeId, Vec<u8>)>,
}

impl Port {
    /// The bytes of its messages.
    pub fn bytes(&self) -> usize {
        self.unread.iter().map(|(_, wire)| held(wire)).sum()
    }
}

/// Bytes around a message that waits at its port.
const AROUND_MESSAGE: usize = 96;

/// The bytes of a message that waits at its port.
pub(crate) fn held(wire: &[u8]) -> usize {
    wire.len() + AROUND_MESSAGE
}

impl Machine {
    /// Whether a message that arrives at `port` finds anybody.
    pub fn listens(&self, port: u16) -> bool {
        self.up && (port == REPLY_PORT || self.ports.iter().any(|it| it.number == port))
    }

    /// A port with a listener.
    pub fn port(&mut self, number: u16) -> Option<&mut Port> {
        self.ports.iter_mut().find(|port| port.number == number)
    }

    pub fn crashed_by_fault(&self) -> bool {
        self.effects.iter().any(|(_, effect)| matches!(effect, MachineEffect::Crash))
    }

    pub fn paused_by_fault(&self) -> bool {
        self.effects.iter().any(|(_, effect)| matches!(effect, MachineEffect::Pause))
    }

    /// A request is refused as this client host is down.
    pub fn refuse_request(&mut self) {
        self.touched[Touch::RequestsLost] += u64::from(!self.panicked);
    }

    /// A reading of the wall clock.
    pub fn read_wall_clock(&mut self, now: Time) -> Duration {
        let shown = self.clock.wall(now);
        self.touched[Touch::ClockReadings] += u64::from(shown != EPOCH + now.since(Time::ZERO));
        shown
    }

    /// A reading of the monotonic clock.
    pub fn read_monotonic_clock(&mut self, now: Time) -> Duration {
        let shown = self.clock.monotonic(now);
        self.touched[Touch::ClockReadings] += u64::from(shown != now.as_nanos());
        Duration::from_nanos(shown)
    }

    /// Ends the effect of a firing.
    pub fn heal(&mut self, firing: Firing) {
        for (by, effect) in self.effects.extract_if(.., |(by, _)| *by == firing) {
            match effect {
                MachineEffect::Crash => self.crashed_by = Some(by.fault),
                MachineEffect::Clock { drift, .. } if drift != 0.0 => {
                    self.drifted_by = Some(by.fault);
                }
                _ => {}
            }
        }
    }

    /// The product of the factors in force.
    pub fn slowness(&self) -> f64 {
        self.effects
            .iter()
            .map(|(_, effect)| if let MachineEffect::Slow(factor) = effect { *factor } else { 1.0 })
            .product()
    }

    /// The sums of the skews and drifts in force.
    pub fn clock_error(&self) -> (i64, f64) {
        self.effects.iter().fold((0, 0.0), |(skew, rate), (_, effect)| match effect {
            MachineEffect::Clock { skew_ns, drift } => {
                (skew.saturating_add(*skew_ns), rate + drift)
            }
            _ => (skew, rate),
        })
    }

    /// The latest sync time in force, and whether the disk fails.
    pub fn disk_trouble(&self) -> (Option<SyncTime>, bool) {
        self.effects.iter().fold((None, false), |(latest, failing), (_, effect)| match effect {
            MachineEffect::Disk { sync, fail } => (sync.clone().or(latest), failing || *fail),
            _ => (latest, failing),
        })
    }
}

/// All hosts of a scenario: the groups in order, then the client hosts of each load, then the
/// operator.
pub(crate) fn build_machines(scenario: &Scenario, seed: u64, net: &mut Net) -> Vec<Machine> {
    let mut hosts = Vec::new();
    let slices = Slices::of(scenario.duration.into(), SLICES);
    for group in &scenario.nodes {
        for number in 0..group.count {
            let id = NodeId(hosts.len() as u32);
            hosts.push(node(group, number, id, seed, slices, net.add_host(address(id))));
        }
    }
    for load in &scenario.loads {
        for number in 1..=load.hosts {
            let id = NodeId(hosts.len() as u32);
            let name = format!("{}{number}", load.prefix);
            let net = net.add_host(address(id));
            let mut host = bare(MachineKind::Client, &name, &load.name, seed, net);
            host.region = load.region.as_deref().map(Into::into);
            hosts.push(host);
        }
    }
    let net = net.add_host(address(NodeId(hosts.len() as u32)));
    hosts.push(bare(MachineKind::Operator, "operator", "operator", seed, net));
    hosts
}

/// A node of a group, by its number from 0.
pub(crate) fn node(
    group: &NodeGroup,
    number: u32,
    id: NodeId,
    seed: u64,
    slices: Slices,
    net: turmoil_net::HostId,
) -> Machine {
    let name = format!("{}{}", group.prefix, number + 1);
    let regions = &group.regions;
    let disk_rng = stream(seed, &format!("disk/{name}"));
    let disk_seed = seed ^ u64::from(id.0);
    Machine {
        region: (!regions.is_empty())
            .then(|| regions[number as usize % regions.len()].as_str().into()),
        cpu: Cpu::new(group.workers, slices),
        disk: DiskState::new(disk_seed, disk_rng, Sampler::new(&group.disk_sync)),
        ..bare(MachineKind::Node, &name, &group.name, seed, net)
    }
}

/// A host without a limit on its workers, with an instant disk and without a region.
fn bare(
    kind: MachineKind,
    name: &str,
    group: &str,
    seed: u64,
    net: turmoil_net::HostId,
) -> Machine {
    let instant = Sampler::new(&Dist::Constant(0));
    Machine {
        name: name.into(),
        group: group.into(),
        region: None,
        kind,
        net,
        incarnation: 0,
        sent_before_crash: 0,
        polls: 0,
        fresh_since: Some(Time::ZERO),
        up: false,
        panicked: false,
        paused: false,
        parked: Vec::new(),
        effects: Vec::new(),
        crashed_by: None,
        drifted_by: None,
        touched: Touched::default(),
        clock: Clock::default(),
        cpu: Cpu::new(None, Slices::default()),
        disk: DiskState::new(seed, stream(seed, &format!("disk/{name}")), instant),
        rng: stream(seed, &format!("host/{name}")),
        ports: Vec::new(),
    }
}
