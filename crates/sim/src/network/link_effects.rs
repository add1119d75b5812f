//! What rules and faults change, and on which links.

use std::collections::BTreeSet;
use std::rc::Rc;

use netsplit_scenario::LinkSettings;

use crate::NodeId;
use crate::random::Sampler;

/// A fault by its place in the scenario.
pub(crate) type FaultIndex = usize;

/// A set of links, by their ends.
#[derive(Clone, Debug)]
pub(crate) enum EndSets {
    All,
    Between(BTreeSet<NodeId>, BTreeSet<NodeId>),
    OneWay(BTreeSet<NodeId>, BTreeSet<NodeId>),
    Of(BTreeSet<NodeId>),
    /// Between different groups; one way, only from an earlier group to a later one.
    Groups {
        groups: Vec<BTreeSet<NodeId>>,
        one_way: bool,
    },
}

impl EndSets {
    pub fn covers(&self, from: NodeId, to: NodeId) -> bool {
        match self {
            EndSets::All => true,
            EndSets::Between(a, b) => {
                a.contains(&from) && b.contains(&to) || b.contains(&from) && a.contains(&to)
            }
            EndSets::OneWay(a, b) => a.contains(&from) && b.contains(&to),
            EndSets::Of(nodes) => nodes.contains(&from) || nodes.contains(&to),
            EndSets::Groups { groups, one_way } => {
                let side = |node| groups.iter().position(|group| group.contains(node));
                match (side(&from), side(&to)) {
                    (Some(a), Some(b)) => a < b || a > b && !one_way,
                    _ => false,
                }
            }
        }
    }
}

/// What a rule or a fault does to the links it covers.
#[derive(Clone, Debug)]
pub(crate) enum LinkChange {
    Cut,
    Latency(Rc<Sampler>),
    AddLatency(Rc<Sampler>),
    Loss(f64),
    Duplicate(f64),
    Bandwidth(u64),
}

/// A change of some links, from the scenario's network or from a fault.
#[derive(Clone, Debug)]
pub(crate) struct LinkEffect {
    /// The fault and its firing; `None` for a rule of the scenario.
    pub by: Option<(FaultIndex, usize)>,
    pub ends: EndSets,
    /// Only messages of this kind.
    pub message: Option<u8>,
    pub change: LinkChange,
}

/// A scenario's link settings as changes.
pub(crate) fn changes(settings: &LinkSettings) -> Vec<LinkChange> {
    let latency =
        settings.latency.as_ref().map(|dist| LinkChange::Latency(Rc::new(Sampler::new(dist))));
    let others = [
        settings.loss.map(LinkChange::Loss),
        settings.duplicate.map(LinkChange::Duplicate),
        settings.bandwidth.map(LinkChange::Bandwidth),
    ];
    latency.into_iter().chain(others.into_iter().flatten()).collect()
}
