//! Rendezvous: every node bids for every key, and the highest bid has it.
//!
//! The bid is a hash of node and key together, so each key has a random order of all nodes of
//! its own (Thaler and Ravishankar, "Using name-based mappings to increase hit rates",
//! IEEE/ACM Transactions on Networking 6(1), 1998: highest random weight). When a
//! node leaves, its keys go to their second choices, which are spread over everybody; when it
//! joins, it takes the keys for which it bids most.
//!
//! A bid is `-w / ln(u)` for a uniform u: the reciprocal of an exponential with rate 1/w. The
//! smallest of several exponentials belongs to each in proportion to its rate, so a node of
//! weight w wins in proportion to w (Schindelhauer and Schomaker, "Weighted distributed hash
//! tables", SPAA 2005: the logarithmic method).
//!
//! Left out: the skeleton of virtual levels that makes a lookup O(log N) rather than O(N),
//! which is worth it from some hundreds of nodes on.

use std::rc::Rc;

use crate::params::Params;
use crate::placement::{KeyHash, Member, NodeIndex, Placement, View, hash};

/// The bidders.
#[derive(Debug)]
pub struct Rendezvous {
    salt: u64,
    members: Vec<Member>,
}

/// Makes it.
pub fn make(view: &View, _: &Params) -> Rc<dyn Placement> {
    Rc::new(Rendezvous { salt: view.salt, members: view.members.clone() })
}

impl Rendezvous {
    fn bid(&self, key: KeyHash, member: Member) -> f64 {
        let mixed = hash(self.salt, [key.0, u64::from(member.node.0)]);
        // In (0, 1): neither end has a logarithm that could be divided by.
        let uniform = ((mixed >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
        -f64::from(member.weight) / libm::log(uniform)
    }
}

impl Placement for Rendezvous {
    fn owner(&self, key: KeyHash) -> Option<NodeIndex> {
        let bids = self.members.iter().map(|member| (self.bid(key, *member), member.node));
        bids.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, node)| node)
    }
}
