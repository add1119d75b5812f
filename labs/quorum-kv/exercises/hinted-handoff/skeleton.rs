//! Hinted handoff: what a stand-in keeps, hands over, and forgets.

use netsplit_lab_quorum_kv::exercises::Compared;
use netsplit_lab_quorum_kv::hints::{Handoff, Hint, Hints};
use netsplit_lab_quorum_kv::ring::Replica;
use netsplit_lab_quorum_kv::seats;
use netsplit_lab_quorum_kv::versions::Versions;
use netsplit_sim::prelude::OpenFilling;

/// The handlers keep nothing themselves: what is kept is in `Hints::kept`, by owner and key.
pub struct MyHandoff;

impl Handoff for MyHandoff {
    /// A write arrives that `hint.owner` should have stored.
    ///
    /// Hints may come twice and out of order, and writes to one key may be concurrent: what is kept
    /// is what `versions.merge` makes of them all.
    fn keep(&self, versions: &dyn Versions, hints: &mut Hints, hint: &Hint) {
        todo!("keep it until its owner has it")
    }

    /// What to send to `owner` next: hints that are kept for it, as they are kept now, `limit` of
    /// them or all if they are fewer.
    ///
    /// The node asks again after each batch that was stored, until it gets an empty one.
    fn next_batch(&self, hints: &Hints, owner: Replica, limit: usize) -> Vec<Hint> {
        todo!("some of what is kept for it")
    }

    /// The owner has stored `sent.write`.
    ///
    /// - What is kept for that owner and key is forgotten, if the owner lacks nothing of it now.
    ///   Further writes may have arrived since the hint was sent.
    /// - An owner for whom nothing is left is removed from `hints.kept`: the node asks no more for
    ///   it.
    fn on_stored(&self, versions: &dyn Versions, hints: &mut Hints, sent: &Hint) {
        todo!("forget what the owner has")
    }
}

/// The filling `my-hinted-handoff`: leave it as it is.
pub fn filling() -> OpenFilling {
    let mine = &Compared::<dyn Handoff>(&MyHandoff);
    seats::HINTS.filling("my-hinted-handoff", "My hinted handoff", mine)
}
