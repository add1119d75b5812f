//! The hosts of a simulation: nodes, client hosts, and the operator's.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use netsplit_scenario::{Dist, NodeGroup, Scenario};
use rand::rngs::ChaCha8Rng;
use turmoil_net::Net;
use turmoil_net::shim::tokio::net::UdpSocket;

use crate::engine::executor::TaskKey;
use crate::host::disk::DiskState;
use crate::machine::clock::Clock;
use crate::machine::cpu::Cpu;
use crate::network::link_effects::FaultIndex;
use crate::random::{Sampler, stream};

/// A host of the simulation, by number.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct NodeId(pub(crate) u32);

/// What a host is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HostKind {
    Node,
    Client,
    Operator,
}

/// What a fault does to one host while it holds.
#[derive(Clone, Debug)]
pub(crate) enum HostEffect {
    Crash,
    Pause,
    Slow(f64),
    Clock { skew_ns: i64, drift: f64 },
    Disk { sync: Option<Rc<Sampler>>, fail: bool },
}

/// One host.
pub(crate) struct HostState {
    pub name: Arc<str>,
    /// Its group, or the load that it serves.
    pub group: Arc<str>,
    pub region: Option<Arc<str>>,
    pub kind: HostKind,
    pub net: turmoil_net::HostId,
    /// Counts crashes: handles and messages of an earlier life are dead.
    pub incarnation: u32,
    pub up: bool,
    /// Crashed by its own panic: no fault's healing brings it back.
    pub panicked: bool,
    pub paused: bool,
    /// Tasks that were woken during a pause, in order.
    pub parked: Vec<TaskKey>,
    /// Faults in force here, with their firing, in the order in which they struck.
    pub effects: Vec<((FaultIndex, usize), HostEffect)>,
    pub clock: Clock,
    pub cpu: Cpu,
    pub disk: DiskState,
    pub rng: ChaCha8Rng,
    /// Ports that a task listens on.
    pub ports: Vec<u16>,
    /// Where answers to calls arrive.
    pub replies: Option<UdpSocket>,
    pub role: Option<Arc<str>>,
}

impl HostState {
    pub fn crashed_by_fault(&self) -> bool {
        self.effects.iter().any(|(_, effect)| matches!(effect, HostEffect::Crash))
    }

    pub fn paused_by_fault(&self) -> bool {
        self.effects.iter().any(|(_, effect)| matches!(effect, HostEffect::Pause))
    }

    /// The product of the factors in force.
    pub fn slowness(&self) -> f64 {
        self.effects
            .iter()
            .map(|(_, effect)| if let HostEffect::Slow(factor) = effect { *factor } else { 1.0 })
            .product()
    }

    /// The sums of the skews and drifts in force.
    pub fn clock_error(&self) -> (i64, f64) {
        self.effects.iter().fold((0, 0.0), |(skew, rate), (_, effect)| match effect {
            HostEffect::Clock { skew_ns, drift } => (skew.saturating_add(*skew_ns), rate + drift),
            _ => (skew, rate),
        })
    }

    /// The latest sync time in force, and whether the disk fails.
    pub fn disk_trouble(&self) -> (Option<Rc<Sampler>>, bool) {
        self.effects.iter().fold((None, false), |(latest, failing), (_, effect)| match effect {
            HostEffect::Disk { sync, fail } => (sync.clone().or(latest), failing || *fail),
            _ => (latest, failing),
        })
    }
}

/// The address of a host on the simulated network: 10.x.y.z, without broadcast addresses.
pub(crate) fn address(node: NodeId) -> std::net::IpAddr {
    let n = node.0;
    std::net::Ipv4Addr::new(10, (n / 62_500) as u8, (n / 250 % 250) as u8, (n % 250) as u8 + 1)
        .into()
}

/// The host at an address: the inverse of [`address`].
pub(crate) fn host_at(address: std::net::IpAddr) -> NodeId {
    let std::net::IpAddr::V4(v4) = address else { unreachable!("all addresses are IPv4") };
    let [_, a, b, c] = v4.octets().map(u32::from);
    NodeId(a * 62_500 + b * 250 + c - 1)
}

/// All hosts of a scenario: the groups in order, then the client hosts of each load, then the
/// operator.
pub(crate) fn build_hosts(scenario: &Scenario, seed: u64, net: &mut Net) -> Vec<HostState> {
    let mut hosts = Vec::new();
    for group in &scenario.nodes {
        for number in 0..group.count {
            let id = NodeId(hosts.len() as u32);
            hosts.push(node(group, number, id, seed, net.add_host(address(id))));
        }
    }
    for load in &scenario.loads {
        for number in 1..=load.hosts {
            let id = NodeId(hosts.len() as u32);
            let name = format!("{}{number}", load.prefix);
            let net = net.add_host(address(id));
            let mut host = bare_host(HostKind::Client, &name, &load.name, seed, net);
            host.region = load.region.as_deref().map(Into::into);
            hosts.push(host);
        }
    }
    let net = net.add_host(address(NodeId(hosts.len() as u32)));
    hosts.push(bare_host(HostKind::Operator, "operator", "operator", seed, net));
    hosts
}

/// The nodes of each group, in order.
pub(crate) fn groups(hosts: &[HostState]) -> BTreeMap<Arc<str>, Vec<NodeId>> {
    let mut groups: BTreeMap<Arc<str>, Vec<NodeId>> = BTreeMap::new();
    for (host, id) in hosts.iter().zip((0..).map(NodeId)) {
        if host.kind == HostKind::Node {
            groups.entry(host.group.clone()).or_default().push(id);
        }
    }
    groups
}

/// A node of a group, by its number from 0.
pub(crate) fn node(
    group: &NodeGroup,
    number: u32,
    id: NodeId,
    seed: u64,
    net: turmoil_net::HostId,
) -> HostState {
    let name = format!("{}{}", group.prefix, number + 1);
    let regions = &group.regions;
    let disk_rng = stream(seed, &format!("disk/{name}"));
    let disk_seed = seed ^ u64::from(id.0);
    HostState {
        region: (!regions.is_empty())
            .then(|| regions[number as usize % regions.len()].as_str().into()),
        cpu: Cpu::new(group.workers),
        disk: DiskState::new(disk_seed, disk_rng, Sampler::new(&group.disk_sync)),
        ..bare_host(HostKind::Node, &name, &group.name, seed, net)
    }
}

/// A host without limits on its work, with an instant disk, in no region.
fn bare_host(
    kind: HostKind,
    name: &str,
    group: &str,
    seed: u64,
    net: turmoil_net::HostId,
) -> HostState {
    let instant = Sampler::new(&Dist::Constant(0));
    HostState {
        name: name.into(),
        group: group.into(),
        region: None,
        kind,
        net,
        incarnation: 0,
        up: false,
        panicked: false,
        paused: false,
        parked: Vec::new(),
        effects: Vec::new(),
        clock: Clock::default(),
        cpu: Cpu::new(None),
        disk: DiskState::new(seed, stream(seed, &format!("disk/{name}")), instant),
        rng: stream(seed, &format!("host/{name}")),
        ports: Vec::new(),
        replies: None,
        role: None,
    }
}
