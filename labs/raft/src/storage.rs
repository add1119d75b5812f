//! What a server keeps on its disk: one journal of [`Record`]s, the last word on each place.
//!
//! Records are appended, and the journal is synced before anybody hears of them. A snapshot
//! starts the journal anew, with the log that is left. The seat [`Persistence`] says what a
//! wrong server leaves out.
//!
//! Left out: torn writes. The simulated disk keeps a synced state whole or not at all, so the
//! journal carries no checksums and needs no second file to be swapped in.

use std::io;
use std::rc::Rc;

use netsplit_sim::Disk;

use crate::log::{Log, Snapshot, Term};
use crate::raft::{Record, Saved};

/// The file.
const FILE: &str = "journal";

/// The seat `persistence`: what survives.
pub trait Persistence {
    /// Whether the vote is written down with its term.
    fn keeps_vote(&self) -> bool {
        true
    }

    /// Whether to wait until the disk has it.
    fn syncs(&self) -> bool {
        true
    }
}

/// A server's journal.
pub struct Journal {
    disk: Disk,
    rule: Rc<dyn Persistence>,
}

impl Journal {
    /// The journal on this disk.
    pub fn new(disk: Disk, rule: Rc<dyn Persistence>) -> Journal {
        Journal { disk, rule }
    }

    /// Makes records durable. `whole` is the state that they lead to.
    ///
    /// # Errors
    /// When the disk fails: nothing may be said of the records then.
    pub async fn write(
        &self,
        records: &[Record],
        whole: impl Fn() -> Vec<Record>,
    ) -> io::Result<()> {
        if records.iter().any(|record| matches!(record, Record::Snapshot(_))) {
            self.disk.write(FILE, &self.encode(&whole())?)?;
        } else {
            self.disk.append(FILE, &self.encode(records)?)?;
        }
        if self.rule.syncs() {
            self.disk.sync(FILE).await?;
        }
        Ok(())
    }

    fn encode(&self, records: &[Record]) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for record in records {
            bytes = match record {
                Record::Vote(term, _) if !self.rule.keeps_vote() => {
                    postcard::to_extend(&Record::Vote(*term, None), bytes)
                }
                record => postcard::to_extend(record, bytes),
            }
            .map_err(io::Error::other)?;
        }
        Ok(bytes)
    }

    /// What survived; `initial` stands for the log's beginning on an empty disk.
    ///
    /// # Errors
    /// When the journal is none.
    pub fn read(&self, initial: Snapshot) -> io::Result<Saved> {
        let bytes = self.disk.read(FILE)?.unwrap_or_default();
        let mut rest = bytes.as_slice();
        let mut saved = (Term(0), None, Log::new(initial, Vec::new()));
        while !rest.is_empty() {
            let (record, left) = postcard::take_from_bytes(rest).map_err(io::Error::other)?;
            rest = left;
            match record {
                Record::Vote(term, voted_for) => (saved.0, saved.1) = (term, voted_for),
                Record::Entries(after, entries) => saved.2.replace(after, entries),
                Record::Snapshot(snapshot) => saved.2.compact(snapshot),
            }
        }
        Ok(saved)
    }
}
