//! Faults: whom one of them hits, and with what. When they strike is `strikes`' business.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use netsplit_history::{FaultRecord, Time};
use netsplit_scenario::{
    Direction, Dist, Ends, Fault, FaultKind, LinkFault, NodeFault, Partition, Selector,
};
use rand::rngs::ChaCha8Rng;

use crate::NodeId;
use crate::engine::world::World;
use crate::fault::selectors::NobodyIs;
use crate::machine::state::HostEffect;
use crate::network::link_effects::{EndSets, LinkChange, LinkEffect};
use crate::random::{Sampler, stream};

/// A fault while the simulation runs.
pub(crate) struct FaultState {
    pub spec: Fault,
    pub record: FaultRecord,
    pub rng: ChaCha8Rng,
    /// How often it has struck.
    pub strikes: u32,
    /// Since when it waits for a role.
    pub waiting_since: Option<Time>,
    /// When churn stops.
    pub churn_until: Time,
}

impl FaultState {
    pub fn new(spec: &Fault, seed: u64) -> FaultState {
        FaultState {
            spec: spec.clone(),
            record: FaultRecord {
                name: spec.name.clone(),
                kind: spec.kind.name().to_owned(),
                may_miss: spec.may_miss,
                ..FaultRecord::default()
            },
            rng: stream(seed, &format!("fault/{}", spec.name)),
            strikes: 0,
            waiting_since: None,
            churn_until: Time::MAX,
        }
    }

    /// The fault had a part in a message's fate.
    pub fn touch_link(&mut self, ends: (&str, &str)) {
        self.record.affected_messages += 1;
        for name in [ends.0, ends.1] {
            if !self.record.affected_nodes.contains(name) {
                self.record.affected_nodes.insert(name.to_owned());
            }
        }
    }

    pub fn draw(&mut self, dist: &Dist) -> Duration {
        Sampler::new(dist).draw(&mut self.rng)
    }
}

/// What one firing changes.
pub(crate) enum Blow {
    Links(Vec<LinkEffect>),
    Hosts(BTreeSet<NodeId>, HostEffect),
}

impl World {
    /// The hosts that a fault of the scenario selects now.
    pub fn pick(
        &mut self,
        fault: usize,
        selector: &Selector,
    ) -> Result<BTreeSet<NodeId>, NobodyIs> {
        let mut faults = std::mem::take(&mut self.faults);
        let picked = self.select(selector, &mut faults[fault].rng);
        self.faults = faults;
        picked
    }

    fn pick_ends(&mut self, fault: usize, ends: &Ends) -> Result<EndSets, NobodyIs> {
        Ok(match ends {
            Ends::All => EndSets::All,
            Ends::Between(a, b) => EndSets::Between(self.pick(fault, a)?, self.pick(fault, b)?),
            Ends::OneWay(a, b) => EndSets::OneWay(self.pick(fault, a)?, self.pick(fault, b)?),
            Ends::Of(nodes) => EndSets::Of(self.pick(fault, nodes)?),
        })
    }

    fn pick_partition(&mut self, fault: usize, cut: &Partition) -> Result<EndSets, NobodyIs> {
        match cut {
            Partition::Isolate { nodes, direction } => {
                let inside = self.pick(fault, nodes)?;
                let outside =
                    self.servers().into_iter().filter(|node| !inside.contains(node)).collect();
                Ok(match direction {
                    Direction::Both => EndSets::Between(inside, outside),
                    Direction::In => EndSets::OneWay(outside, inside),
                    Direction::Out => EndSets::OneWay(inside, outside),
                })
            }
            Partition::Groups { groups, one_way } => {
                let mut picked = Vec::new();
                for group in groups {
                    picked.push(self.pick(fault, group)?);
                }
                Ok(EndSets::Groups { groups: picked, one_way: *one_way })
            }
        }
    }

    /// What a firing of a fault changes, aimed at `target` if it churns.
    pub fn aim(&mut self, fault: usize, target: Option<NodeId>) -> Result<Blow, NobodyIs> {
        let kind = self.faults[fault].spec.kind.clone();
        let (nodes, node_fault) = match &kind {
            FaultKind::Links(link_fault) => {
                return self.aim_links(fault, link_fault).map(Blow::Links);
            }
            FaultKind::Nodes { nodes, fault } => (nodes, fault),
        };
        let hosts = match target {
            Some(target) => [target].into(),
            None => self.pick(fault, nodes)?,
        };
        let effect = match node_fault {
            NodeFault::Crash => HostEffect::Crash,
            NodeFault::Pause => HostEffect::Pause,
            NodeFault::Slow { factor } => HostEffect::Slow(*factor),
            NodeFault::Clock { skew_ns, drift } => {
                HostEffect::Clock { skew_ns: *skew_ns, drift: *drift }
            }
            NodeFault::Disk { sync, fail } => {
                let sync = sync.as_ref().map(|dist| Rc::new(Sampler::new(dist)));
                HostEffect::Disk { sync, fail: *fail }
            }
        };
        Ok(Blow::Hosts(hosts, effect))
    }

    fn aim_links(&mut self, fault: usize, kind: &LinkFault) -> Result<Vec<LinkEffect>, NobodyIs> {
        let sampler = |dist: &Dist| Rc::new(Sampler::new(dist));
        let (ends, message, change) = match kind {
            LinkFault::Partition(cut) => (self.pick_partition(fault, cut)?, None, LinkChange::Cut),
            LinkFault::Latency { ends, message, latency, add } => {
                let change = if *add { LinkChange::AddLatency } else { LinkChange::Latency };
                (self.pick_ends(fault, ends)?, *message, change(sampler(latency)))
            }
            LinkFault::Loss { ends, message, probability } => {
                (self.pick_ends(fault, ends)?, *message, LinkChange::Loss(*probability))
            }
            LinkFault::Duplicate { ends, message, probability } => {
                let change = LinkChange::Duplicate(*probability);
                (self.pick_ends(fault, ends)?, *message, change)
            }
            LinkFault::Bandwidth { ends, bytes_per_s } => {
                (self.pick_ends(fault, ends)?, None, LinkChange::Bandwidth(*bytes_per_s))
            }
        };
        let firing = self.faults[fault].record.spans.len();
        Ok(vec![LinkEffect { by: Some((fault, firing)), ends, message, change }])
    }

    /// Whom a firing hits, for people.
    pub fn describe(&self, blow: &Blow) -> String {
        match blow {
            Blow::Links(effects) => {
                let ends = effects.iter().map(|effect| self.describe_ends(&effect.ends));
                ends.collect::<Vec<_>>().join(", ")
            }
            Blow::Hosts(hosts, _) => self.names(hosts),
        }
    }

    fn describe_ends(&self, ends: &EndSets) -> String {
        match ends {
            EndSets::All => "all links".into(),
            EndSets::Between(a, b) => format!("{} <-> {}", self.names(a), self.names(b)),
            EndSets::OneWay(a, b) => format!("{} -> {}", self.names(a), self.names(b)),
            EndSets::Of(nodes) => format!("all links of {}", self.names(nodes)),
            EndSets::Groups { groups, one_way } => {
                let sides: Vec<_> = groups.iter().map(|group| self.names(group)).collect();
                sides.join(if *one_way { " -> " } else { " | " })
            }
        }
    }

    fn names(&self, hosts: &BTreeSet<NodeId>) -> String {
        let names: Vec<_> = hosts.iter().map(|id| &*self.hosts[id.index()].name).collect();
        names.join(", ")
    }
}
