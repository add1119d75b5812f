//! What one node holds in memory: its keys, a Merkle tree per slot, and hints.
//!
//! Everything here can be rebuilt from the node's journal ([`Record`]), and is, after a crash.
//!
//! Left out: deletes. A delete that is more than a write of "nothing" needs tombstones, and a
//! rule for when to forget them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::hints::Hints;
use crate::merkle::{MerkleTree, TreeNode};
use crate::ring::{Key, Replica, Ring, Slot};
use crate::siblings::Siblings;
use crate::versions::Versions;

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Record {
    /// Siblings of a key that this node holds.
    Own(Key, Siblings),
    /// Siblings that it keeps for another.
    Hint(Replica, Key, Siblings),
    /// The other has them now.
    Delivered(Replica, Key, Siblings),
}

/// One node's memory.
#[derive(Clone, Debug)]
pub struct Store {
    ring: Ring,
    entries: BTreeMap<Key, Siblings>,
    trees: BTreeMap<Slot, MerkleTree>,
    hints: Hints,
}

impl Store {
    /// An empty store.
    pub fn new(ring: Ring) -> Store {
        Store { ring, entries: BTreeMap::new(), trees: BTreeMap::new(), hints: Hints::default() }
    }

    /// Takes in a record; returns whether it said anything new.
    pub fn apply(&mut self, rule: &dyn Versions, record: &Record) -> bool {
        match record {
            Record::Own(key, what) => self.merge(rule, *key, what),
            Record::Hint(owner, key, what) => {
                self.hints.keep(rule, *owner, *key, what);
                true
            }
            Record::Delivered(owner, key, what) => self.hints.delivered(rule, *owner, *key, what),
        }
    }

    fn merge(&mut self, rule: &dyn Versions, key: Key, what: &Siblings) -> bool {
        let known = self.entries.entry(key).or_default();
        let before = (!known.is_empty()).then(|| known.digest());
        if !known.merge(rule, what) {
            return false;
        }
        let tree = self.trees.entry(self.ring.slot(key)).or_default();
        if let Some(digest) = before {
            tree.toggle(key, digest);
        }
        tree.toggle(key, known.digest());
        true
    }

    /// What this node knows of a key, what it keeps for others included.
    pub fn read(&self, rule: &dyn Versions, key: Key) -> Siblings {
        let mut found = self.own(key).cloned().unwrap_or_default();
        for hint in self.hints.of(key) {
            found.merge(rule, hint);
        }
        found
    }

    /// What this node holds of a key as one of its holders.
    pub fn own(&self, key: Key) -> Option<&Siblings> {
        self.entries.get(&key)
    }

    /// The keys that it holds.
    pub fn keys(&self) -> impl Iterator<Item = Key> {
        self.entries.keys().copied()
    }

    /// What it keeps for others.
    pub fn hints(&self) -> &Hints {
        &self.hints
    }

    /// The summary of a slot.
    pub fn tree(&mut self, slot: Slot) -> &MerkleTree {
        self.trees.entry(slot).or_default()
    }

    /// All that it holds in some leaves of a slot.
    pub fn in_leaves(&self, slot: Slot, leaves: &[TreeNode]) -> Vec<(Key, Siblings)> {
        self.entries
            .iter()
            .filter(|(key, _)| {
                self.ring.slot(**key) == slot && leaves.contains(&TreeNode::leaf_of(**key))
            })
            .map(|(key, what)| (*key, what.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::siblings::{Datum, Versioned};
    use crate::versions::{Actor, ByVector, Version};

    const RING: Ring = Ring { nodes: 1, n: 1 };

    fn write(actor: u64, count: u64) -> Siblings {
        let mut version = Version::default();
        version.vector.learn(Actor(actor), count);
        version.stamp.wall_ns = count;
        version.stamp.actor = Actor(actor);
        Versioned { version, datum: Datum(10 * actor + count) }.into()
    }

    #[test]
    fn stores_with_equal_content_have_equal_trees_whatever_the_way() {
        let (mut direct, mut roundabout) = (Store::new(RING), Store::new(RING));
        direct.apply(&ByVector, &Record::Own(Key(1), write(1, 2)));
        roundabout.apply(&ByVector, &Record::Own(Key(1), write(1, 1)));
        assert!(roundabout.apply(&ByVector, &Record::Own(Key(1), write(1, 2))));
        assert!(!roundabout.apply(&ByVector, &Record::Own(Key(1), write(1, 1))));
        let root = |store: &mut Store| store.tree(Slot(0)).hash(TreeNode::ROOT);
        assert_eq!(root(&mut direct), root(&mut roundabout));
        roundabout.apply(&ByVector, &Record::Own(Key(1), write(2, 1)));
        assert_ne!(root(&mut direct), root(&mut roundabout));
    }

    #[test]
    fn a_hint_is_read_but_not_held() {
        let mut store = Store::new(RING);
        store.apply(&ByVector, &Record::Hint(Replica(3), Key(1), write(1, 1)));
        assert_eq!(store.read(&ByVector, Key(1)), write(1, 1));
        assert_eq!(store.own(Key(1)), None);
        store.apply(&ByVector, &Record::Delivered(Replica(3), Key(1), write(1, 1)));
        assert!(store.read(&ByVector, Key(1)).is_empty());
    }

    #[test]
    fn only_the_keys_of_a_leaf_are_exchanged() {
        let mut store = Store::new(RING);
        for key in 0..100 {
            store.apply(&ByVector, &Record::Own(Key(key), write(1, 1)));
        }
        let leaf = TreeNode::leaf_of(Key(5));
        let found = store.in_leaves(Slot(0), &[leaf]);
        assert!(found.iter().any(|(key, _)| *key == Key(5)));
        assert!(found.iter().all(|(key, _)| TreeNode::leaf_of(*key) == leaf));
        assert!(store.in_leaves(Slot(1), &[leaf]).is_empty());
    }
}
