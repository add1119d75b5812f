//! The ring: consistent hashing with virtual nodes.
//!
//! The hash space is a circle. Every node has V points on it, its virtual nodes, and a key
//! belongs to the first point at or clockwise of it (Karger et al., STOC 1997, section 4;
//! virtual nodes as in Stoica et al., "Chord", SIGCOMM 2001, section 6.2). A new node takes a
//! piece of the arc before each of its points: a little from many nodes, and no other keys move.
//! A node that leaves gives its arcs to as many heirs.
//!
//! A member of weight w has V w points; point `i` of node `n` lies at `hash(salt, [n, i])`, for
//! `i` from 0.
//!
//! Balance follows from the points being uniform. The shares of N nodes with V points each have
//! a Dirichlet distribution, whose coefficient of variation is sqrt((N - 1) / (N V + 1)): with
//! one point per node the busiest of ten has almost three times its share, with a hundred points
//! 1.15 times.
//!
//! Left out: points that are chosen rather than drawn (Dynamo, section 6.2, strategy 3), which
//! are perfectly even and need someone to choose them.

use crate::placement::{KeyHash, Loads, Member, NodeIndex, Placement, View, hash};

/// A position on the circle, and the node that owns the arc up to it.
pub type Point = (u64, NodeIndex);

/// The points of all members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    /// In clockwise order, for binary search.
    pub points: Vec<Point>,
}

impl Ring {
    /// A ring of a view's members, with `virtual_nodes` points per unit of weight.
    pub fn new(view: &View, virtual_nodes: u32) -> Ring {
        let mut points = points(view, virtual_nodes);
        // By position, then by node: where two points collide, all processes pick the same one.
        points.sort_unstable();
        Ring { points }
    }

    /// The index of the first point at or after a position; `None` on an empty ring.
    pub fn successor(&self, position: u64) -> Option<usize> {
        let next = self.points.partition_point(|(point, _)| *point < position);
        // It is a circle: the arc behind the last point belongs to the first.
        next.checked_rem(self.points.len())
    }

    /// The nodes of all points clockwise, from the key's owner on. A node appears once per point.
    pub fn walk(&self, key: KeyHash) -> impl Iterator<Item = NodeIndex> + Clone {
        let start = self.successor(key.0).unwrap_or(0);
        let (before, from) = self.points.split_at(start);
        from.iter().chain(before).map(|(_, node)| *node)
    }
}

/// The points of a view's members, member by member.
pub fn points(view: &View, virtual_nodes: u32) -> Vec<Point> {
    let points_of = |member: &Member| {
        // A heavier member gets more points, so its share grows with its weight.
        let (node, count) = (member.node, u64::from(virtual_nodes) * u64::from(member.weight));
        // Hashed from the node's own number, so that the points stay when other members change.
        (0..count).map(move |number| (hash(view.salt, [u64::from(node.0), number]), node))
    };
    view.members.iter().flat_map(points_of).collect()
}

impl Placement for Ring {
    fn owner(&self, key: KeyHash) -> Option<NodeIndex> {
        let point = self.successor(key.0)?;
        Some(self.points[point].1)
    }

    fn place(&self, key: KeyHash, _: &Loads) -> Option<NodeIndex> {
        self.owner(key)
    }

    fn table(&self) -> &[NodeIndex] {
        &[]
    }
}
