//! Bounded loads: a ring that passes over full nodes.
//!
//! Virtual nodes balance keys, not requests: the one key that everybody wants is on one node
//! whatever V is. Mirrokni, Thorup and Zadimoghaddam ("Consistent hashing with bounded loads",
//! SODA 2018, section 1) give each node a [`capacity`], (1 + epsilon) times the mean load rounded
//! up. A key goes to the first node clockwise that has room. No node exceeds its capacity when a
//! request is admitted, because the capacities add up to more than there is to admit, so some
//! node has room.
//!
//! The owner of a key is the ring's. Loads here are the requests that a router has in flight, as
//! in `HAProxy`'s `hash-balance-factor`. So a hot key spills to the next nodes just as far as its
//! load needs. They fetch copies of their own, and see no more of it when the load is gone.
//!
//! Left out, and what that costs. Each router counts its own requests only, so N routers bound
//! each node's load N times, separately. Writes go to the owner, and the copies that spilled are
//! not updated: reads of a hot key that is written are stale there. And the paper also moves what
//! is placed when others leave; a request in flight stays where it is.

use crate::params::{MILLION, Params};
use crate::placement::{KeyHash, Loads, NodeIndex, Placement, View};
use crate::ring::Ring;

/// ceil((1 + epsilon) total w / W): the most that a member of weight w may have when all members,
/// of weight W in all, have `total` together. Epsilon is in millionths.
///
/// Integer arithmetic, because in floating point 1.1 times 110 is a little more than 121.
pub fn capacity(weight: u32, all_weights: u64, total: u64, epsilon_millionths: u64) -> u64 {
    let share = u128::from(total) * u128::from(weight);
    let (scaled, one) = (share * u128::from(MILLION + epsilon_millionths), u128::from(MILLION));
    scaled.div_ceil(one * u128::from(all_weights)) as u64
}

/// A ring, and the bound on its nodes' loads.
#[derive(Debug)]
pub struct Bounded {
    ring: Ring,
    view: View,
    epsilon_millionths: u64,
}

impl Bounded {
    /// A bounded ring of a view's members.
    pub fn new(view: &View, params: &Params) -> Bounded {
        Bounded {
            ring: Ring::new(view, params.virtual_nodes),
            view: view.clone(),
            epsilon_millionths: params.epsilon_millionths(),
        }
    }

    fn has_room(&self, node: NodeIndex, loads: &Loads) -> bool {
        self.view.weight_of(node).is_some_and(|weight| {
            // Including the request to be placed, so that the first one finds room at all.
            let total = loads.total() + 1;
            let capacity = capacity(weight, self.view.weight(), total, self.epsilon_millionths);
            loads.of(node) < capacity
        })
    }
}

impl Placement for Bounded {
    fn owner(&self, key: KeyHash) -> Option<NodeIndex> {
        self.ring.owner(key)
    }

    fn place(&self, key: KeyHash, loads: &Loads) -> Option<NodeIndex> {
        self.ring.walk(key).find(|node| self.has_room(*node, loads))
    }

    fn table(&self) -> &[NodeIndex] {
        &[]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capacity_has_no_rounding_error() {
        assert_eq!(capacity(1, 10, 1100, 100_000), 121);
    }
}
