//! Rendezvous, or highest random weight: the highest score owns the key.

use netsplit_lab_consistent_hashing::exercises::compared;
use netsplit_lab_consistent_hashing::placement::{
    KeyHash, Loads, Member, NodeIndex, Placement, View, hash,
};
use netsplit_lab_consistent_hashing::rendezvous::Rendezvous;
use netsplit_lab_consistent_hashing::seats;
use netsplit_sim::prelude::OpenFilling;

/// The members of one view, each of which scores every key. Give it the fields that it needs.
pub struct MyRendezvous {}

impl MyRendezvous {
    /// The members of a view, each with its weight, and the view's salt for the hashes.
    fn new(view: &View) -> MyRendezvous {
        todo!("what the scores need")
    }
}

impl Placement for MyRendezvous {
    /// The member with the highest score for the key; `None` if the view has no members.
    ///
    /// - The score of a member of weight w is `-w / ln(u)`.
    /// - u is uniform in (0, 1), both ends excluded: the top 53 bits of `hash(salt, [key, node])`
    ///   as a number, plus a half, divided by 2^53.
    fn owner(&self, key: KeyHash) -> Option<NodeIndex> {
        todo!("the highest score")
    }

    /// Rendezvous ignores loads.
    fn place(&self, key: KeyHash, loads: &Loads) -> Option<NodeIndex> {
        self.owner(key)
    }

    /// Rendezvous has no table.
    fn table(&self) -> &[NodeIndex] {
        &[]
    }
}

/// The filling `my-rendezvous`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::PLACEMENT.filling("my-rendezvous", "My rendezvous", |view, _, _| {
        compared(MyRendezvous::new(view), || Rendezvous::new(view))
    })
}
