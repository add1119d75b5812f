//! Single-server membership changes (thesis, chapter 4).
//!
//! The members are an entry of the log, in force as soon as it is appended. One server at a
//! time comes or goes, so any majority of the old members and any of the new have one in
//! common. A change waits until the one before it is committed, and until the leader has
//! committed an entry of its own term (Ongaro's correction of July 2015: without that, two
//! leaders' changes could pass each other). A newcomer is brought up to date first, so that it
//! does not delay commitment (4.2.1).
//!
//! Left out: a server that was removed is not told. It stands for election, and is not heard.

use crate::log::{Payload, Server};
use crate::raft::Raft;

/// What an operator wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Change {
    /// One more member.
    Add(Server),
    /// One member fewer.
    Remove(Server),
}

impl Raft {
    pub(crate) fn on_change_members(&mut self, change: Change) {
        if !self.leads() || !self.may_change_members() {
            return;
        }
        match change {
            Change::Add(server) if !self.members.contains(&server) => {
                self.lead.joining = Some(server);
                self.track_members();
                self.broadcast_heartbeat();
            }
            Change::Remove(server) if self.members.len() > 1 && self.members.contains(&server) => {
                self.reconfigure(change);
            }
            _ => {}
        }
    }

    fn may_change_members(&self) -> bool {
        let committed = self.log.members_at(self.commit_index) == &self.members;
        committed && self.commit_index >= self.lead.term_start
    }

    /// Makes the newcomer a member once it lacks no more than a message holds.
    pub(crate) fn admit_joining(&mut self) {
        let Some(server) = self.lead.joining else { return };
        let lacks = self.log.last_index().0 - self.lead.progress[&server].match_index.0;
        if lacks <= self.config.batch as u64 && self.may_change_members() {
            self.lead.joining = None;
            self.reconfigure(Change::Add(server));
        }
    }

    fn reconfigure(&mut self, change: Change) {
        let mut members = self.members.clone();
        match change {
            Change::Add(server) => members.insert(server),
            Change::Remove(server) => members.remove(&server),
        };
        self.append(self.log.last_index(), Payload::Members(members));
        if self.leads() {
            self.track_members();
        }
    }

    /// A leader that its own cluster no longer has leads until that is committed (4.2.2).
    pub(crate) fn after_commit(&mut self) {
        let goes = self.leads() && !self.members.contains(&self.me);
        if goes && self.log.members_at(self.commit_index) == &self.members {
            self.broadcast_heartbeat();
            self.become_follower(self.current_term);
        }
    }
}
