//! Reads that do not go through the log (section 8, thesis 6.4): ReadIndex.

use netsplit_lab_raft::event::{Effect, Effects, Ticket};
use netsplit_lab_raft::exercises::Compared;
use netsplit_lab_raft::reads::Reads;
use netsplit_lab_raft::seats;
use netsplit_lab_raft::state::{State, WaitingRead};
use netsplit_sim::prelude::OpenFilling;

/// The handlers keep nothing themselves: the reads that wait are in `state.lead.reads`.
pub struct MyReads;

impl Reads for MyReads {
    /// Reads are not proposed for the log.
    fn through_log(&self) -> bool {
        false
    }

    /// Only leases depend on what a server promised before it crashed, and there are none here.
    fn quiet_after_restart(&self) -> bool {
        false
    }

    /// A client reads from a leader: the read waits in `state.lead.reads`, and has to be confirmed
    /// by messages that are sent from now on. Returns whether heartbeats are needed for it.
    ///
    /// The core sends them at once if you say so; the next regular ones may be far off.
    fn on_read(&self, state: &mut State, ticket: Ticket) -> bool {
        todo!("let it wait for its confirmation")
    }

    /// A read was added, or a follower has answered: answers each read that may be answered now
    /// (`Effect::Serve(ticket)`), in order, and removes it from those that wait.
    ///
    /// - A majority must have answered a message that the leader sent when the read arrived, or
    ///   later: `state.confirmed_at()` is the latest time for which that holds of all messages
    ///   since, if any.
    /// - Before the first entry of its term is committed (`state.lead.term_start`) a leader answers
    ///   none: an earlier leader may have committed more than it knows of.
    fn on_progress(&self, state: &mut State, out: &mut Effects) {
        todo!("answer the reads that are confirmed")
    }
}

/// The filling `my-linearizable-reads`: leave it as it is.
pub fn filling() -> OpenFilling {
    let mine = &Compared::<dyn Reads>(&MyReads);
    seats::READS.filling("my-linearizable-reads", "My linearizable reads", mine)
}
