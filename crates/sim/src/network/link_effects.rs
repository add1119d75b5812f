//! Effects of link rules and faults, and the sets of links that they cover.

use std::collections::BTreeSet;
use std::rc::Rc;

use netsplit_scenario::{Ends, LinkSettings, Selector};

use crate::engine::events::Firing;
use crate::machine::id::NodeId;
use crate::random::Sampler;

/// A set of links, by their ends.
#[derive(Clone, Debug)]
pub(crate) enum LinkSet {
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

impl LinkSet {
    /// The links that `ends` describes, with the hosts that `select` finds.
    ///
    /// # Errors
    /// When `select` fails.
    pub fn resolve<E>(
        ends: &Ends,
        mut select: impl FnMut(&Selector) -> Result<BTreeSet<NodeId>, E>,
    ) -> Result<LinkSet, E> {
        Ok(match ends {
            Ends::All => LinkSet::All,
            Ends::Between(a, b) => LinkSet::Between(select(a)?, select(b)?),
            Ends::OneWay(a, b) => LinkSet::OneWay(select(a)?, select(b)?),
            Ends::Of(nodes) => LinkSet::Of(select(nodes)?),
        })
    }

    pub fn contains(&self, from: NodeId, to: NodeId) -> bool {
        match self {
            LinkSet::All => true,
            LinkSet::Between(a, b) => {
                a.contains(&from) && b.contains(&to) || b.contains(&from) && a.contains(&to)
            }
            LinkSet::OneWay(a, b) => a.contains(&from) && b.contains(&to),
            LinkSet::Of(nodes) => nodes.contains(&from) || nodes.contains(&to),
            LinkSet::Groups { groups, one_way } => {
                let side = |node| groups.iter().position(|group| group.contains(node));
                match (side(&from), side(&to)) {
                    (Some(a), Some(b)) => a < b || a > b && !one_way,
                    _ => false,
                }
            }
        }
    }
}

/// An effect of a rule or a fault on the links that it covers.
#[derive(Clone, Debug)]
pub(crate) enum LinkEffect {
    /// Messages are dropped.
    Partition,
    Latency(Rc<Sampler>),
    AddLatency(Rc<Sampler>),
    Loss(f64),
    Duplicate(f64),
    Bandwidth(u64),
}

/// A link effect with the links and messages that it covers.
#[derive(Clone, Debug)]
pub(crate) struct ScopedEffect {
    /// The firing that it belongs to; `None` for a rule of the scenario.
    pub source: Option<Firing>,
    pub links: LinkSet,
    /// Only messages of this kind.
    pub message: Option<u8>,
    pub effect: LinkEffect,
}

/// A scenario's link settings as effects.
pub(crate) fn effects_of(settings: &LinkSettings) -> Vec<LinkEffect> {
    let latency =
        settings.latency.as_ref().map(|dist| LinkEffect::Latency(Rc::new(Sampler::new(dist))));
    let others = [
        settings.loss.map(LinkEffect::Loss),
        settings.duplicate.map(LinkEffect::Duplicate),
        settings.bandwidth.map(LinkEffect::Bandwidth),
    ];
    latency.into_iter().chain(others.into_iter().flatten()).collect()
}
