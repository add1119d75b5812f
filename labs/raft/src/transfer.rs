//! Leadership transfer (thesis, section 3.10).
//!
//! A leader that is asked to go stops taking commands, waits until its successor has the whole
//! log, and tells it to stand at once. The election says that the leader wanted it, so voters
//! that have just heard the leader answer nevertheless. If it takes longer than an election
//! timeout, the leader goes on.

use crate::log::Server;
use crate::raft::Raft;
use crate::rpc::Body;

impl Raft {
    pub(crate) fn on_transfer(&mut self, to: Option<Server>) {
        if !self.leads() || !self.config.transfer || to == Some(self.me) {
            return;
        }
        let others = self.others();
        let to = to.filter(|to| others.contains(to));
        let furthest = |server: &Server| self.lead.progress[server].match_index;
        if let Some(to) = to.or_else(|| others.into_iter().max_by_key(furthest)) {
            self.lead.transfer = Some((to, self.now + self.config.election_timeout.0));
            self.advance_transfer(to);
        }
    }

    /// Tells the successor to stand once it has everything.
    pub(crate) fn advance_transfer(&mut self, from: Server) {
        let waits_for = self.lead.transfer.map(|(to, _)| to);
        let last = Some(self.log.last_index());
        let matched = self.lead.progress.get(&from).map(|progress| progress.match_index);
        if waits_for == Some(from) && matched == last {
            self.lead.told_to_stand = true;
            self.send(from, Body::TimeoutNow);
        }
    }

    pub(crate) fn on_timeout_now(&mut self) {
        if self.members.contains(&self.me) {
            self.await_leader();
            self.stand(true);
        }
    }
}
