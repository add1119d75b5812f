//! Commitment (sections 5.3 and 5.4.2): which entries are committed, and so applied.

use netsplit_lab_raft::commitment::Commitment;
use netsplit_lab_raft::event::{Effect, Effects};
use netsplit_lab_raft::exercises::Compared;
use netsplit_lab_raft::log::Index;
use netsplit_lab_raft::seats;
use netsplit_lab_raft::state::State;
use netsplit_sim::prelude::OpenFilling;

/// The handlers keep nothing themselves: how far is committed is `state.commit_index`.
pub struct MyCommitment;

/// Both handlers raise `state.commit_index`, never take it back, and push an `Effect::Apply(index,
/// entry)` for each entry that they pass, in order (`state.log.get(index)` has it, cloned).
impl Commitment for MyCommitment {
    /// A leader's log has grown, or what it knows of a follower may have: commits what it may.
    ///
    /// - What a server has on disk is `state.progress_of(server).match_index`; the servers that
    ///   count are `state.members`, this one among them, and `state.majority()` of them are enough.
    /// - No entry is committed by counting copies of it, unless it is of the current term.
    fn on_progress(&self, state: &mut State, out: &mut Effects) {
        todo!("commit what a majority has")
    }

    /// A leader that has committed up to `leader_commit` sent entries to this follower: up to
    /// `matched` this log is the leader's. Entries after that may be another leader's.
    fn on_leader_commit(
        &self,
        state: &mut State,
        leader_commit: Index,
        matched: Index,
        out: &mut Effects,
    ) {
        todo!("commit what the leader has committed")
    }
}

/// The filling `my-commitment`: leave it as it is.
pub fn filling() -> OpenFilling {
    let mine = &Compared::<dyn Commitment>(&MyCommitment);
    seats::COMMITMENT.filling("my-commitment", "My commitment", mine)
}
