//! Snapshots (section 7): the log's beginning is replaced by what it led to.
//!
//! Each server compacts its own log once it is long enough. A leader that no longer has the
//! entry that a follower needs sends its snapshot instead.
//!
//! Left out: sending in pieces. A snapshot travels in one message, so the state machine must
//! stay below the size of one.

use std::rc::Rc;
use std::time::Duration;

use crate::log::{Server, Snapshot};
use crate::raft::{Effect, Raft, Record};
use crate::rpc::Body;

impl Raft {
    /// The state machine has written down its state as of `commitIndex`.
    pub(crate) fn on_compact(&mut self, state: Rc<[u8]>) {
        let index = self.commit_index;
        if index > self.log.snapshot.index {
            let term = self.log.term_at(index).expect("applied entries are here");
            let members = self.log.members_at(index).clone();
            self.keep(Snapshot { index, term, members, state });
        }
    }

    pub(crate) fn on_snapshot(&mut self, leader: Server, snapshot: Snapshot, sent_at: Duration) {
        self.follow(leader);
        let index = snapshot.index;
        if index > self.commit_index {
            self.keep(snapshot.clone());
            self.members = self.log.members_at(self.log.last_index()).clone();
            self.commit_index = index;
            self.emit(Effect::Restore(snapshot));
        }
        self.send(leader, Body::Appended { sent_at, matched: Ok(index) });
    }

    fn keep(&mut self, snapshot: Snapshot) {
        self.log.compact(snapshot.clone());
        self.emit(Effect::Persist(Record::Snapshot(snapshot)));
    }
}
