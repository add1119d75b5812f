//! The seat `placement`: which node a key belongs to.
//!
//! A [`Placement`] is made from a [`View`], the list of members that somebody believes in, and
//! answers [`owner`](Placement::owner) for every key. It is a plain value without state: two
//! parties with the same view and the same algorithm agree on every key without asking anyone.
//! That is the whole trick of this lab, and what it costs is that everybody must have the same
//! view.
//!
//! A good placement has two properties (Karger et al., STOC 1997, section 4). It is balanced:
//! each node's share is near the mean. And it is monotone: when a node joins, keys move to it
//! and nowhere else; when one leaves, only its keys move. `modulo` has the first and not the
//! second, and that is why the others exist:
//!
//! | file | idea | memory | a lookup costs |
//! |---|---|---|---|
//! | `modulo` | hash mod N | N | one division |
//! | `ring` | many points per node on a circle | N V | a binary search |
//! | `rendezvous` | the highest of N scores | N | N hashes |
//! | `jump` | a key jumps ahead to new buckets | N | ln N steps |
//! | `maglev` | nodes take turns to fill a table | M | one look |
//! | `multi_probe` | one point per node, many per key | N | k binary searches |
//! | `bounded` | a ring whose nodes may say they are full | N V | a search and a walk |
//!
//! [`place`](Placement::place) also looks at how loaded the nodes are; only `bounded` cares.
//!
//! Left out: replicas. A key has one owner, so a crash loses the cached copy; a store without a
//! backing store behind it would take the next owners of the walk as well.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::params::Params;
use crate::{bounded, jump, maglev, modulo, multi_probe, mutants, rendezvous, ring};

/// A cache node, by its place in its group. It keeps the number for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeIndex(pub u32);

/// Where a key lies in the hash space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyHash(pub u64);

/// A member of the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Which node.
    pub node: NodeIndex,
    /// Its fair share, relative to the others'; at least 1.
    pub weight: u32,
}

/// How many times the membership has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Epoch(pub u64);

/// Who is in the cluster, as of some epoch. Members are in the order of their numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// The higher, the newer.
    pub epoch: Epoch,
    /// Mixed into where nodes lie, so that each run has a ring of its own.
    pub salt: u64,
    /// The members.
    pub members: Vec<Member>,
}

impl View {
    /// The sum of all weights.
    pub fn weight(&self) -> u64 {
        self.members.iter().map(|m| u64::from(m.weight)).sum()
    }

    /// The weight of a member; `None` for a node that is none.
    pub fn weight_of(&self, node: NodeIndex) -> Option<u32> {
        let member = self.members.iter().find(|member| member.node == node)?;
        Some(member.weight)
    }

    /// Each member as often as it weighs, for algorithms that know only equal nodes.
    pub fn buckets(&self) -> Vec<NodeIndex> {
        let repeat = |m: &Member| std::iter::repeat_n(m.node, m.weight as usize);
        self.members.iter().flat_map(repeat).collect()
    }
}

/// How many keys, or requests, each node has at present.
#[derive(Clone, Debug, Default)]
pub struct Loads {
    by_node: Vec<u64>,
    total: u64,
}

impl Loads {
    /// One more at a node.
    pub fn add(&mut self, node: NodeIndex) {
        let place = node.0 as usize;
        if place >= self.by_node.len() {
            self.by_node.resize(place + 1, 0);
        }
        self.by_node[place] += 1;
        self.total += 1;
    }

    /// One less at a node, which has at least one.
    pub fn remove(&mut self, node: NodeIndex) {
        self.by_node[node.0 as usize] -= 1;
        self.total -= 1;
    }

    /// How many a node has.
    pub fn of(&self, node: NodeIndex) -> u64 {
        self.by_node.get(node.0 as usize).copied().unwrap_or(0)
    }

    /// How many all nodes have.
    pub fn total(&self) -> u64 {
        self.total
    }
}

/// Which node a key belongs to.
pub trait Placement {
    /// The key's owner; `None` when there are no members.
    fn owner(&self, key: KeyHash) -> Option<NodeIndex>;

    /// The node that one more reader of the key is sent to, given who has how much to do.
    fn place(&self, key: KeyHash, loads: &Loads) -> Option<NodeIndex> {
        let _ = loads;
        self.owner(key)
    }

    /// The entries of the lookup table, for algorithms that fill one.
    fn table(&self) -> &[NodeIndex] {
        &[]
    }
}

/// The hash of some numbers.
pub fn hash(seed: u64, numbers: [u64; 2]) -> u64 {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&numbers[0].to_le_bytes());
    bytes[8..].copy_from_slice(&numbers[1].to_le_bytes());
    xxh3_64_with_seed(&bytes, seed)
}

/// Makes the placement that sits in the seat.
pub fn make(seat: &str, view: &View, params: &Params) -> Rc<dyn Placement> {
    match seat {
        "modulo" => modulo::make(view, params),
        "rendezvous" => rendezvous::make(view, params),
        "jump" => jump::make(view, params),
        "maglev" => maglev::make(view, params),
        "multi-probe" => multi_probe::make(view, params),
        "bounded-loads" => bounded::make(view, params),
        other => mutants::make(other, view, params).unwrap_or_else(|| ring::make(view, params)),
    }
}
