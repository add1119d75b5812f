//! Persistence: what of a server survives a crash.

use std::io;

use netsplit_lab_raft::event::{Record, Saved};
use netsplit_lab_raft::exercises::Compared;
use netsplit_lab_raft::log::Snapshot;
use netsplit_lab_raft::seats;
use netsplit_lab_raft::state::State;
use netsplit_lab_raft::storage::{DiskStep, Persistence, decode, encode};
use netsplit_sim::prelude::OpenFilling;

/// A journal: `encode` makes bytes of records, and `decode` records of a journal's bytes.
pub struct MyJournal;

impl Persistence for MyJournal {
    /// The steps that make `records` durable, in order. Messages that tell of them are sent after
    /// the last step.
    ///
    /// - A step is written only when a later `DiskStep::Sync` is over: before, a power failure may
    ///   take it back.
    /// - Records are appended (`DiskStep::Append`), and later ones override earlier ones.
    /// - A `Record::Snapshot` replaces entries that the journal has. With one, the journal starts
    ///   anew (`DiskStep::Replace`), with all that `state.records()` has: it is the state that
    ///   `records` lead to.
    fn save(&self, records: &[Record], state: &State) -> Vec<DiskStep> {
        todo!("write them, and wait until the disk has them")
    }

    /// The state after a restart: what the records of the journal lead to, in their order. On an
    /// empty journal, `initial` stands for the log's beginning. A journal that cannot be read is an
    /// error.
    fn recover(&self, journal: &[u8], initial: Snapshot) -> io::Result<Saved> {
        todo!("replay the journal")
    }
}

/// The filling `my-persistence`: leave it as it is.
pub fn filling() -> OpenFilling {
    let mine = &Compared::<dyn Persistence>(&MyJournal);
    seats::PERSISTENCE.filling("my-persistence", "My persistence", mine)
}
