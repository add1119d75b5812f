//! Reads that do not go through the log (section 8, thesis 6.4).
//!
//! A leader's state machine may be behind: it may have been deposed without knowing. Before it
//! answers, it must know that it led when the read came. `ReadIndex`: a majority answers a
//! heartbeat that was sent since. Lease: a majority has answered lately, and has thereby
//! promised not to vote for anybody else for the shortest election timeout; that trusts clocks
//! not to drift apart by more than a bound. Either way, a new leader waits for its first entry
//! to be committed, since before that it does not know what is.
//!
//! Left out: reads from followers.

use std::time::Duration;

use crate::raft::{Effect, Raft, Role, Ticket};

/// What a read needs before it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// That a majority confirms the leader.
    Confirmation,
}

/// The seat `reads`: what a leader must know before it answers.
pub trait Reads {
    /// What a read needs that a leader gets `since_confirmed` after it sent the message with
    /// which a majority last confirmed it, if one has. No voter votes for another sooner than
    /// `shortest` after hearing it.
    fn needs(&self, since_confirmed: Option<Duration>, shortest: Duration) -> Needs;

    /// Whether reads take a place in the log, as writes do.
    fn go_through_log(&self) -> bool {
        false
    }

    /// Whether a server that restarts keeps the promise that it may have made.
    fn voters_start_quiet(&self) -> bool {
        false
    }
}

impl Raft {
    pub(crate) fn on_read(&mut self, ticket: Ticket) {
        if self.role != Role::Leader {
            self.effects.push(Effect::Refuse(ticket, self.leader));
            return;
        }
        let (shortest, _) = self.config.election_timeout;
        // A leader that has told another to stand has released its voters from their promise.
        let confirmed_at = self.confirmed_at().filter(|_| !self.told_to_stand);
        let since_confirmed = confirmed_at.map(|at| self.now.saturating_sub(at));
        match self.seats.reads.needs(since_confirmed, shortest) {
            Needs::Nothing => self.reads.push((ticket, None)),
            Needs::Confirmation => {
                self.reads.push((ticket, Some(self.now)));
                self.broadcast_heartbeat();
            }
        }
        self.serve_confirmed_reads();
    }

    /// The time of a message such that a majority has answered it or a later one.
    pub(crate) fn confirmed_at(&self) -> Option<Duration> {
        let acked_at = |member| match self.progress.get(member) {
            _ if *member == self.me => Some(self.now),
            progress => progress.and_then(|progress| progress.acked_at),
        };
        let mut answered: Vec<_> = self.members.iter().map(acked_at).collect();
        answered.sort_unstable_by(|a, b| b.cmp(a));
        answered[self.majority() - 1]
    }

    /// Answers the reads that came before the leader was last confirmed.
    pub(crate) fn serve_confirmed_reads(&mut self) {
        if self.role != Role::Leader || self.commit_index < self.term_start {
            return;
        }
        let confirmed_at = self.confirmed_at();
        for (ticket, came_at) in std::mem::take(&mut self.reads) {
            if came_at <= confirmed_at {
                self.effects.push(Effect::Serve(ticket));
            } else {
                self.reads.push((ticket, came_at));
            }
        }
    }
}
