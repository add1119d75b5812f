//! The ring: consistent hashing with virtual nodes.
//!
//! The hash space is a circle. Every node has V points on it, and a key belongs to the first
//! point clockwise of it (Karger et al., STOC 1997, section 4; virtual nodes as in Stoica et
//! al., "Chord", SIGCOMM 2001, section 6.2). A new node takes a piece from the arc behind each
//! of its points: from many nodes a little, and nobody else's keys move. A node that leaves
//! gives its arcs to as many heirs.
//!
//! How even it is follows from the points being uniform. The shares of N nodes with V points
//! each have a Dirichlet distribution, whose coefficient of variation is
//! sqrt((N - 1) / (N V + 1)): one point per node gives the busiest of ten almost three times
//! its share, a hundred points 1.15 times.
//!
//! [`RingRule`] has the four decisions, one method each; `mutants` overrides one at a time.
//!
//! Left out: points chosen rather than drawn (Dynamo, section 6.2, strategy 3), which are
//! perfectly even and need someone to choose them.

use std::rc::Rc;

use crate::params::Params;
use crate::placement::{KeyHash, Member, NodeIndex, Placement, View, hash};

/// A point of the circle, and the node that put it there.
pub type Point = (u64, NodeIndex);

/// The decisions that make a ring.
pub trait RingRule {
    /// How many points a member has.
    fn points_of(&self, member: Member, params: &Params) -> u64 {
        u64::from(params.virtual_nodes) * u64::from(member.weight)
    }

    /// What a member's points are hashed from: something that nobody else's leaving changes.
    fn identity(&self, member: Member, position: usize) -> u64 {
        let _ = position;
        u64::from(member.node.0)
    }

    /// Brings the points into the order in which [`successor`](RingRule::successor) looks.
    fn arrange(&self, points: &mut [Point]) {
        points.sort_unstable();
    }

    /// The first point at or after a place; after the last one comes the first.
    fn successor(&self, points: &[Point], place: u64) -> Option<usize> {
        let next = points.partition_point(|(point, _)| *point < place);
        next.checked_rem(points.len())
    }
}

/// The ring as it should be.
#[derive(Debug)]
pub struct Karger;

impl RingRule for Karger {}

/// The points of all members, and the rule by which they are read.
#[derive(Debug)]
pub struct Ring<R> {
    rule: R,
    points: Vec<Point>,
}

/// Makes it.
pub fn make(view: &View, params: &Params) -> Rc<dyn Placement> {
    Rc::new(Ring::new(Karger, view, params))
}

impl<R: RingRule> Ring<R> {
    /// A ring of the members of a view.
    pub fn new(rule: R, view: &View, params: &Params) -> Ring<R> {
        let mut points = Vec::new();
        for (position, member) in view.members.iter().enumerate() {
            let identity = rule.identity(*member, position);
            let place = |number| hash(view.salt, [identity, number]);
            let numbers = 0..rule.points_of(*member, params);
            points.extend(numbers.map(|number| (place(number), member.node)));
        }
        rule.arrange(&mut points);
        Ring { rule, points }
    }

    /// The nodes of all points in clockwise order, starting with the key's owner.
    pub fn walk(&self, key: KeyHash) -> impl Iterator<Item = NodeIndex> {
        let start = self.rule.successor(&self.points, key.0).unwrap_or(0);
        let (before, from) = self.points.split_at(start);
        from.iter().chain(before).map(|(_, node)| *node)
    }
}

impl<R: RingRule> Placement for Ring<R> {
    fn owner(&self, key: KeyHash) -> Option<NodeIndex> {
        let point = self.rule.successor(&self.points, key.0)?;
        Some(self.points[point].1)
    }
}
