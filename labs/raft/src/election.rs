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
use crate::raft::{Body, Effect, Message, Raft, Role};

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
        let asks = matches!(
            body,
            Body::RequestVote {
                transfer: false,
                ..
            }
        );
        let heard_at = match self.role {
            Role::Leader => self.confirmed_at().max(Some(self.led_since)),
            _ => self.heard_at,
        };
        let (shortest, _) = self.config.election_timeout;
        asks && heard_at.is_some_and(|at| self.now < at + shortest)
    }

    pub(crate) fn on_election_due(&mut self) {
        self.await_leader();
        self.leader = None;
        if !self.members.contains(&self.me) {
            return;
        }
        if self.config.prevote && self.seats.election.asks_first() {
            self.take_role(Role::PreCandidate);
            self.canvass(Term(self.current_term.0 + 1), true, false);
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
        self.canvass(self.current_term, false, transfer);
        self.persist_vote();
        self.count_votes();
    }

    fn canvass(&mut self, term: Term, pre: bool, transfer: bool) {
        self.votes = [self.me].into();
        for to in self.others() {
            let body = Body::RequestVote {
                pre,
                transfer,
                last_log_index: self.log.last_index(),
                last_log_term: self.log.last_term(),
            };
            self.effects.push(Effect::Send(to, Message { term, body }));
        }
    }

    pub(crate) fn on_request_vote(
        &mut self,
        from: Server,
        term: Term,
        pre: bool,
        theirs: (Term, Index),
    ) {
        let rule = self.seats.election.clone();
        let ours = (self.log.last_term(), self.log.last_index());
        let free = if pre {
            term > self.current_term
        } else {
            term == self.current_term && rule.has_vote_for(from, self.voted_for)
        };
        let granted = free && rule.is_up_to_date(theirs, ours);
        if granted && !pre {
            self.voted_for = Some(from);
            self.persist_vote();
            self.await_leader();
        }
        // A granted pre-vote is about the term asked for, a refusal tells the voter's own.
        let term = if granted { term } else { self.current_term };
        let body = Body::Vote { pre, granted };
        self.effects
            .push(Effect::Send(from, Message { term, body }));
    }

    pub(crate) fn on_vote(&mut self, from: Server, term: Term, pre: bool, granted: bool) {
        let current = if pre {
            self.role == Role::PreCandidate && term.0 == self.current_term.0 + 1
        } else {
            self.role == Role::Candidate && term == self.current_term
        };
        if current && granted {
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

    /// Follows the leader of `term`, unless that term is over.
    pub(crate) fn hear_from_leader(&mut self, leader: Server, term: Term) -> bool {
        if term < self.current_term {
            return false;
        }
        if self.role != Role::Follower {
            self.become_follower(term);
        }
        self.leader = Some(leader);
        self.heard_at = Some(self.now);
        self.await_leader();
        true
    }
}
