//! Leadership transfer (thesis, section 3.10).
//!
//! A leader that is asked to hand over stops taking commands, waits until its successor has the
//! whole log, and tells it to stand for election at once. The requests say that the leader wanted
//! this election, so voters answer although they have just heard from a leader. If it takes longer
//! than an election timeout, the leader goes on.

use crate::event::Effects;
use crate::log::Server;
use crate::raft::Raft;
use crate::rpc::Body;

impl Raft {
    pub(crate) fn on_transfer(&mut self, to: Option<Server>, out: &mut Effects) {
        let state = &mut self.state;
        if !state.leads() || !state.config.transfer || to == Some(state.me) {
            return;
        }
        let others = state.others();
        let to = to.filter(|to| others.contains(to));
        let furthest = |server: &Server| state.progress_of(*server).match_index;
        if let Some(to) = to.or_else(|| others.into_iter().max_by_key(furthest)) {
            state.lead.transfer = Some((to, state.now + state.config.election_timeout.0));
            self.advance_transfer(to, out);
        }
    }

    /// Tells the successor to stand once it has the whole log: otherwise it would lose.
    pub(crate) fn advance_transfer(&mut self, from: Server, out: &mut Effects) {
        let state = &mut self.state;
        let waits_for = state.lead.transfer.map(|(to, _)| to);
        let last = Some(state.log.last_index());
        let matched = state.lead.progress.get(&from).map(|progress| progress.match_index);
        if waits_for == Some(from) && matched == last {
            state.lead.told_to_stand = true;
            state.send(from, Body::TimeoutNow, out);
        }
    }

    pub(crate) fn on_timeout_now(&mut self, out: &mut Effects) {
        if self.state.members.contains(&self.state.me) {
            self.state.reset_election_timer();
            self.elect(out, |election, state, out| election.stand(state, true, out));
        }
    }
}
