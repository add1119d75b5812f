//! Log replication (section 5.3): what a leader sends, and what a follower accepts.

use netsplit_lab_raft::event::Effects;
use netsplit_lab_raft::exercises::Compared;
use netsplit_lab_raft::log::{Entry, Index, Payload, Server, Term};
use netsplit_lab_raft::replication::Replication;
use netsplit_lab_raft::rpc::{AppendEntries, Appended, Body, Matched};
use netsplit_lab_raft::seats;
use netsplit_lab_raft::state::State;
use netsplit_sim::prelude::OpenFilling;

/// The handlers keep nothing themselves: what a leader knows of each follower is in
/// `state.lead.progress`.
pub struct MyReplication;

/// The core has already applied the rule of terms: a handler sees only messages of
/// `state.current_term`. After each handler it asks the seat `commitment` what may be committed.
impl Replication for MyReplication {
    /// This server was elected, and its first heartbeats are sent: proposes a `Payload::Noop`, with
    /// which it may commit what it inherited.
    fn on_elected(&self, state: &mut State, out: &mut Effects) {
        todo!("propose an entry that does nothing")
    }

    /// Sends each of `state.followers()` a `Body::AppendEntries` without entries, and changes
    /// nothing else.
    ///
    /// - `prev_log_index` and `prev_log_term` name the entry before the follower's `next_index`.
    ///   The log begins after `state.log.snapshot.index`: what is compacted cannot be named, so
    ///   that is the first that can.
    /// - `leader_commit` is `state.commit_index`, `sent_at` is `state.now`: the answer repeats it.
    fn heartbeat(&self, state: &mut State, out: &mut Effects) {
        todo!("a message without entries to each follower")
    }

    /// A leader appends an entry of the current term to its log (`state.write` after
    /// `last_index()`, which also persists it), and sends each follower what it lacks.
    ///
    /// - What a follower lacks are the entries from its `next_index` on, at most
    ///   `state.config.batch` in a message (`state.log.from`); or `Body::InstallSnapshot`, if
    ///   `next_index` is compacted.
    /// - At most one message with entries or a snapshot is in flight to each follower:
    ///   `outstanding` is when it was sent. Sending more is right, but slower.
    fn propose(&self, state: &mut State, payload: Payload, out: &mut Effects) {
        todo!("append the entry, and send it")
    }

    /// The leader sends entries, or a heartbeat without. The core sends the answer.
    ///
    /// - Without the entry of `prev_log_index` and `prev_log_term` (`state.log.has`) it refuses.
    ///   `Err` with the last index, at most `prev_log_index`, up to which this log may be the
    ///   leader's, and the term there: with `state.config.fast_backtracking`, after it come only
    ///   later terms than `prev_log_term` (`state.log.last_up_to`); without, it is the index
    ///   before, with `prev_log_term`.
    /// - Otherwise `Ok` with the index of the last of the entries, which is `prev_log_index` if
    ///   there are none.
    /// - The first entry that is not here, or is here with another term, replaces the rest of the
    ///   log, with all that follow it (`state.write`). If there is none, nothing is removed: the
    ///   message may be late, and entries after it acknowledged.
    fn on_append_entries(
        &self,
        state: &mut State,
        append: AppendEntries,
        out: &mut Effects,
    ) -> Matched {
        todo!("accept the entries, or refuse them")
    }

    /// A follower answers entries, a heartbeat or a snapshot. Answers may be lost, doubled and
    /// reordered.
    ///
    /// - `Ok(index)`: `match_index` is at least that, though not beyond the end of this log, and
    ///   `next_index` comes after it. Neither goes back.
    /// - `Err((index, term))`: `next_index` goes back to just after the last entry up to `index`
    ///   whose term is at most `term`, but never to `match_index` or before, and never forward.
    /// - An answer to the message in flight (`answer.sent_at` is `outstanding` or later) ends it,
    ///   and so does a refusal that takes `next_index` back.
    /// - Then it sends what the follower still lacks.
    fn on_appended(&self, state: &mut State, from: Server, answer: Appended, out: &mut Effects) {
        todo!("learn what the follower has, and send what it lacks")
    }
}

/// The filling `my-log-replication`: leave it as it is.
pub fn filling() -> OpenFilling {
    let mine = &Compared::<dyn Replication>(&MyReplication);
    seats::REPLICATION.filling("my-log-replication", "My log replication", mine)
}
