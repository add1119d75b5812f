//! Bounded loads: a ring whose nodes may say that they are full.
//!
//! Virtual nodes balance keys, not requests: the one key that everybody wants is on one node
//! whatever V is. Mirrokni, Thorup and Zadimoghaddam ("Consistent hashing with bounded loads",
//! SODA 2018, section 1) give each node a capacity, (1 + epsilon) times the mean load rounded
//! up. A key goes to the first node clockwise that has room. No node ever exceeds its capacity
//! at an admission, because the capacities add up to more than there is to admit, so somebody
//! has room.
//!
//! Here the loads are the requests that a router has under way, as in `HAProxy`'s
//! `hash-balance-factor`. So a hot key spills to the next nodes just as far as its load needs.
//! They fetch copies of their own, and stop seeing it when the load is gone.
//!
//! What this leaves out. Each router counts its own requests only, so N routers bound each
//! node's load N times, apart. Writes go to the owner, and the copies that spilled are not told:
//! a hot key that is written is read stale from them. And the paper also moves what is placed
//! when others leave; a request under way stays where it is.

use std::rc::Rc;

use crate::params::{MILLION, Params};
use crate::placement::{KeyHash, Loads, Member, NodeIndex, Placement, View};
use crate::ring::{Karger, Ring};

/// How much a node may have.
pub trait Capacity {
    /// The most that `member` may have when all nodes together have `total`, for an epsilon in
    /// millionths: whole numbers, as 1.1 times 110 is a little more than 121 by others.
    fn capacity(&self, member: Member, total: u64, view: &View, epsilon: u64) -> u64 {
        let fair = u128::from(total) * u128::from(member.weight);
        let (capacity, one) = (fair * u128::from(MILLION + epsilon), u128::from(MILLION));
        capacity.div_ceil(one * u128::from(view.weight())) as u64
    }
}

/// The bound of the paper.
#[derive(Debug)]
pub struct OnePlusEpsilon;

impl Capacity for OnePlusEpsilon {}

/// A ring, and what its nodes may have.
#[derive(Debug)]
pub struct Bounded<C> {
    rule: C,
    ring: Ring<Karger>,
    view: View,
    epsilon: u64,
}

/// Makes it.
pub fn make(view: &View, params: &Params) -> Rc<dyn Placement> {
    Rc::new(Bounded::new(OnePlusEpsilon, view, params))
}

impl<C: Capacity> Bounded<C> {
    /// A bounded ring of the members of a view.
    pub fn new(rule: C, view: &View, params: &Params) -> Bounded<C> {
        Bounded {
            rule,
            ring: Ring::new(Karger, view, params),
            view: view.clone(),
            epsilon: params.epsilon_millionths(),
        }
    }

    fn has_room(&self, node: NodeIndex, loads: &Loads) -> bool {
        let member = self.view.members.iter().find(|member| member.node == node);
        member.is_some_and(|member| {
            let total = loads.total() + 1;
            let capacity = self.rule.capacity(*member, total, &self.view, self.epsilon);
            loads.of(node) < capacity
        })
    }
}

impl<C: Capacity> Placement for Bounded<C> {
    fn owner(&self, key: KeyHash) -> Option<NodeIndex> {
        self.ring.owner(key)
    }

    fn place(&self, key: KeyHash, loads: &Loads) -> Option<NodeIndex> {
        self.ring.walk(key).find(|node| self.has_room(*node, loads))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placement::Epoch;

    #[test]
    fn a_capacity_is_no_rounding_error_too_large() {
        let member = |node| Member { node: NodeIndex(node), weight: 1 };
        let view = View { epoch: Epoch(1), salt: 0, members: (0..10).map(member).collect() };
        // 1.1 times 110 is 121, and by floating point numbers a little more.
        let capacity = OnePlusEpsilon.capacity(member(0), 1100, &view, 100_000);
        assert_eq!(capacity, 121);
    }
}
