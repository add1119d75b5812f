//! What a node writes to its disk, and when it trusts it.
//!
//! A [`Journal`] appends [`Record`]s to one file. With [`Fsync`] in the seat `durability`, a
//! record counts only once a sync has returned; [`NoFsync`] answers before that, as a store
//! does whose sync is switched off for speed; [`Amnesia`] syncs, and forgets to look when it
//! starts again.
//!
//! Left out: compaction. The journal only grows, up to the 64 MiB that a file may hold. And a
//! torn last record is not looked for, because the simulated disk tears none.

use std::io;

use netsplit_sim::{Disk, Host};

use crate::store::Record;

/// The file.
const FILE: &str = "journal";

/// The seat `durability`: what a node does before it calls a write stored, and after a crash.
pub trait Durability {
    /// Whether it waits for the disk.
    fn syncs(&self) -> bool {
        true
    }

    /// Whether it reads its journal when it starts.
    fn recovers(&self) -> bool {
        true
    }
}

/// Stored is what survives a crash.
#[derive(Clone, Copy, Debug)]
pub struct Fsync;

impl Durability for Fsync {}

/// Stored is what was written, and may be in the page cache only.
#[derive(Clone, Copy, Debug)]
pub struct NoFsync;

impl Durability for NoFsync {
    fn syncs(&self) -> bool {
        false
    }
}

/// Stored is what survives a crash, but nobody reads it again.
#[derive(Clone, Copy, Debug)]
pub struct Amnesia;

impl Durability for Amnesia {
    fn recovers(&self) -> bool {
        false
    }
}

/// A node's journal.
#[derive(Clone, Debug)]
pub struct Journal(Disk);

impl Journal {
    /// The journal on a host's disk.
    pub fn of(host: &Host) -> Journal {
        Journal(host.disk())
    }

    /// Appends records; with [`Durability::syncs`], returns once they are durable.
    ///
    /// # Errors
    /// When the disk fails: nothing may be assumed of the records then.
    pub async fn write(&self, durability: &dyn Durability, records: &[Record]) -> io::Result<()> {
        let mut bytes = Vec::new();
        for record in records {
            bytes = postcard::to_extend(record, bytes).map_err(io::Error::other)?;
        }
        self.0.append(FILE, &bytes)?;
        if durability.syncs() {
            self.0.sync(FILE).await?;
        }
        Ok(())
    }

    /// All records that survived.
    ///
    /// # Errors
    /// When the disk fails, or holds something else.
    pub fn read(&self) -> io::Result<Vec<Record>> {
        let bytes = self.0.read(FILE)?.unwrap_or_default();
        let (mut records, mut rest) = (Vec::new(), bytes.as_slice());
        while !rest.is_empty() {
            let (record, left) = postcard::take_from_bytes(rest).map_err(io::Error::other)?;
            records.push(record);
            rest = left;
        }
        Ok(records)
    }
}
