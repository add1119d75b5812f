//! Commitment (sections 5.3 and 5.4.2).
//!
//! An entry of the leader's own term is committed once a majority has it on disk; one of an
//! earlier term only along with it, since it might still be overwritten (Figure 8). Followers
//! learn from the next message what the leader has committed.

use crate::event::{Effect, Effects};
use crate::log::Index;
use crate::state::State;

/// The seat `commitment`: which entries are committed, and so applied.
///
/// Both handlers advance `commitIndex`, never back, and push an [`Effect::Apply`] for each entry
/// that they pass, in order.
pub trait Commitment: Sync {
    /// A leader's log has grown, or a follower's `matchIndex` may have: commits what it may.
    fn on_progress(&self, state: &mut State, out: &mut Effects);

    /// A leader that has committed up to `leader_commit` sent entries: up to `matched` this log is
    /// known to be the leader's.
    fn on_leader_commit(
        &self,
        state: &mut State,
        leader_commit: Index,
        matched: Index,
        out: &mut Effects,
    );
}

/// The reference: a majority, in the leader's own term.
pub struct OwnTerm;

impl Commitment for OwnTerm {
    fn on_progress(&self, state: &mut State, out: &mut Effects) {
        let index = state.reached_by(state.majority(), |progress| progress.match_index);
        // Once a majority has an entry of this term, no candidate without it can win (5.4.1).
        // Copies of an older one prove nothing: a log that ends in a later term may win without it.
        if state.log.term_at(index) == Some(state.current_term) {
            commit(state, index, out);
        }
    }

    fn on_leader_commit(
        &self,
        state: &mut State,
        leader_commit: Index,
        matched: Index,
        out: &mut Effects,
    ) {
        // Entries after those that were checked may be another leader's.
        commit(state, leader_commit.min(matched), out);
    }
}

/// Commits up to `index`, or as far as the log goes.
pub(crate) fn commit(state: &mut State, index: Index, out: &mut Effects) {
    let last = index.min(state.log.last_index());
    while state.commit_index < last {
        state.commit_index = state.commit_index.next();
        let entry = state.log.get(state.commit_index).expect("it is not compacted yet");
        out.push(Effect::Apply(state.commit_index, entry.clone()));
    }
}
