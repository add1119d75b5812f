//! Quorum counting: how many answers are enough, and whose.

use netsplit_lab_quorum_kv::exercises::Compared;
use netsplit_lab_quorum_kv::quorum::{Quorum, Sizes, StandIn, Tally};
use netsplit_lab_quorum_kv::ring::Replica;
use netsplit_lab_quorum_kv::seats;
use netsplit_sim::prelude::OpenFilling;

/// The handlers keep nothing themselves: the state of a request is its `Tally`.
pub struct MyQuorum;

/// The coordinator calls `begin` for each read and each write, sends it to the N nodes that hold
/// the key, and calls `on_answer` for each answer.
impl Quorum for MyQuorum {
    /// A request begins that needs the answers of `configured` nodes, which is R or W. `others` are
    /// the nodes that do not hold the key: you need none of them. Returns the state to start from.
    fn begin(&self, configured: usize, others: &[Replica]) -> Tally {
        todo!("a count that begins")
    }

    /// `from` has answered a read, or stored a write. Returns whether the request is complete.
    ///
    /// - It is complete as soon as `tally.need` nodes have answered.
    /// - A node counts once, however often it answers.
    fn on_answer(&self, tally: &mut Tally, from: Replica) -> bool {
        todo!("count the node")
    }

    /// The nodes `silent` have not answered yet. Returns who is asked in their place: nobody, since
    /// what a node outside the N has stored is not in the quorums of later requests.
    fn on_silence(&self, tally: &mut Tally, silent: &[Replica]) -> Vec<StandIn> {
        todo!("nobody stands in")
    }

    /// The number of holders that must have stored what a read returns, before it does.
    ///
    /// - It is the smallest number with which any R of the N nodes include one that has it.
    /// - Where R + W <= N, reads miss acknowledged writes anyway: 0.
    fn must_hold(&self, sizes: Sizes) -> usize {
        todo!("so many that no later read can miss them")
    }
}

/// The filling `my-quorum-counting`: leave it as it is.
pub fn filling() -> OpenFilling {
    let mine = &Compared::<dyn Quorum>(&MyQuorum);
    seats::QUORUM.filling("my-quorum-counting", "My quorum counting", mine)
}
