//! Leadership transfer (thesis, section 3.10).
//!
//! A leader that is asked to go stops taking commands, waits until its successor has the whole
//! log, and tells it to stand at once. The election says that the leader wanted it, so voters
//! that have just heard the leader answer nevertheless. If it takes longer than an election
//! timeout, the leader goes on.

use std::time::Duration;

use crate::log::{Server, Term};
use crate::raft::{Body, Raft, Role};

/// A hand-over that is under way.
#[derive(Clone, Copy, Debug)]
pub struct Transfer {
    to: Server,
    until: Duration,
}

impl Raft {
    pub(crate) fn on_transfer(&mut self, to: Option<Server>) {
        if self.role != Role::Leader || !self.config.transfer || to == Some(self.me) {
            return;
        }
        let most_up_to_date = || {
            let members = self.others().into_iter();
            members.max_by_key(|server| self.progress[server].match_index)
        };
        let to = to
            .filter(|to| self.others().contains(to))
            .or_else(most_up_to_date);
        if let Some(to) = to {
            let until = self.now + self.config.election_timeout.0;
            self.transfer = Some(Transfer { to, until });
            self.advance_transfer(to);
        }
    }

    /// Tells the successor to stand once it has everything.
    pub(crate) fn advance_transfer(&mut self, from: Server) {
        let Some(transfer) = self.transfer else {
            return;
        };
        let matched = self
            .progress
            .get(&from)
            .map(|progress| progress.match_index);
        if transfer.to == from && matched == Some(self.log.last_index()) {
            self.told_to_stand = true;
            self.send(from, Body::TimeoutNow);
        }
    }

    pub(crate) fn give_up_transfer(&mut self) {
        self.transfer = self.transfer.filter(|transfer| self.now < transfer.until);
    }

    pub(crate) fn on_timeout_now(&mut self, term: Term) {
        if term == self.current_term && self.members.contains(&self.me) {
            self.await_leader();
            self.stand(true);
        }
    }
}
