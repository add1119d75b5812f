//! The ring: consistent hashing with virtual nodes.

use netsplit_lab_consistent_hashing::exercises::compared;
use netsplit_lab_consistent_hashing::placement::{
    KeyHash, Loads, Member, NodeIndex, Placement, View, hash,
};
use netsplit_lab_consistent_hashing::ring::Ring;
use netsplit_lab_consistent_hashing::seats;
use netsplit_sim::prelude::OpenFilling;

/// The points of all members of one view. Give it the fields that it needs.
pub struct MyRing {}

impl MyRing {
    /// The ring of a view.
    ///
    /// - A member of weight w has `virtual_nodes` times w points. Point `i` of node `n`, for `i`
    ///   from 0, lies at `hash(view.salt, [n, i])`.
    /// - All processes must place the points alike, whatever members come before or after.
    fn new(view: &View, virtual_nodes: u32) -> MyRing {
        todo!("the points of all members, in clockwise order")
    }
}

impl Placement for MyRing {
    /// The node of the first point at or clockwise of `key.0`; numbers grow clockwise, and after
    /// the largest comes 0. `None` if the view has no members.
    ///
    /// It is asked for every request, so look at few of the points.
    fn owner(&self, key: KeyHash) -> Option<NodeIndex> {
        todo!("the first point clockwise")
    }

    /// The ring ignores loads.
    fn place(&self, key: KeyHash, loads: &Loads) -> Option<NodeIndex> {
        self.owner(key)
    }

    /// The ring has no table.
    fn table(&self) -> &[NodeIndex] {
        &[]
    }
}

/// The filling `my-ring`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::PLACEMENT.filling("my-ring", "My ring", |view, params, _| {
        let points = params.virtual_nodes;
        compared(MyRing::new(view, points), || Ring::new(view, points))
    })
}
