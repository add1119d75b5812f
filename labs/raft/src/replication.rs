//! Log replication (section 5.3).
//!
//! A leader appends to its own log and sends each follower the entries from `nextIndex` on. A
//! follower accepts entries only after an entry that it has, so two logs that agree at one index
//! agree in everything before it.
//!
//! A follower that refuses says up to where its log may be the leader's, and with which term, so
//! that each round trip skips whole terms on both sides rather than one entry.

use crate::event::Effects;
use crate::log::{Entry, Index, Payload, Server, Term};
use crate::rpc::{AppendEntries, Appended, Body, Matched};
use crate::state::State;

/// The seat `replication`: how entries get from the leader's log into the others'.
///
/// Each handler is called for messages of the current term only. The core calls the seat
/// [`Commitment`](crate::commitment::Commitment) afterwards.
pub trait Replication: Sync {
    /// The server was elected; its first heartbeats are sent. It must append a
    /// [`Payload::Noop`], with which it may commit what it inherited (section 8).
    fn on_elected(&self, state: &mut State, out: &mut Effects);

    /// Sends each of the leader's [followers](State::followers) an `AppendEntries` without
    /// entries: when it was elected, once per heartbeat interval, and when a read must be
    /// confirmed.
    fn heartbeat(&self, state: &mut State, out: &mut Effects);

    /// Appends an entry of the current term to the leader's log, persists it, and sends each
    /// follower what it lacks: at most [`Config::batch`](crate::state::Config) entries, or the
    /// [snapshot](Body::InstallSnapshot) if the next entry is compacted.
    fn propose(&self, state: &mut State, payload: Payload, out: &mut Effects);

    /// The leader of the current term sends entries, or a heartbeat without. Returns up to which
    /// index the log is now the leader's or, if it refuses, may be; the core sends the answer after
    /// what this persists. The message may be late or duplicated: entries that are here
    /// already must stay, and so must those after them.
    fn on_append_entries(
        &self,
        state: &mut State,
        append: AppendEntries,
        out: &mut Effects,
    ) -> Matched;

    /// A follower, whose [progress](crate::state::Lead::progress) is tracked, answers entries, a
    /// heartbeat or a snapshot: advances `matchIndex` and `nextIndex`, or takes `nextIndex` back,
    /// and sends what the follower still lacks. The core keeps `acked_at`.
    fn on_appended(&self, state: &mut State, from: Server, answer: Appended, out: &mut Effects);
}

/// The reference.
pub struct Strict;

impl Replication for Strict {
    fn on_elected(&self, state: &mut State, out: &mut Effects) {
        self.propose(state, Payload::Noop, out);
    }

    fn heartbeat(&self, state: &mut State, out: &mut Effects) {
        for to in state.followers() {
            send_append(state, to, 0, out);
        }
    }

    fn propose(&self, state: &mut State, payload: Payload, out: &mut Effects) {
        let last = state.log.last_index();
        append_after(state, last, payload, out);
    }

    fn on_append_entries(
        &self,
        state: &mut State,
        append: AppendEntries,
        out: &mut Effects,
    ) -> Matched {
        // By induction over all entries before: if this one is the leader's, those are too.
        if !state.log.has(append.prev_log_index, append.prev_log_term) {
            return Err(hint(state, append.prev_log_index, append.prev_log_term));
        }
        Ok(accept(state, append, out))
    }

    fn on_appended(&self, state: &mut State, from: Server, answer: Appended, out: &mut Effects) {
        let Some(progress) = state.lead.progress.get_mut(&from) else { return };
        // An answer to an earlier heartbeat leaves the entries in flight.
        progress.outstanding = progress.outstanding.filter(|at| *at > answer.sent_at);
        match answer.matched {
            Ok(index) => {
                let index = index.min(state.log.last_index());
                // Answers may be reordered, and what is on a follower's disk stays there.
                progress.match_index = progress.match_index.max(index);
                progress.next_index = progress.next_index.max(index.next());
            }
            Err((index, term)) => {
                // The leader leaves out the terms that the follower does not have.
                let next_index = state.log.last_up_to(index, term).next();
                let next_index = next_index.max(progress.match_index.next());
                // Otherwise the answer was overtaken, and sending again would never end.
                if next_index < progress.next_index {
                    (progress.next_index, progress.outstanding) = (next_index, None);
                }
            }
        }
        send_entries(state, from, out);
    }
}

/// Appends an entry of the current term after `after`, and sends it. A leader's `after` is always
/// its last entry: what it inherited may be committed (section 5.3, Leader Append-Only).
pub(crate) fn append_after(state: &mut State, after: Index, payload: Payload, out: &mut Effects) {
    let term = state.current_term;
    state.write(after, vec![Entry { term, payload }], out);
    for to in state.followers() {
        send_entries(state, to, out);
    }
}

/// Takes entries that follow from the log. Returns the last index that is known to be the
/// leader's.
pub(crate) fn accept(state: &mut State, mut append: AppendEntries, out: &mut Effects) -> Index {
    let (log, prev) = (&state.log, append.prev_log_index);
    let end = prev.plus(append.entries.len());
    let is_here = |(n, entry): &(usize, &Entry)| log.has(prev.plus(*n), entry.term);
    let here = (1..).zip(&append.entries).take_while(is_here).count();
    let after = prev.plus(here).min(log.last_index());
    let new = append.entries.split_off(here);
    // Only a conflict may remove entries: a late message would remove acknowledged ones.
    if !new.is_empty() {
        state.write(after, new, out);
    }
    end
}

/// The last index up to `prev` at which this log may be that of a leader with an entry of `term`
/// there (section 5.3, end), and the term there: after it are later terms than the leader had, or
/// nothing.
fn hint(state: &State, prev: Index, term: Term) -> (Index, Term) {
    if !state.config.fast_backtracking {
        return (prev.previous(), term);
    }
    let index = state.log.last_up_to(prev, term);
    (index, state.log.term_at(index).unwrap_or_default())
}

/// Sends what `to` lacks, unless entries are in flight to it: they would be sent twice.
fn send_entries(state: &mut State, to: Server, out: &mut Effects) {
    let (now, last) = (state.now, state.log.last_index());
    let Some(progress) = state.lead.progress.get_mut(&to) else { return };
    if progress.next_index > last || progress.outstanding.is_some() {
        return;
    }
    progress.outstanding = Some(now);
    if progress.next_index > state.log.snapshot.index {
        send_append(state, to, state.config.batch, out);
    } else {
        let snapshot = state.log.snapshot.clone();
        state.send(to, Body::InstallSnapshot { snapshot, sent_at: now }, out);
    }
}

fn send_append(state: &State, to: Server, count: usize, out: &mut Effects) {
    // A heartbeat cannot name an entry that is compacted, so it names the snapshot's end.
    let first = state.log.snapshot.index.next();
    let next = state.lead.progress[&to].next_index.max(first);
    let prev_log_index = next.previous();
    let append = AppendEntries {
        prev_log_index,
        prev_log_term: state.log.term_at(prev_log_index).unwrap_or_default(),
        entries: state.log.from(next, count),
        leader_commit: state.commit_index,
        sent_at: state.now,
    };
    state.send(to, Body::AppendEntries(append), out);
}
