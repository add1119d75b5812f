//! The exercises of this lab, and the wrapper that compares a learner's placement with the
//! reference's.

use netsplit_scenario::{Exercises, exercise_files};
use netsplit_sim::comparison::{Reference, compare};

use crate::placement::{KeyHash, Loads, NodeIndex, Placement};

/// The exercises, in the order in which they are taken.
pub(crate) const EXERCISES: Exercises = Exercises {
    lab: "netsplit_lab_consistent_hashing::ConsistentHashing",
    steps: exercise_files!(
        "ring" => "ring.rs",
        "rendezvous" => "rendezvous.rs",
        "bounded-loads" => "bounded.rs",
    ),
};

/// A placement that a learner wrote, and the reference beside it in a run that compares.
struct Compared<P, R> {
    yours: P,
    reference: Reference<R>,
}

/// A learner's placement, compared with the reference's in a run that compares.
pub fn compared<P: Placement + 'static, R: Placement + 'static>(
    yours: P,
    reference: impl FnOnce() -> R,
) -> Box<dyn Placement> {
    Box::new(Compared { yours, reference: Reference::new(reference) })
}

impl<P: Placement, R: Placement> Placement for Compared<P, R> {
    fn owner(&self, key: KeyHash) -> Option<NodeIndex> {
        let yours = self.yours.owner(key);
        if let Some(reference) = self.reference.get() {
            let call = || format!("the owner of the key at {:#018x}", key.0);
            compare(&yours, &reference.owner(key), call, |node| told(*node));
        }
        yours
    }

    fn place(&self, key: KeyHash, loads: &Loads) -> Option<NodeIndex> {
        let yours = self.yours.place(key, loads);
        if let Some(reference) = self.reference.get() {
            let call = || {
                let loads = told_of(loads);
                format!("the node for a read of the key at {:#018x}, under {loads}", key.0)
            };
            compare(&yours, &reference.place(key, loads), call, |node| told(*node));
        }
        yours
    }

    fn table(&self) -> &[NodeIndex] {
        self.yours.table()
    }
}

/// A choice in words.
fn told(node: Option<NodeIndex>) -> String {
    node.map_or_else(|| "chose no node".into(), |node| format!("chose node {}", node.0 + 1))
}

/// The load of each node in words.
fn told_of(loads: &Loads) -> String {
    let told = loads.iter().map(|(node, load)| format!("{load} at node {}", node.0 + 1));
    match told.collect::<Vec<_>>().as_slice() {
        [] => "no load".into(),
        told => told.join(", "),
    }
}
