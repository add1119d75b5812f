//! The ring: which nodes hold a key, and which can stand in for them.
//!
//! The hash space is divided into as many equal [`Slot`]s as there are nodes. A key's slot is held
//! by the node of the same number and the n - 1 that follow on the ring: the key's preference
//! list (Dynamo, section 4.3). The nodes after those are the stand-ins of a sloppy quorum, in
//! the order in which they are used.
//!
//! Left out: virtual nodes and changing membership, which the consistent-hashing lab is about.

use std::fmt;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

/// A key, by its rank among the keys of the load, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key(pub u64);

impl Key {
    /// The position of the key in the hash space.
    pub fn hash(self) -> u64 {
        xxh3_64(&self.0.to_le_bytes())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "k{}", self.0 + 1)
    }
}

/// A node, by its position on the ring, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Replica(pub u32);

/// A part of the hash space whose keys are held by the same nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot(pub u32);

/// The ring. There is at least one node, and `1 <= n <= nodes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ring {
    /// The number of nodes.
    pub nodes: u32,
    /// The number of nodes that hold a key.
    pub n: u32,
}

impl Ring {
    /// The slot that a key falls into.
    pub fn slot(self, key: Key) -> Slot {
        Slot((key.hash() % u64::from(self.nodes)) as u32)
    }

    /// The nodes that hold a slot.
    pub fn holders(self, slot: Slot) -> impl Iterator<Item = Replica> {
        (0..self.n).map(move |step| self.after(slot, step))
    }

    /// The other nodes, in the order in which they stand in for a holder.
    pub fn stand_ins(self, slot: Slot) -> impl Iterator<Item = Replica> {
        (self.n..self.nodes).map(move |step| self.after(slot, step))
    }

    /// The slots that a node holds.
    pub fn slots_of(self, replica: Replica) -> impl Iterator<Item = Slot> {
        (0..self.nodes).map(Slot).filter(move |slot| self.holds(replica, *slot))
    }

    /// Whether a node is one of the holders of a slot.
    pub fn holds(self, replica: Replica, slot: Slot) -> bool {
        (replica.0 + self.nodes - slot.0) % self.nodes < self.n
    }

    fn after(self, slot: Slot, step: u32) -> Replica {
        Replica((slot.0 + step) % self.nodes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slot_is_held_by_n_nodes_and_the_rest_stand_in() {
        let ring = Ring { nodes: 5, n: 3 };
        for slot in (0..5).map(Slot) {
            let holders: Vec<_> = ring.holders(slot).collect();
            let mut all: Vec<_> = holders.iter().copied().chain(ring.stand_ins(slot)).collect();
            assert_eq!(holders.len(), 3);
            all.sort_unstable();
            assert_eq!(all, (0..5).map(Replica).collect::<Vec<_>>());
            for replica in all {
                let is_holder = holders.contains(&replica);
                assert_eq!(ring.holds(replica, slot), is_holder);
                assert_eq!(ring.slots_of(replica).any(|s| s == slot), is_holder);
            }
        }
        assert_eq!(ring.slots_of(Replica(1)).count(), 3);
    }

    #[test]
    fn keys_spread_over_the_slots() {
        let ring = Ring { nodes: 5, n: 3 };
        for slot in (0..5).map(Slot) {
            let here = (0..1000).filter(|key| ring.slot(Key(*key)) == slot).count();
            assert!((150..250).contains(&here), "{here} of 1000 keys in {slot:?}");
        }
    }
}
