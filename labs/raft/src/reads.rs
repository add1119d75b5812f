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

use crate::raft::{Effect, Raft, Ticket};

/// The seat `reads`: what a leader must know before it answers.
pub trait Reads {
    /// Whether a majority must confirm the leader before it answers a read, `since_confirmed`
    /// after it sent the message with which a majority last confirmed it, if one has. No voter
    /// votes for another sooner than `shortest` after hearing it.
    fn must_confirm(&self, since_confirmed: Option<Duration>, shortest: Duration) -> bool;

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
        if !self.leads() {
            return self.emit(Effect::Refuse(ticket, self.leader));
        }
        // A leader that has told another to stand has released its voters from their promise.
        let confirmed_at = self.confirmed_at().filter(|_| !self.lead.told_to_stand);
        let since_confirmed = confirmed_at.map(|at| self.now.saturating_sub(at));
        let must_confirm =
            self.config.seats.reads.must_confirm(since_confirmed, self.config.election_timeout.0);
        self.lead.reads.push((ticket, must_confirm.then_some(self.now)));
        if must_confirm {
            self.broadcast_heartbeat();
        }
        self.serve_confirmed_reads();
    }

    /// The time of a message such that a majority has answered it or a later one.
    fn confirmed_at(&self) -> Option<Duration> {
        self.reached_by(self.majority(), |progress| progress.acked_at)
    }

    /// Since when a leader has not been known to be followed.
    pub(crate) fn followed_at(&self) -> Option<Duration> {
        self.confirmed_at().max(Some(self.lead.since))
    }

    /// Answers the reads that came before the leader was last confirmed.
    pub(crate) fn serve_confirmed_reads(&mut self) {
        if !self.leads() || self.commit_index < self.lead.term_start {
            return;
        }
        let confirmed_at = self.confirmed_at();
        let confirmed = |read: &mut (Ticket, _)| read.1 <= confirmed_at;
        let reads: Vec<_> = self.lead.reads.extract_if(.., confirmed).collect();
        reads.into_iter().for_each(|(ticket, _)| self.emit(Effect::Serve(ticket)));
    }
}
