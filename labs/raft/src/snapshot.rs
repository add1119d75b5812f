//! Snapshots (section 7): the state machine's state replaces the log's beginning.
//!
//! Each server compacts its own log once it is long enough. A leader that no longer has the
//! entry that a follower needs sends its snapshot instead.
//!
//! Left out: sending in pieces. A snapshot is one message, so the state must be smaller than
//! the largest message.

use std::rc::Rc;

use crate::event::{Effect, Effects, Record};
use crate::log::Snapshot;
use crate::state::State;

/// The seat `snapshots`: when to compact a log, and how to take another server's snapshot.
pub trait Snapshots: Sync {
    /// Whether the log is long enough to be compacted: longer than
    /// [`Config::snapshot_every`](crate::state::Config). If so, the shell calls
    /// [`on_compact`](Snapshots::on_compact) next.
    fn is_due(&self, state: &State) -> bool;

    /// `machine` is the state machine's state as of `commitIndex`: replaces the log up to there
    /// by a persisted snapshot, with the term and the members as of that entry.
    fn on_compact(&self, state: &mut State, machine: Rc<[u8]>, out: &mut Effects);

    /// The leader sends its snapshot; the core then answers that the log is the leader's up to the
    /// snapshot's index. One that reaches beyond `commitIndex` must be persisted in place of the
    /// log that it covers, and [restored](Effect::Restore). An older one changes nothing.
    fn on_install(&self, state: &mut State, snapshot: Snapshot, out: &mut Effects);
}

/// The reference: a snapshot of the whole state.
pub struct WholeState;

impl Snapshots for WholeState {
    fn is_due(&self, state: &State) -> bool {
        state.config.snapshot_every.is_some_and(|every| state.log.entries().len() > every)
    }

    fn on_compact(&self, state: &mut State, machine: Rc<[u8]>, out: &mut Effects) {
        let index = state.commit_index;
        if index > state.log.snapshot.index {
            let term = state.log.term_at(index).expect("applied entries are in the log");
            let members = state.log.members_at(index).clone();
            keep(state, Snapshot { index, term, members, state: machine }, out);
        }
    }

    fn on_install(&self, state: &mut State, snapshot: Snapshot, out: &mut Effects) {
        // An older one would take applied entries back.
        if snapshot.index > state.commit_index {
            keep(state, snapshot.clone(), out);
            state.members = state.log.members_at(state.log.last_index()).clone();
            state.commit_index = snapshot.index;
            out.push(Effect::Restore(snapshot));
        }
    }
}

fn keep(state: &mut State, snapshot: Snapshot, out: &mut Effects) {
    state.log.compact(snapshot.clone());
    out.push(Effect::Persist(Record::Snapshot(snapshot)));
}
