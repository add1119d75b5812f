//! What the nodes hold when the run has ended, for those who judge it. Nodes publish their
//! memory here and never look.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::ring::{Replica, Ring};
use crate::store::Store;

/// The memory of every node's latest life.
#[derive(Clone, Debug, Default)]
pub struct Inspector(Rc<RefCell<BTreeMap<Replica, Rc<RefCell<Store>>>>>);

impl Inspector {
    /// A node starts with this memory.
    pub fn publish(&self, node: Replica, memory: Rc<RefCell<Store>>) {
        self.0.borrow_mut().insert(node, memory);
    }

    /// Keys that not all their holders know alike.
    pub fn diverged(&self, ring: Ring) -> usize {
        let nodes = self.0.borrow();
        let keys: BTreeSet<_> =
            nodes.values().flat_map(|store| store.borrow().keys().collect::<Vec<_>>()).collect();
        let differs = |key| {
            let digests: BTreeSet<_> = ring
                .holders(ring.slot(key))
                .map(|holder| {
                    let store = nodes.get(&holder)?.borrow();
                    Some(store.own(key)?.digest())
                })
                .collect();
            digests.len() > 1
        };
        keys.into_iter().filter(|key| differs(*key)).count()
    }

    /// Writes that nodes still keep for others.
    pub fn hints_left(&self) -> usize {
        let nodes = self.0.borrow();
        nodes.values().map(|store| store.borrow().hints().len()).sum()
    }
}
