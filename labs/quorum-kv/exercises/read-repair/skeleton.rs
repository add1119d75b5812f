//! Read repair: which nodes a read brings up to date.

use netsplit_lab_quorum_kv::exercises::Compared;
use netsplit_lab_quorum_kv::read_repair::{Reading, Repair, WriteBack};
use netsplit_lab_quorum_kv::ring::Replica;
use netsplit_lab_quorum_kv::seats;
use netsplit_lab_quorum_kv::versions::Versions;
use netsplit_sim::prelude::OpenFilling;

/// The handlers keep nothing themselves: a `Reading` says who answered what.
pub struct MyRepair;

/// A node is behind if what it answered does not cover `reading.merged`: `versions.covers(...)`.
impl Repair for MyRepair {
    /// Enough nodes have answered, and the client is about to get `reading.merged`: the nodes to
    /// send it to first, and how many of them must confirm that they stored it.
    ///
    /// - Afterwards at least `reading.must_hold` of `reading.holders` have it. Holders that
    ///   answered with it count; of a holder that has not answered nothing is known.
    /// - It goes to all holders that are not known to have it, since the quickest confirmations are
    ///   enough.
    /// - If enough have it already, or if nothing was ever written, nothing is sent
    ///   (`WriteBack::default()`).
    fn before_answer(&self, versions: &dyn Versions, reading: &Reading) -> WriteBack {
        todo!("who must store it before anybody sees it")
    }

    /// The client has its answer, and all nodes have answered or timed out: the nodes to send
    /// `reading.merged` to.
    ///
    /// - Those whose answer lacks something of it.
    /// - Holders only: answers of stand-ins are among `reading.answers`.
    fn after_answer(&self, versions: &dyn Versions, reading: &Reading) -> Vec<Replica> {
        todo!("who is behind")
    }
}

/// The filling `my-read-repair`: leave it as it is.
pub fn filling() -> OpenFilling {
    let mine = &Compared::<dyn Repair>(&MyRepair);
    seats::READ_REPAIR.filling("my-read-repair", "My read repair", mine)
}
