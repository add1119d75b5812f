//! Selectors: the hosts that a scenario's selector finds.

use std::collections::BTreeSet;

use netsplit_scenario::Selector;
use rand::rngs::ChaCha8Rng;

use crate::machine::Machines;
use crate::machine::id::NodeId;
use crate::random::unit;

/// No node has this role at the moment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RoleVacant(pub String);

/// The hosts that `selector` finds now. Random choices come from `rng`.
///
/// # Errors
/// When it names a role that no node has.
pub(crate) fn select(
    machines: &Machines,
    selector: &Selector,
    rng: &mut ChaCha8Rng,
) -> Result<BTreeSet<NodeId>, RoleVacant> {
    select_among(machines, selector, &machines.nodes(), rng)
}

/// The hosts that `selector` finds, with random choices among `nodes`.
///
/// # Errors
/// When it names a role that no node has.
pub(crate) fn select_among(
    machines: &Machines,
    selector: &Selector,
    nodes: &[NodeId],
    rng: &mut ChaCha8Rng,
) -> Result<BTreeSet<NodeId>, RoleVacant> {
    let count = match selector {
        Selector::Name(name) => return named(machines, name),
        Selector::List(parts) => {
            let mut all = BTreeSet::new();
            for part in parts {
                all.extend(select_among(machines, part, nodes, rng)?);
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
    Ok(choose(nodes.to_vec(), count, rng))
}

/// The hosts that a name stands for: a host, a group or load, a region, or the holder of a role.
fn named(machines: &Machines, name: &str) -> Result<BTreeSet<NodeId>, RoleVacant> {
    if let Some(id) = machines.ids().find(|id| &*machines[*id].name == name) {
        return Ok([id].into());
    }
    let belongs = |id: &NodeId| {
        let machine = &machines[*id];
        &*machine.group == name || machine.region.as_deref() == Some(name)
    };
    let members: BTreeSet<_> = machines.ids().filter(belongs).collect();
    if !members.is_empty() {
        return Ok(members);
    }
    machines.holder_of(name).map(|id| [id].into()).ok_or_else(|| RoleVacant(name.to_owned()))
}

/// Chooses `count` of `nodes`, each subset equally likely (Fisher and Yates).
fn choose(mut nodes: Vec<NodeId>, count: usize, rng: &mut ChaCha8Rng) -> BTreeSet<NodeId> {
    let count = count.min(nodes.len());
    for place in 0..count {
        let left = nodes.len() - place;
        let pick = place + ((unit(rng) * left as f64) as usize).min(left - 1);
        nodes.swap(place, pick);
    }
    nodes.into_iter().take(count).collect()
}
