//! Elections (section 5.2), who may win them (5.4.1), and how not to disturb a leader
//! (thesis 4.2.3 and 9.6).
//!
//! A server that has not heard a leader for a random time first asks whether it could win
//! (pre-vote), then stands. Voters grant one vote per term, first come, first served, and only
//! to a log that is at least as up to date as their own: a majority holds every committed
//! entry, so no winner lacks one. A voter that has just heard a leader answers nobody, so a
//! server that comes back from a partition does not bring a working leader down.
//!
//! Left out: a candidate does not repeat a lost request; it waits for its next timeout.

use std::time::Duration;

use crate::log::{Index, Server, Term};
use crate::raft::{Raft, Role};
use crate::rpc::{Body, RequestVote};

/// The seat `election`: when to stand, and whom to vote for.
pub trait Election {
    /// How long to wait for a leader, from a number that is anywhere in `0..2^64`. Random, so
    /// that mostly one server stands first, and wins before the others do.
    fn timeout(&self, from: Duration, to: Duration, draw: u64) -> Duration {
        let range = to.saturating_sub(from).as_nanos();
        from + Duration::from_nanos(((range * u128::from(draw)) >> 64) as u64)
    }

    /// Whether to ask for votes only if they would be granted.
    fn asks_first(&self) -> bool {
        true
    }

    /// Whether a server that has voted for `voted_for` in this term may vote for `candidate`.
    fn has_vote_for(&self, candidate: Server, voted_for: Option<Server>) -> bool {
        voted_for.is_none_or(|chosen| chosen == candidate)
    }

    /// Whether a log that ends with `theirs` is at least as up to date as one with `ours`.
    fn is_up_to_date(&self, theirs: (Term, Index), ours: (Term, Index)) -> bool {
        theirs >= ours
    }
}

impl Raft {
    /// Whether a message is from somebody who wants an election while there is a leader.
    pub(crate) fn is_disruptive(&self, body: &Body) -> bool {
        let Body::RequestVote(RequestVote { transfer: false, .. }) = body else { return false };
        let heard_at = if self.leads() { self.followed_at() } else { self.heard_at };
        heard_at.is_some_and(|at| self.now < at + self.config.election_timeout.0)
    }

    pub(crate) fn on_followers_tick(&mut self) {
        if self.now < self.election_due {
            return;
        }
        self.await_leader();
        self.leader = None;
        if !self.members.contains(&self.me) {
            return;
        }
        if self.config.prevote && self.config.seats.election.asks_first() {
            self.take_role(Role::PreCandidate);
            self.canvass(true, false);
            self.count_votes();
        } else {
            self.stand(false);
        }
    }

    /// Becomes a candidate of a new term.
    pub(crate) fn stand(&mut self, transfer: bool) {
        self.current_term.0 += 1;
        self.voted_for = Some(self.me);
        self.take_role(Role::Candidate);
        // Requests promise nothing, so they need not wait for the disk. Answers are counted
        // only after it has this server's own vote: the shell hears nothing while it writes.
        self.canvass(false, transfer);
        self.persist_vote();
        self.count_votes();
    }

    fn canvass(&mut self, pre: bool, transfer: bool) {
        self.votes = [self.me].into();
        let (last_log_index, last_log_term) = (self.log.last_index(), self.log.last_term());
        let ask = RequestVote { pre, transfer, last_log_index, last_log_term };
        for to in self.others() {
            self.send(to, Body::RequestVote(ask));
        }
    }

    pub(crate) fn on_request_vote(&mut self, from: Server, ask: RequestVote) {
        let (pre, rule) = (ask.pre, &self.config.seats.election);
        let theirs = (ask.last_log_term, ask.last_log_index);
        let ours = (self.log.last_term(), self.log.last_index());
        // A pre-vote is about the next term, in which nobody has voted yet.
        let free = pre || rule.has_vote_for(from, self.voted_for);
        let granted = free && rule.is_up_to_date(theirs, ours);
        if granted && !pre {
            self.voted_for = Some(from);
            self.persist_vote();
            self.await_leader();
        }
        self.send(from, Body::Vote { pre, granted });
    }

    pub(crate) fn on_vote(&mut self, from: Server, pre: bool, granted: bool) {
        let asked = if pre { Role::PreCandidate } else { Role::Candidate };
        if self.role == asked && granted {
            self.votes.insert(from);
            self.count_votes();
        }
    }

    fn count_votes(&mut self) {
        let votes = self.votes.intersection(&self.members).count();
        match self.role {
            _ if votes < self.majority() => {}
            Role::PreCandidate => self.stand(false),
            Role::Candidate => self.become_leader(),
            Role::Follower | Role::Leader => {}
        }
    }

    /// How many members are more than half.
    pub(crate) fn majority(&self) -> usize {
        self.members.len() / 2 + 1
    }

    /// Follows the leader of the current term.
    pub(crate) fn follow(&mut self, leader: Server) {
        if self.role != Role::Follower {
            self.become_follower(self.current_term);
        }
        self.leader = Some(leader);
        self.heard_at = Some(self.now);
        self.await_leader();
    }
}
