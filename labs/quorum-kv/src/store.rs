//! One node's memory, and the journal on its disk that brings it back after a crash.
//!
//! A [`Store`] holds the node's keys, a Merkle tree per slot, and hints. All of it is made of
//! [`Record`]s, which a [`Journal`] appends to one file: a node writes a record, waits as
//! [`Durability`] says, and applies it.
//!
//! Left out: deletes. A delete that is more than a write of "nothing" needs tombstones, and a
//! rule for when to forget them. And compaction: the journal only grows, up to the 64 MiB that a
//! file may hold. A torn last record is not looked for, because the simulated disk tears none.

use std::collections::BTreeMap;
use std::io;

use netsplit_sim::{Disk, Host};
use serde::{Deserialize, Serialize};

use crate::hints::{Handoff, Hint, Hints};
use crate::merkle::{MerkleTree, TreeNode};
use crate::ring::{Key, Ring, Slot};
use crate::siblings::Siblings;
use crate::versions::Versions;

/// The file.
const JOURNAL: &str = "journal";

/// An entry of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Record {
    /// Siblings of a key that this node holds.
    Own(Key, Siblings),
    /// A write that it keeps for another node.
    Hint(Hint),
    /// A hint that its owner has stored.
    Delivered(Hint),
}

impl Record {
    /// The siblings in it.
    pub fn siblings(&self) -> &Siblings {
        match self {
            Record::Own(_, what) => what,
            Record::Hint(hint) | Record::Delivered(hint) => &hint.write,
        }
    }
}

/// The seat `durability`: when a node calls a write stored, and whether a crash loses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Durability {
    /// Whether a write is confirmed only when a sync of the journal has returned. Before that it
    /// may be in the page cache only, and a crash discards it.
    pub waits_for_sync: bool,
    /// Whether a node reads its journal when it starts.
    pub recovers: bool,
}

/// A node's journal.
#[derive(Clone, Debug)]
pub struct Journal {
    disk: Disk,
    durability: Durability,
}

impl Journal {
    /// The journal on a host's disk.
    pub fn new(host: &Host, durability: Durability) -> Journal {
        Journal { disk: host.disk(), durability }
    }

    /// Appends records; returns once they count as stored.
    ///
    /// # Errors
    /// When the disk fails: the records may or may not survive a crash.
    pub async fn append(&self, records: &[Record]) -> io::Result<()> {
        let mut bytes = Vec::new();
        for record in records {
            bytes = postcard::to_extend(record, bytes).map_err(io::Error::other)?;
        }
        self.disk.append(JOURNAL, &bytes)?;
        if self.durability.waits_for_sync {
            self.disk.sync(JOURNAL).await?;
        }
        Ok(())
    }

    /// The records from before the last crash, in order.
    ///
    /// # Errors
    /// When the disk fails, or the file is not a journal.
    pub fn recover(&self) -> io::Result<Vec<Record>> {
        if !self.durability.recovers {
            return Ok(Vec::new());
        }
        let bytes = self.disk.read(JOURNAL)?.unwrap_or_default();
        let (mut records, mut rest) = (Vec::new(), bytes.as_slice());
        while !rest.is_empty() {
            let (record, left) = postcard::take_from_bytes(rest).map_err(io::Error::other)?;
            records.push(record);
            rest = left;
        }
        Ok(records)
    }
}

/// One node's memory.
pub struct Store {
    ring: Ring,
    versions: &'static dyn Versions,
    handoff: &'static dyn Handoff,
    entries: BTreeMap<Key, Siblings>,
    trees: BTreeMap<Slot, MerkleTree>,
    hints: Hints,
}

impl Store {
    /// An empty store.
    pub fn new(
        ring: Ring,
        versions: &'static dyn Versions,
        handoff: &'static dyn Handoff,
    ) -> Store {
        let (entries, trees, hints) = (BTreeMap::new(), BTreeMap::new(), Hints::default());
        Store { ring, versions, handoff, entries, trees, hints }
    }

