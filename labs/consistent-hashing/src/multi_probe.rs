//! Multi-probe: one point per node, several per key.
//!
//! Virtual nodes buy balance with memory: V points for each node. Multi-probe consistent
//! hashing (Appleton and O'Reilly, arXiv:1505.00062, 2015) turns it around. Each
//! node has one point on the circle, each key is hashed to k places, and the probe that lies
//! nearest before a node decides. A node with a long arc behind it wins a single probe often,
//! but not the comparison with k - 1 others: its advantage ends where they are sure to be
//! nearer. With many nodes, the busiest has k / (k - 1) times its share, so 21 probes hold it
//! to 1.05, for which a ring needs about a thousand points per node.
//!
//! Why: the distance from a probe to the next node is at least d with probability e^(-N d).
//! The nearest of k probes is at distance d, on the arc of a given node, with density
//! k e^(-N d (k - 1)), and the integral of that over an arc of whatever length is at most
//! k / (k - 1) / N.
//!
//! Left out: the index that makes a probe O(1). We search k times.

use std::rc::Rc;

use crate::params::Params;
use crate::placement::{KeyHash, NodeIndex, Placement, View, hash};
use crate::ring::Point;

/// One point per unit of weight.
#[derive(Debug)]
pub struct MultiProbe {
    points: Vec<Point>,
    probes: u32,
}

/// Makes it.
pub fn make(view: &View, params: &Params) -> Rc<dyn Placement> {
    let place = |node: NodeIndex, number| hash(view.salt, [u64::from(node.0), number]);
    let points_of = |node, weight: u32| (0..u64::from(weight)).map(move |n| (place(node, n), node));
    let members = view.members.iter();
    let mut points: Vec<_> = members.flat_map(|m| points_of(m.node, m.weight)).collect();
    points.sort_unstable();
    Rc::new(MultiProbe { points, probes: params.probes })
}

impl MultiProbe {
    /// How far it is from a place to the next point, and whose that is.
    fn ahead(&self, place: u64) -> Option<(u64, NodeIndex)> {
        let next = self.points.partition_point(|(point, _)| *point < place);
        let (point, node) = self.points[next.checked_rem(self.points.len())?];
        Some((point.wrapping_sub(place), node))
    }
}

impl Placement for MultiProbe {
    fn owner(&self, key: KeyHash) -> Option<NodeIndex> {
        let probes = (0..u64::from(self.probes)).map(|probe| hash(probe, [key.0, 0]));
        let nearest = probes.filter_map(|place| self.ahead(place)).min()?;
        Some(nearest.1)
    }
}
