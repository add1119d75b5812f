//! Targets: the hosts or links that a firing affects, resolved when it fires.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use netsplit_history::{FaultRecord, Time};
use netsplit_scenario::{
    Direction, Dist, Ends, Fault, FaultKind, LinkFault, NodeFault, Partition, Selector, SyncFault,
};
use rand::rngs::ChaCha8Rng;

use super::selectors::{RoleVacant, select};
use super::touches::aims;
use crate::engine::events::Firing;
use crate::machine::Machines;
use crate::machine::disk::SyncTime;
use crate::machine::id::NodeId;
use crate::machine::state::MachineEffect;
use crate::network::link_effects::{LinkEffect, LinkSet, ScopedEffect};
use crate::random::{Sampler, stream};

/// A fault while the simulation runs.
pub(crate) struct FaultState {
    pub spec: Fault,
    pub record: FaultRecord,
    rng: ChaCha8Rng,
    /// Since when it waits for a node to take the role that it targets.
    pub waiting_since: Option<Time>,
    /// When churn stops.
    pub churn_until: Time,
}

/// The effect of one firing, with its targets.
pub(crate) enum FaultEffect {
    Links(ScopedEffect),
    Nodes(BTreeSet<NodeId>, MachineEffect),
}

impl FaultState {
    pub fn new(spec: &Fault, seed: u64) -> FaultState {
        FaultState {
            spec: spec.clone(),
            record: FaultRecord {
                name: spec.name.clone(),
                kind: spec.kind.name().to_owned(),
                aims: aims(&spec.kind).to_vec(),
                may_miss: spec.may_miss,
                ..FaultRecord::default()
            },
            rng: stream(seed, &format!("fault/{}", spec.name)),
            waiting_since: None,
            churn_until: Time::MAX,
        }
    }

    pub fn draw(&mut self, dist: &Dist) -> Duration {
        Sampler::new(dist).draw(&mut self.rng)
    }

    /// The hosts that a selector of this fault finds now.
    pub fn select(
        &mut self,
        machines: &Machines,
        selector: &Selector,
    ) -> Result<BTreeSet<NodeId>, RoleVacant> {
        select(machines, selector, &mut self.rng)
    }

    /// The effect of `firing`, which has not yet begun. With churn it has the one target.
    pub fn resolve(
        &mut self,
        firing: Firing,
        target: Option<NodeId>,
        machines: &Machines,
    ) -> Result<FaultEffect, RoleVacant> {
        let kind = self.spec.kind.clone();
        let (nodes, fault) = match &kind {
            FaultKind::Links(fault) => {
                return self.resolve_links(firing, fault, machines).map(FaultEffect::Links);
            }
            FaultKind::Nodes { nodes, fault } => (nodes, fault),
        };
        let hosts = match target {
            Some(target) => [target].into(),
            None => self.select(machines, nodes)?,
        };
        let effect = match fault {
            NodeFault::Crash => MachineEffect::Crash,
            NodeFault::Pause => MachineEffect::Pause,
            NodeFault::Slow { factor } => MachineEffect::Slow(*factor),
            NodeFault::Clock { skew_ns, drift } => {
                MachineEffect::Clock { skew_ns: *skew_ns, drift: *drift }
            }
            NodeFault::Disk { sync, fail } => {
                let sync = sync.as_ref().map(|sync| match sync {
                    SyncFault::Takes(dist) => SyncTime::Takes(Rc::new(Sampler::new(dist))),
                    SyncFault::Hangs => SyncTime::Hangs,
                });
                MachineEffect::Disk { sync, fail: *fail }
            }
        };
        Ok(FaultEffect::Nodes(hosts, effect))
    }

    fn resolve_links(
        &mut self,
        firing: Firing,
        kind: &LinkFault,
        machines: &Machines,
    ) -> Result<ScopedEffect, RoleVacant> {
        let sampler = |dist: &Dist| Rc::new(Sampler::new(dist));
        let mut resolve =
            |ends: &Ends| LinkSet::resolve(ends, |nodes| self.select(machines, nodes));
        let (links, message, effect) = match kind {
            LinkFault::Partition(partition) => {
                (self.resolve_partition(partition, machines)?, None, LinkEffect::Partition)
            }
            LinkFault::Latency { ends, message, latency, add } => {
                let effect = if *add { LinkEffect::AddLatency } else { LinkEffect::Latency };
                (resolve(ends)?, *message, effect(sampler(latency)))
            }
            LinkFault::Loss { ends, message, probability } => {
                (resolve(ends)?, *message, LinkEffect::Loss(*probability))
            }
            LinkFault::Duplicate { ends, message, probability } => {
                (resolve(ends)?, *message, LinkEffect::Duplicate(*probability))
            }
            LinkFault::Bandwidth { ends, bytes_per_s } => {
                (resolve(ends)?, None, LinkEffect::Bandwidth(*bytes_per_s))
            }
        };
        Ok(ScopedEffect { source: Some(firing), links, message, effect })
    }

    fn resolve_partition(
        &mut self,
        partition: &Partition,
        machines: &Machines,
    ) -> Result<LinkSet, RoleVacant> {
        match partition {
            Partition::Isolate { nodes, direction } => {
                let inside = self.select(machines, nodes)?;
                let outside =
                    machines.nodes().into_iter().filter(|node| !inside.contains(node)).collect();
                Ok(match direction {
                    Direction::Both => LinkSet::Between(inside, outside),
                    Direction::In => LinkSet::OneWay(outside, inside),
                    Direction::Out => LinkSet::OneWay(inside, outside),
                })
            }
            Partition::Groups { groups, one_way } => {
                let groups = groups.iter().map(|group| self.select(machines, group));
                Ok(LinkSet::Groups { groups: groups.collect::<Result<_, _>>()?, one_way: *one_way })
            }
        }
    }
}

impl FaultEffect {
    /// The targets, for traces.
    pub fn describe(&self, machines: &Machines) -> String {
        let names = |hosts: &BTreeSet<NodeId>| {
            let names: Vec<_> = hosts.iter().map(|id| &*machines[*id].name).collect();
            names.join(", ")
        };
        match self {
            FaultEffect::Nodes(hosts, _) => names(hosts),
            FaultEffect::Links(effect) => match &effect.links {
                LinkSet::All => "all links".into(),
                LinkSet::Between(a, b) => format!("{} <-> {}", names(a), names(b)),
                LinkSet::OneWay(a, b) => format!("{} -> {}", names(a), names(b)),
                LinkSet::Of(nodes) => format!("all links of {}", names(nodes)),
                LinkSet::Groups { groups, one_way } => {
                    let sides: Vec<_> = groups.iter().map(names).collect();
                    sides.join(if *one_way { " -> " } else { " | " })
                }
            },
        }
    }
}
