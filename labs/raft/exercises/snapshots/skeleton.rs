//! Snapshots (section 7): the state machine's state replaces the log's beginning.

use std::rc::Rc;

use netsplit_lab_raft::event::{Effect, Effects, Record};
use netsplit_lab_raft::exercises::Compared;
use netsplit_lab_raft::log::Snapshot;
use netsplit_lab_raft::seats;
use netsplit_lab_raft::snapshot::Snapshots;
use netsplit_lab_raft::state::State;
use netsplit_sim::prelude::OpenFilling;

/// The handlers keep nothing themselves: the snapshot is `state.log.snapshot`.
pub struct MySnapshots;

impl Snapshots for MySnapshots {
    /// Whether the log is to be compacted now: it has more entries (`state.log.entries()`) than
    /// `state.config.snapshot_every`, if that is set.
    fn is_due(&self, state: &State) -> bool {
        todo!("whether the log is too long")
    }

    /// `machine` is the state machine's state with all entries up to `state.commit_index` applied.
    ///
    /// - Replaces the log up to there by a snapshot with the index and the term of that entry, and
    ///   the members as of it (`state.log.compact`).
    /// - Persists the snapshot (`Effect::Persist`).
    /// - If the present snapshot reaches as far, nothing happens.
    fn on_compact(&self, state: &mut State, machine: Rc<[u8]>, out: &mut Effects) {
        todo!("a snapshot in place of what it covers")
    }

    /// The leader sends its snapshot, which may be late. The core answers.
    ///
    /// - One that reaches no further than `state.commit_index` changes nothing: it would take
    ///   applied entries back.
    /// - Any other replaces what it covers of the log, is persisted, and is restored
    ///   (`Effect::Restore`). It is committed, and the members are those of the log that is left
    ///   (`log.members_at` its last index).
    fn on_install(&self, state: &mut State, snapshot: Snapshot, out: &mut Effects) {
        todo!("take the leader's state, if it is newer")
    }
}

/// The filling `my-snapshots`: leave it as it is.
pub fn filling() -> OpenFilling {
    let mine = &Compared::<dyn Snapshots>(&MySnapshots);
    seats::SNAPSHOTS.filling("my-snapshots", "My snapshots", mine)
}
