//! The laws of this lab that are exact, each checked at every event from the recorded events alone,
//! by code that is independent of the placements.
//!
//! [`Views`] holds the views that the directory has published: the members by which a key had its
//! owner, or a request was sent.

pub mod bounded_load;
mod even_table;
mod monotone;
mod one_owner;

use std::collections::BTreeMap;

use netsplit_history::{Invariant, LabEvent};
use serde_json::Value;

/// All invariants.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        name: "bounded-load",
        summary: "No read makes a node exceed ceil((1 + epsilon) m/N) of the m requests that \
                  its router has in flight",
        needs: &["routed"],
        new: || Box::new(bounded_load::BoundedLoad::default()),
    },
    Invariant {
        name: "even-table",
        summary: "Nodes of equal weight have floor or ceiling of M/N entries of a lookup table",
        needs: &["table"],
        new: || Box::new(even_table::EvenTable::default()),
    },
    Invariant {
        name: "monotone",
        summary: "A key changes its owner only if the old one has left or the new one joined",
        needs: &["routed"],
        new: || Box::new(monotone::Monotone::default()),
    },
    Invariant {
        name: "one-owner",
        summary: "By one view a key has one owner, a member, whichever process looks it up",
        needs: &["routed"],
        new: || Box::new(one_owner::OneOwner::default()),
    },
];

/// Weights of members, by node.
type Members = BTreeMap<u64, u64>;

/// The members of each view, by epoch.
#[derive(Debug, Default)]
struct Views(BTreeMap<u64, Members>);

impl Views {
    /// The event of a new view.
    const EVENT: &str = "view";

    /// Records a view.
    fn add(&mut self, event: &LabEvent) {
        let members = pairs(&event.detail["members"]).collect();
        self.0.insert(number(&event.detail["epoch"]), members);
    }

    /// The members of a view.
    ///
    /// # Errors
    /// When it was never published.
    fn of(&self, epoch: u64) -> Result<&Members, String> {
        let members = self.0.get(&epoch);
        members.ok_or_else(|| format!("view {epoch} was never published"))
    }
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

/// The pairs of numbers in a list.
fn pairs(list: &Value) -> impl Iterator<Item = (u64, u64)> {
    let list = list.as_array().into_iter().flatten();
    list.map(|pair| (number(&pair[0]), number(&pair[1])))
}

#[cfg(test)]
mod testing {
    use netsplit_history::{InvariantState, LabEvent, Time};
    use serde_json::{Value, json};

    /// A view of these members, each of weight 1, under an epsilon of a quarter.
    pub fn view(epoch: u64, members: &[u64]) -> (&'static str, Value) {
        let members: Vec<_> = members.iter().map(|node| (node, 1)).collect();
        let detail = json!({ "epoch": epoch, "members": members, "epsilon": 250_000 });
        ("view", detail)
    }

    pub fn owned(key: u64, epoch: u64, owner: impl Into<Option<u64>>) -> (&'static str, Value) {
        let owner = owner.into();
        ("routed", json!({ "key": key, "epoch": epoch, "owner": owner }))
    }

    /// The index of the first event that breaks the invariant.
    pub fn broken(
        mut invariant: impl InvariantState,
        events: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Option<usize> {
        let breaks = |(name, detail): (&'static str, Value)| {
            let event = LabEvent { at: Time::ZERO, node: "c1".into(), name: name.into(), detail };
            assert!(invariant.concerns(name), "{name}");
            invariant.observe(&event).is_err()
        };
        events.into_iter().position(breaks)
    }
}
