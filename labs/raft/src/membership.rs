//! Single-server membership changes (thesis, chapter 4).
//!
//! The members are an entry of the log, in force as soon as it is appended. One server at a
//! time comes or goes, so any majority of the old members and any of the new have one in
//! common. A change waits until the one before it is committed, and until the leader has
//! committed an entry of its own term (Ongaro's correction of July 2015: without that, two
//! leaders' changes could pass each other). A new server is brought up to date first, so that it
//! does not delay commitment (4.2.1).
//!
//! Left out: a server that was removed is not told. It stands for election, and nobody answers.

use crate::event::{Change, Effects};
use crate::log::Payload;
use crate::raft::Raft;

impl Raft {
    pub(crate) fn on_change_members(&mut self, change: Change, out: &mut Effects) {
        if !self.state.leads() || !self.may_change_members() {
            return;
        }
        let members = &self.state.members;
        match change {
            Change::Add(server) if !members.contains(&server) => {
                self.state.lead.joining = Some(server);
                self.state.track_members();
                self.send_heartbeats(out);
            }
            Change::Remove(server) if members.len() > 1 && members.contains(&server) => {
                self.reconfigure(change, out);
            }
            _ => {}
        }
    }

    fn may_change_members(&self) -> bool {
        let state = &self.state;
        let committed = state.log.members_at(state.commit_index) == &state.members;
        committed && state.commit_index >= state.lead.term_start
    }

    /// Makes a joining server a member once it lacks no more than one message holds.
    pub(crate) fn admit_joining(&mut self, out: &mut Effects) {
        let state = &mut self.state;
        let Some(server) = state.lead.joining else { return };
        let lacks = state.log.last_index().0 - state.lead.progress[&server].match_index.0;
        if lacks <= state.config.batch as u64 && self.may_change_members() {
            self.state.lead.joining = None;
            self.reconfigure(Change::Add(server), out);
        }
    }

    fn reconfigure(&mut self, change: Change, out: &mut Effects) {
        let mut members = self.state.members.clone();
        match change {
            Change::Add(server) => members.insert(server),
            Change::Remove(server) => members.remove(&server),
        };
        self.append(Payload::Members(members), out);
        if self.state.leads() {
            self.state.track_members();
        }
    }

    /// A leader that was removed leads until its removal is committed (4.2.2): only then can the
    /// others elect a leader without it.
    pub(crate) fn leave_if_removed(&mut self, out: &mut Effects) {
        let state = &self.state;
        let removed = state.leads() && !state.members.contains(&state.me);
        if removed && state.log.members_at(state.commit_index) == &state.members {
            // The heartbeats tell the others that it is committed.
            self.send_heartbeats(out);
            self.state.become_follower(self.state.current_term, out);
        }
    }
}
