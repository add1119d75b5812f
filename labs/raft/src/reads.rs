//! Reads that do not go through the log (section 8, thesis 6.4).
//!
//! A leader's state machine may be stale: another leader may have been elected without its
//! knowledge. Before it answers, it must know that it led when the read arrived. `ReadIndex`: a
//! majority answers a heartbeat that was sent since. Lease: a majority has answered within the
//! shortest election timeout, and does not vote for another server within that time of hearing
//! from this one; that trusts clocks not to drift apart by more than a bound. Either way, a new
//! leader waits for its first entry to be committed, since before that it does not know what is.
//!
//! Left out: reads from followers.

use crate::event::{Effect, Effects, Ticket};
use crate::state::{Config, State, WaitingRead};

/// The seat `reads`: what a leader must know before it answers a read.
pub trait Reads: Sync {
    /// Whether reads are proposed for the log, as writes are. Then no other handler is needed.
    fn through_log(&self) -> bool;

    /// Whether a server that restarts counts as having just heard from a leader, and so keeps a
    /// promise that it may have made before its crash.
    fn quiet_after_restart(&self) -> bool;

    /// A client reads from a leader: adds the read to
    /// [`lead.reads`](crate::state::Lead::reads). Returns whether heartbeats are needed now, with
    /// which a majority can confirm the leader.
    fn on_read(&self, state: &mut State, ticket: Ticket) -> bool;

    /// A read was added, or a follower has answered: [serves](Effect::Serve) and removes the
    /// reads that the leader may answer now, in order.
    fn on_progress(&self, state: &mut State, out: &mut Effects);
}

/// The reference: a round of heartbeats before each answer.
pub struct ReadIndex;

impl Reads for ReadIndex {
    fn through_log(&self) -> bool {
        false
    }

    fn quiet_after_restart(&self) -> bool {
        false
    }

    fn on_read(&self, state: &mut State, ticket: Ticket) -> bool {
        // Answers to earlier messages prove nothing: it may have been deposed since.
        state.lead.reads.push(WaitingRead { ticket, confirm_from: Some(state.now) });
        true
    }

    fn on_progress(&self, state: &mut State, out: &mut Effects) {
        // Before its first entry is committed, an earlier leader's may be and it does not know.
        if state.commit_index < state.lead.term_start {
            return;
        }
        let confirmed_at = state.confirmed_at();
        let confirmed = |read: &mut WaitingRead| read.confirm_from <= confirmed_at;
        let reads = state.lead.reads.extract_if(.., confirmed);
        out.extend(reads.map(|read| Effect::Serve(read.ticket)));
    }
}

/// Answers without heartbeats while no voter can have voted for another, by clocks that drift
/// apart by at most a bound, in seconds per second.
pub struct Lease(pub fn(&Config) -> f64);

impl Lease {
    fn holds(&self, state: &State) -> bool {
        // A leader that told another to stand has released its voters from their promise.
        let confirmed_at = state.confirmed_at().filter(|_| !state.lead.told_to_stand);
        // It counts from the sending, since voters heard it later than that.
        let since = confirmed_at.map(|at| state.now.saturating_sub(at));
        let lease = state.config.election_timeout.0.div_f64(1.0 + (self.0)(&state.config));
        since.is_some_and(|since| since < lease)
    }
}

impl Reads for Lease {
    fn through_log(&self) -> bool {
        false
    }

    fn quiet_after_restart(&self) -> bool {
        true
    }

    fn on_read(&self, state: &mut State, ticket: Ticket) -> bool {
        if !self.holds(state) {
            return ReadIndex.on_read(state, ticket);
        }
        state.lead.reads.push(WaitingRead { ticket, confirm_from: None });
        false
    }

    fn on_progress(&self, state: &mut State, out: &mut Effects) {
        ReadIndex.on_progress(state, out);
    }
}
