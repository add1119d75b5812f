//! A server's disk: one journal of [`Record`]s, of which later ones override earlier ones.
//!
//! Records are appended, and the journal is synced before any message tells of them. A snapshot
//! starts the journal anew, with the log that is left.
//!
//! Left out: torn writes. The simulated disk keeps a synced state whole or not at all, so the
//! journal carries no checksums and needs no second file to be swapped in.

use std::io;

use netsplit_sim::Disk;

use crate::event::{Record, Saved};
use crate::log::Snapshot;
use crate::state::State;

/// The file.
const FILE: &str = "journal";

/// A step of writing to the journal. Only what is synced survives a crash for certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiskStep {
    /// Appends bytes.
    Append(Vec<u8>),
    /// Replaces the whole content.
    Replace(Vec<u8>),
    /// Waits until everything written so far is durable.
    Sync,
}

/// The seat `persistence`: what of a server survives a crash.
pub trait Persistence: Sync {
    /// The steps that make `records` durable, in order. Messages that depend on them are sent
    /// after the last step. `state` is the state that the records lead to, for a journal that
    /// starts anew: [`State::records`].
    fn save(&self, records: &[Record], state: &State) -> Vec<DiskStep>;

    /// The state after a restart, from the bytes of the journal. On an empty one, `initial`
    /// stands for the log's beginning.
    ///
    /// # Errors
    /// When the bytes are no journal: the server does not start.
    fn recover(&self, journal: &[u8], initial: Snapshot) -> io::Result<Saved>;
}

/// The reference: everything, before anybody is told.
pub struct Durable;

impl Persistence for Durable {
    fn save(&self, records: &[Record], state: &State) -> Vec<DiskStep> {
        let is_snapshot = |record: &Record| matches!(record, Record::Snapshot(_));
        let write = if records.iter().any(is_snapshot) {
            // Otherwise the journal would keep all that was compacted.
            DiskStep::Replace(encode(&state.records()))
        } else {
            DiskStep::Append(encode(records))
        };
        vec![write, DiskStep::Sync]
    }

    fn recover(&self, journal: &[u8], initial: Snapshot) -> io::Result<Saved> {
        let mut saved = Saved::new(initial);
        decode(journal)?.into_iter().for_each(|record| saved.replay(record));
        Ok(saved)
    }
}

/// Records as the journal's bytes.
pub fn encode(records: &[Record]) -> Vec<u8> {
    let append =
        |bytes, record| postcard::to_extend(record, bytes).expect("records can be written");
    records.iter().fold(Vec::new(), append)
}

/// The records of a journal.
///
/// # Errors
/// When the bytes are not those of records.
pub fn decode(mut journal: &[u8]) -> io::Result<Vec<Record>> {
    let mut records = Vec::new();
    while !journal.is_empty() {
        let (record, rest) = postcard::take_from_bytes(journal).map_err(io::Error::other)?;
        records.push(record);
        journal = rest;
    }
    Ok(records)
}

/// Carries out steps on a disk.
///
/// # Errors
/// When the disk fails: nothing may be said of the records then.
pub(crate) async fn write(disk: &Disk, steps: Vec<DiskStep>) -> io::Result<()> {
    for step in steps {
        match step {
            DiskStep::Append(bytes) => disk.append(FILE, &bytes)?,
            DiskStep::Replace(bytes) => disk.write(FILE, &bytes)?,
            DiskStep::Sync => disk.sync(FILE).await?,
        }
    }
    Ok(())
}

/// The journal on a disk; empty if there is none.
///
/// # Errors
/// When the disk fails.
pub(crate) fn read(disk: &Disk) -> io::Result<Vec<u8>> {
    Ok(disk.read(FILE)?.unwrap_or_default())
}