    /// Applies a record; returns whether it changed anything. A hint counts even if the same
    /// write is kept already.
    pub fn apply(&mut self, record: &Record) -> bool {
        let Store { versions, handoff, hints, .. } = self;
        match record {
            Record::Own(key, what) => self.merge(*key, what),
            Record::Hint(hint) => {
                handoff.keep(*versions, hints, hint);
                true
            }
            Record::Delivered(hint) => {
                let before = hints.len();
                handoff.on_stored(*versions, hints, hint);
                hints.len() < before
            }
        }
    }

    fn merge(&mut self, key: Key, what: &Siblings) -> bool {
        let known = self.entries.entry(key).or_default();
        let merged = self.versions.merge(known, what);
        if merged == *known {
            return false;
        }
        let tree = self.trees.entry(self.ring.slot(key)).or_default();
        if !known.is_empty() {
            tree.toggle(key, known.digest());
        }
        tree.toggle(key, merged.digest());
        *known = merged;
        true
    }

    /// What this node knows of a key, hints included.
    pub fn read(&self, key: Key) -> Siblings {
        let own = self.own(key).cloned().unwrap_or_default();
        self.hints.of(key).fold(own, |found, hint| self.versions.merge(&found, hint))
    }

    /// What this node stores of a key as one of its holders.
    pub fn own(&self, key: Key) -> Option<&Siblings> {
        self.entries.get(&key)
    }

    /// The keys that it stores as one of their holders.
    pub fn keys(&self) -> impl Iterator<Item = Key> {
        self.entries.keys().copied()
    }

    /// The writes that it keeps for others.
    pub fn hints(&self) -> &Hints {
        &self.hints
    }

    /// The Merkle tree of a slot.
    pub fn tree(&mut self, slot: Slot) -> &MerkleTree {
        self.trees.entry(slot).or_default()
    }

    /// The keys of some leaves of a slot, with all that is stored of them.
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
    use crate::hints::UntilStored;
    use crate::ring::Replica;
    use crate::siblings::{Datum, Versioned};
    use crate::versions::{Actor, ByVector, Version};

    const RING: Ring = Ring { nodes: 1, n: 1 };

    fn empty() -> Store {
        Store::new(RING, &ByVector, &UntilStored)
    }

    fn write(actor: u64, count: u64) -> Siblings {
        let mut version = Version::default();
        version.vector.learn(Actor(actor), count);
        version.stamp.wall_ns = count;
        version.stamp.actor = Actor(actor);
        Versioned { version, datum: Datum(10 * actor + count) }.into()
    }

    #[test]
    fn stores_with_equal_content_have_equal_trees_whatever_the_order() {
        let (mut direct, mut roundabout) = (empty(), empty());
        direct.apply(&Record::Own(Key(1), write(1, 2)));
        roundabout.apply(&Record::Own(Key(1), write(1, 1)));
        assert!(roundabout.apply(&Record::Own(Key(1), write(1, 2))));
        assert!(!roundabout.apply(&Record::Own(Key(1), write(1, 1))));
        let root = |store: &mut Store| store.tree(Slot(0)).hash(TreeNode::ROOT);
        assert_eq!(root(&mut direct), root(&mut roundabout));
        roundabout.apply(&Record::Own(Key(1), write(2, 1)));
        assert_ne!(root(&mut direct), root(&mut roundabout));
    }

    #[test]
    fn a_hint_is_read_but_not_held() {
        let mut store = empty();
        let hint = Hint { owner: Replica(3), key: Key(1), write: write(1, 1) };
        store.apply(&Record::Hint(hint.clone()));
        assert_eq!(store.read(Key(1)), write(1, 1));
        assert_eq!(store.own(Key(1)), None);
        store.apply(&Record::Delivered(hint));
        assert!(store.read(Key(1)).is_empty());
    }

    #[test]
    fn only_the_keys_of_a_leaf_are_exchanged() {
        let mut store = empty();
        for key in 0..100 {
            store.apply(&Record::Own(Key(key), write(1, 1)));
        }
        let leaf = TreeNode::leaf_of(Key(5));
        let found = store.in_leaves(Slot(0), &[leaf]);
        assert!(found.iter().any(|(key, _)| *key == Key(5)));
        assert!(found.iter().all(|(key, _)| TreeNode::leaf_of(*key) == leaf));
        assert!(store.in_leaves(Slot(1), &[leaf]).is_empty());
    }
}
