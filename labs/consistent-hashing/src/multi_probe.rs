//! Multi-probe: one point per node, several per key.
//!
//! Virtual nodes buy balance with memory: V points for each node. Multi-probe consistent hashing
//! (Appleton and O'Reilly, arXiv:1505.00062, 2015) turns it around. Each node has one point on
//! the circle, each key is hashed to k positions, and the probe that lies nearest before a node
//! decides. A node with a long arc before it wins a single probe often, but not the comparison
//! with k - 1 others: its advantage ends where they are sure to be nearer. With many nodes, the
//! busiest has k / (k - 1) times its share, so 21 probes limit it to 1.05, for which a ring needs
//! about a thousand points per node.
//!
//! Why: the distance from a probe to the next node is at least d with probability e^(-N d). The
//! nearest of k probes is at distance d, on the arc of a given node, with density
//! k e^(-N d (k - 1)), and the integral of that over an arc of whatever length is at most
//! k / (k - 1) / N.
//!
//! Left out: the index that makes a probe O(1). We search k times.

use crate::placement::{KeyHash, Loads, NodeIndex, Placement, View, hash};
use crate::ring::Ring;

/// A ring with one point per unit of weight, and the number of probes per key.
#[derive(Debug)]
pub struct MultiProbe {
    ring: Ring,
    probes: u32,
}

impl MultiProbe {
    /// A ring of a view's members, searched `probes` times per key.
    pub fn new(view: &View, probes: u32) -> MultiProbe {
        MultiProbe { ring: Ring::new(view, 1), probes }
    }

    /// The clockwise distance from a position to the next point, and that point's node.
    fn distance_to_next(&self, position: u64) -> Option<(u64, NodeIndex)> {
        let (point, node) = self.ring.points[self.ring.successor(position)?];
        // Wrapping, as the next point may lie beyond the end of the number line.
        Some((point.wrapping_sub(position), node))
    }
}

impl Placement for MultiProbe {
    fn owner(&self, key: KeyHash) -> Option<NodeIndex> {
        let probes = (0..u64::from(self.probes)).map(|probe| hash(probe, [key.0, 0]));
        let nearest = probes.filter_map(|position| self.distance_to_next(position)).min()?;
        Some(nearest.1)
    }

    fn place(&self, key: KeyHash, _: &Loads) -> Option<NodeIndex> {
        self.owner(key)
    }

    fn table(&self) -> &[NodeIndex] {
        &[]
    }
}
