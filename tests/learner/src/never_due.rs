//! Snapshots that are never due: a log that grows for ever.

use std::rc::Rc;

use netsplit_lab_raft::event::Effects;
use netsplit_lab_raft::log::Snapshot;
use netsplit_lab_raft::snapshot::{Snapshots, WholeState};
use netsplit_lab_raft::state::State;

/// The reference, which is never asked to compact.
pub struct NeverDue;

impl Snapshots for NeverDue {
    fn is_due(&self, _: &State) -> bool {
        false
    }

    fn on_compact(&self, state: &mut State, machine: Rc<[u8]>, out: &mut Effects) {
        WholeState.on_compact(state, machine, out);
    }

    fn on_install(&self, state: &mut State, snapshot: Snapshot, out: &mut Effects) {
        WholeState.on_install(state, snapshot, out);
    }
}
