//! Which hosts a selector means.

use std::collections::BTreeSet;

use netsplit_scenario::Selector;
use rand::rngs::ChaCha8Rng;

use crate::NodeId;
use crate::engine::world::World;
use crate::machine::state::HostKind;
use crate::random::unit;

/// A role that nobody has at the moment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NobodyIs(pub String);

impl World {
    /// The hosts that `selector` means now. Random choices come from `rng`.
    ///
    /// # Errors
    /// When it names a role that nobody has.
    pub fn select(
        &self,
        selector: &Selector,
        rng: &mut ChaCha8Rng,
    ) -> Result<BTreeSet<NodeId>, NobodyIs> {
        let nodes = self.servers();
        let count = match selector {
            Selector::Name(name) => return self.named(name),
            Selector::List(parts) => {
                let mut all = BTreeSet::new();
                for part in parts {
                    all.extend(self.select(part, rng)?);
                }
                return Ok(all);
            }
            Selector::Any(count) => *count as usize,
            Selector::Percent(percent) => {
                ((nodes.len() as f64 * percent / 100.0).round() as usize).max(1)
            }
            Selector::Majority => nodes.len() / 2 + 1,
            Selector::Minority => nodes.len().div_ceil(2).saturating_sub(1),
        };
        Ok(choose(nodes, count, rng))
    }

    /// All nodes that are no clients.
    pub fn servers(&self) -> Vec<NodeId> {
        self.ids().filter(|id| self.hosts[id.index()].kind == HostKind::Node).collect()
    }

    /// The hosts that a name means: a host, a group or load, a region, or the holder of a role.
    fn named(&self, name: &str) -> Result<BTreeSet<NodeId>, NobodyIs> {
        let host = |id: &NodeId| &self.hosts[id.index()];
        if let Some(id) = self.ids().find(|id| &*host(id).name == name) {
            return Ok([id].into());
        }
        let members: BTreeSet<_> = self
            .ids()
            .filter(|id| &*host(id).group == name || host(id).region.as_deref() == Some(name))
            .collect();
        if !members.is_empty() {
            return Ok(members);
        }
        self.roles.get(name).map(|id| [*id].into()).ok_or_else(|| NobodyIs(name.to_owned()))
    }
}

/// Chooses `count` of `nodes`, all choices alike (Fisher and Yates).
fn choose(mut nodes: Vec<NodeId>, count: usize, rng: &mut ChaCha8Rng) -> BTreeSet<NodeId> {
    let count = count.min(nodes.len());
    for place in 0..count {
        let left = nodes.len() - place;
        let pick = place + ((unit(rng) * left as f64) as usize).min(left - 1);
        nodes.swap(place, pick);
    }
    nodes.into_iter().take(count).collect()
}
