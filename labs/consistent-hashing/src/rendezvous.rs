//! Rendezvous, or highest random weight: every node scores every key, and the highest score owns
//! it.
//!
//! The score is a hash of node and key together, so each key has a random order of all nodes of
//! its own (Thaler and Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM
//! Transactions on Networking 6(1), 1998). When a node leaves, its keys go to their second
//! choices, which are spread over all the others; when it joins, it takes the keys that it scores
//! highest.
//!
//! A member of weight w scores `-w / ln(u)`, where u is uniform in (0, 1): the top 53 bits of
//! `hash(salt, [key, node])` plus a half, over 2^53. The score is the reciprocal of an
//! exponential with rate 1 / w per unit, and the smallest of several exponentials belongs to each
//! in proportion to its rate, so a node owns keys in proportion to w (Schindelhauer and
//! Schomaker, "Weighted distributed hash tables", SPAA 2005: the logarithmic method).
//!
//! Left out: the skeleton of virtual levels that makes a lookup O(log N) rather than O(N), which
//! pays from some hundreds of nodes on.

use crate::placement::{KeyHash, Loads, Member, NodeIndex, Placement, View, hash};

/// The members, each of which scores every key.
#[derive(Debug)]
pub struct Rendezvous {
    salt: u64,
    members: Vec<Member>,
}

impl Rendezvous {
    /// The members of a view.
    pub fn new(view: &View) -> Rendezvous {
        Rendezvous { salt: view.salt, members: view.members.clone() }
    }

    fn score(&self, key: KeyHash, member: Member) -> f64 {
        let mixed = hash(self.salt, [key.0, u64::from(member.node.0)]);
        // In (0, 1), both ends excluded: ln(0) is infinite, and ln(1) cannot be divided by.
        let uniform = ((mixed >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
        -f64::from(member.weight) / libm::log(uniform)
    }
}

impl Placement for Rendezvous {
    fn owner(&self, key: KeyHash) -> Option<NodeIndex> {
        let scores = self.members.iter().map(|member| (self.score(key, *member), member.node));
        scores.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, node)| node)
    }

    fn place(&self, key: KeyHash, _: &Loads) -> Option<NodeIndex> {
        self.owner(key)
    }

    fn table(&self) -> &[NodeIndex] {
        &[]
    }
}
