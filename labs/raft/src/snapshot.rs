//! Snapshots (section 7): the log's beginning is replaced by what it led to.
//!
//! Each server compacts its own log once it is long enough. A leader that no longer has the
//! entry that a follower needs sends its snapshot instead.
//!
//! Left out: sending in pieces. A snapshot travels in one message, so the state machine must
//! stay below the size of one.

use std::rc::Rc;

use crate::log::{Index, Snapshot};
use crate::raft::{Effect, Raft, Record};

impl Raft {
    /// The state machine has written down its state after `lastApplied`.
    pub(crate) fn on_compact(&mut self, state: Rc<[u8]>) {
        let index = self.last_applied;
        let Some(term) = self
            .log
            .term_at(index)
            .filter(|_| index > self.log.snapshot.index)
        else {
            return;
        };
        let snapshot = Snapshot {
            index,
            term,
            members: self.log.members_at(index).clone(),
            state,
        };
        self.keep(snapshot);
    }

    /// Takes the leader's snapshot. Says up to where its log is now the leader's.
    pub(crate) fn on_install_snapshot(&mut self, snapshot: Snapshot) -> Index {
        let index = snapshot.index;
        if index > self.commit_index {
            self.keep(snapshot.clone());
            self.members = self.log.members_at(self.log.last_index()).clone();
            (self.commit_index, self.last_applied) = (index, index);
            self.effects.push(Effect::Restore(snapshot));
        }
        index
    }

    fn keep(&mut self, snapshot: Snapshot) {
        self.log.compact(snapshot.clone());
        self.effects
            .push(Effect::Persist(Record::Snapshot(snapshot)));
    }
}
