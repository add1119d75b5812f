//! The trait behind the seat `placement`, which maps keys to nodes, and the types that it names.
//!
//! A [`Placement`] is built from a [`View`], a list of members, and answers
//! [`owner`](Placement::owner) for every key. It is a pure function: two processes with equal
//! views and the same algorithm agree on every key without exchanging a message. That is the
//! whole trick of this lab, and its cost is that all processes need the same view.
//!
//! A good placement has two properties (Karger et al., STOC 1997, section 4). It is *balanced*:
//! each node's share is close to the mean. And it is *monotone*: when a node joins, keys move to
//! it and nowhere else; when one leaves, only its keys move. `modulo` is balanced and not
//! monotone, which is why the others exist:
//!
//! | module | idea | memory | cost of a lookup |
//! |---|---|---|---|
//! | [`modulo`](crate::modulo) | hash mod N | N | one division |
//! | [`ring`](crate::ring) | many points per node on a circle | N V | a binary search |
//! | [`rendezvous`](crate::rendezvous) | the highest of N scores | N | N hashes |
//! | [`jump`](crate::jump) | a key jumps ahead to new buckets | N | ln N steps |
//! | [`maglev`](crate::maglev) | nodes take turns to fill a table | M | one array access |
//! | [`multi_probe`](crate::multi_probe) | one point per node, k per key | N | k binary searches |
//! | [`bounded`](crate::bounded) | a ring that passes over full nodes | N V | a search and a walk |
//!
//! None of these modules is named below: [`seats`](crate::seats) lists them, and code of another
//! crate joins the list with [`Lab::with`](netsplit_sim::Lab::with).
//!
//! Left out: replicas. A key has one owner, so a crash loses the cached copy; a store of record
//! would also use the next owners of the walk.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::params::Params;

/// Builds a placement: what the seat `placement` is filled with.
///
/// `process` is the name of the host that computes the placement. It exists to show a bug: an
/// answer that depends on it breaks the agreement of all processes, so ignore it.
pub type MakePlacement = fn(view: &View, params: &Params, process: &str) -> Box<dyn Placement>;

/// The assignment of keys to the members of one view.
///
/// Answers must depend on the view, the parameters and the arguments alone, and must be the same
/// on every call: routers and nodes compute them independently. For answers that equal the
/// reference's, hash with [`hash`] and the inputs that the algorithm's module states.
pub trait Placement {
    /// The key's owner: a member of the view, or `None` when the view has no members.
    fn owner(&self, key: KeyHash) -> Option<NodeIndex>;

    /// The node to send one more read of the key to, when `loads` are the requests in flight at
    /// each node, this one not included. A member, or `None` when the view has no members.
    ///
    /// Algorithms that ignore loads return [`owner`](Placement::owner).
    fn place(&self, key: KeyHash, loads: &Loads) -> Option<NodeIndex>;

    /// The lookup table, entry by entry; empty for algorithms without one. Key `h` belongs to
    /// entry `h mod M` of a table of M entries.
    fn table(&self) -> &[NodeIndex];
}

/// A cache node, by its index in its group. The index is never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeIndex(pub u32);

/// A key's position in the hash space: all 64-bit numbers, as a circle for rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyHash(pub u64);

/// A member of the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The node.
    pub node: NodeIndex,
    /// Its fair share of the keys relative to the other members'; at least 1.
    pub weight: u32,
}

/// The version of the membership; each change increments it. The first view has epoch 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Epoch(pub u64);

/// The members of the cluster as of some epoch, in order of [`NodeIndex`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// The version; the higher, the newer.
    pub epoch: Epoch,
    /// The seed of the hashes of nodes, so that each run has a ring of its own.
    pub salt: u64,
    /// The members.
    pub members: Vec<Member>,
}

impl View {
    /// The sum of all weights.
    pub fn weight(&self) -> u64 {
        self.members.iter().map(|member| u64::from(member.weight)).sum()
    }

    /// The weight of a member; `None` for other nodes.
    pub fn weight_of(&self, node: NodeIndex) -> Option<u32> {
        let member = self.members.iter().find(|member| member.node == node)?;
        Some(member.weight)
    }

    /// Each member repeated `weight` times, for algorithms that know only equal nodes.
    pub fn buckets(&self) -> Vec<NodeIndex> {
        let repeat = |m: &Member| std::iter::repeat_n(m.node, m.weight as usize);
        self.members.iter().flat_map(repeat).collect()
    }
}

/// The number of keys, or of requests in flight, at each node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loads {
    by_node: Vec<u64>,
    total: u64,
}

impl Loads {
    /// Adds one at a node.
    pub fn add(&mut self, node: NodeIndex) {
        let index = node.0 as usize;
        if index >= self.by_node.len() {
            self.by_node.resize(index + 1, 0);
        }
        self.by_node[index] += 1;
        self.total += 1;
    }

    /// Removes one at a node.
    ///
    /// # Panics
    /// When the node has none.
    pub fn remove(&mut self, node: NodeIndex) {
        self.by_node[node.0 as usize] -= 1;
        self.total -= 1;
    }

    /// The load of a node.
    pub fn of(&self, node: NodeIndex) -> u64 {
        self.by_node.get(node.0 as usize).copied().unwrap_or(0)
    }

    /// The nodes that have a load, with it.
    pub fn iter(&self) -> impl Iterator<Item = (NodeIndex, u64)> + '_ {
        let loads = (0..).map(NodeIndex).zip(self.by_node.iter().copied());
        loads.filter(|(_, load)| *load > 0)
    }

    /// The sum over all nodes.
    pub fn total(&self) -> u64 {
        self.total
    }
}

/// The lab's hash function: xxh3 of two numbers, little-endian, under a seed.
pub fn hash(seed: u64, numbers: [u64; 2]) -> u64 {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&numbers[0].to_le_bytes());
    bytes[8..].copy_from_slice(&numbers[1].to_le_bytes());
    xxh3_64_with_seed(&bytes, seed)
}
