//! Disks of nodes: turmoil-fs under simulated time.
//!
//! Writes reach the page cache at once, and a crash loses them until [`Disk::sync`] has returned.
//! A sync takes the scenario's time; a disk does one at a time. Writes that are never synced are
//! written back after [`WRITE_BACK`] of them, as a kernel would eventually; turmoil-fs would
//! otherwise take quadratic time over them.
//!
//! Left out: torn writes, silent corruption, and directories.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::rc::Rc;
use std::time::Duration;

use netsplit_history::{Time, TraceKind};
use rand::rngs::ChaCha8Rng;
use turmoil_fs::Fs;
use turmoil_fs::shim::std::fs;

use crate::Host;
use crate::engine::tracer::{number, tag};
use crate::random::Sampler;

/// Unsynced writes after which the page cache is written back.
const WRITE_BACK: usize = 512;

/// The most bytes that a file may hold.
const MAX_FILE: usize = 64 << 20;

/// A host's disk as the engine sees it.
pub(crate) struct DiskState {
    fs: Fs,
    rng: ChaCha8Rng,
    /// How long a sync takes on a healthy disk.
    healthy: Rc<Sampler>,
    /// How long a sync takes now.
    sync: Rc<Sampler>,
    failing: bool,
    busy_until: Time,
    /// Writes since the last sync, by file.
    unsynced: BTreeMap<String, usize>,
}

impl DiskState {
    pub fn new(seed: u64, rng: ChaCha8Rng, sync: Sampler) -> DiskState {
        let healthy = Rc::new(sync);
        DiskState {
            fs: Fs::builder().seed(seed).build(),
            rng,
            sync: healthy.clone(),
            healthy,
            failing: false,
            busy_until: Time::ZERO,
            unsynced: BTreeMap::new(),
        }
    }

    /// Sets the faults in force: a sync time other than the healthy one, and whether writes fail.
    pub fn set_trouble(&mut self, sync: Option<Rc<Sampler>>, failing: bool) {
        self.sync = sync.unwrap_or_else(|| self.healthy.clone());
        self.failing = failing;
    }

    /// The node crashes: unsynced writes are lost.
    pub fn crash(&mut self) {
        self.fs.crash();
        self.unsynced.clear();
        self.busy_until = Time::ZERO;
    }

    fn check(&self) -> io::Result<()> {
        if self.failing { Err(io::Error::other("the disk fails")) } else { Ok(()) }
    }

    /// Counts a write or removal, and writes everything back after [`WRITE_BACK`] of them.
    fn changed(&mut self, path: String) -> io::Result<()> {
        *self.unsynced.entry(path).or_default() += 1;
        if self.unsynced.values().sum::<usize>() >= WRITE_BACK { self.write_back() } else { Ok(()) }
    }

    fn write_back(&mut self) -> io::Result<()> {
        let _entered = self.fs.enter();
        for entry in fs::read_dir("/")? {
            fs::OpenOptions::new().write(true).open(entry?.path())?.sync_all()?;
        }
        fs::sync_dir("/")?;
        self.unsynced.clear();
        Ok(())
    }
}

/// A handle to the disk of the host that it came from.
///
/// File names are plain, of at most 200 bytes: there are no directories. Errors come from a
/// disk fault, a missing file, an invalid name, or a file larger than 64 MiB.
#[derive(Clone, Debug)]
pub struct Disk {
    host: Host,
}

impl Disk {
    pub(crate) fn new(host: Host) -> Disk {
        Disk { host }
    }

    /// Reads the whole file; `None` if there is no such file. A failing disk can still be read.
    ///
    /// # Errors
    /// When the name is invalid, or the host is down.
    pub fn read(&self, file: &str) -> io::Result<Option<Vec<u8>>> {
        let path = path(file)?;
        self.host.with_disk(|disk, _| {
            let _entered = disk.fs.enter();
            if !fs::exists(&path) {
                return Ok(None);
            }
            let mut content = Vec::new();
            fs::File::open(&path)?.read_to_end(&mut content)?;
            Ok(Some(content))
        })
    }

    /// Replaces the file's content, or creates the file. Not durable before a
    /// [`sync`](Disk::sync).
    ///
    /// # Errors
    /// When the disk fails, or the file would be larger than 64 MiB.
    pub fn write(&self, file: &str, content: &[u8]) -> io::Result<()> {
        self.put(file, content, false)
    }

    /// Appends to the file, or creates it. Not durable before a [`sync`](Disk::sync).
    ///
    /// # Errors
    /// When the disk fails, or the file would be larger than 64 MiB.
    pub fn append(&self, file: &str, content: &[u8]) -> io::Result<()> {
        self.put(file, content, true)
    }

    fn put(&self, file: &str, content: &[u8], append: bool) -> io::Result<()> {
        let path = path(file)?;
        self.host.with_disk(|disk, _| {
            disk.check()?;
            {
                let _entered = disk.fs.enter();
                let mut options = fs::OpenOptions::new();
                options.create(true).write(true).append(append).truncate(!append);
                let mut opened = options.open(&path)?;
                if (opened.metadata()?.len() as usize).saturating_add(content.len()) > MAX_FILE {
                    return Err(io::Error::other("a file may hold at most 64 MiB"));
                }
                opened.write_all(content)?;
            }
            disk.changed(path)
        })?;
        let act = if append { Act::Append } else { Act::Write };
        self.trace(act, file, content, || TraceKind::Write {
            path: file.into(),
            bytes: content.len(),
        });
        Ok(())
    }

    /// Makes the file durable, with its content at the time of completion. Takes the scenario's
    /// sync time, after the syncs before it.
    ///
    /// # Errors
    /// When the disk fails, or there is no such file.
    pub async fn sync(&self, file: &str) -> io::Result<()> {
        let path = path(file)?;
        let takes = self.host.with_disk(|disk, now| {
            let takes = disk.sync.clone().draw(&mut disk.rng);
            disk.busy_until = disk.busy_until.max(now) + takes;
            Ok(disk.busy_until.since(now))
        })?;
        if takes > Duration::ZERO {
            self.host.sleep_true(takes).await;
        }
        self.host.with_disk(|disk, _| {
            disk.check()?;
            let _entered = disk.fs.enter();
            fs::OpenOptions::new().write(true).open(&path)?.sync_all()?;
            fs::sync_dir("/")?;
            disk.unsynced.remove(&path);
            Ok(())
        })?;
        self.trace(Act::Sync, file, &[], || TraceKind::Sync { path: file.into() });
        Ok(())
    }

    /// Removes the file. Not durable before the next sync of any file.
    ///
    /// # Errors
    /// When the disk fails, or there is no such file.
    pub fn remove(&self, file: &str) -> io::Result<()> {
        let path = path(file)?;
        self.host.with_disk(|disk, _| {
            disk.check()?;
            {
                let _entered = disk.fs.enter();
                fs::remove_file(&path)?;
            }
            disk.changed(path)
        })?;
        self.trace(Act::Remove, file, &[], || TraceKind::Write { path: file.into(), bytes: 0 });
        Ok(())
    }

    fn trace(&self, act: Act, file: &str, content: &[u8], kind: impl FnOnce() -> TraceKind) {
        let numbers = [number(self.host.id()), act as u64, file.len() as u64];
        let bytes = [file.as_bytes(), content].concat();
        self.host.trace(tag::DISK, &numbers, &bytes, kind);
    }

    /// The names of all files, in order.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn files(&self) -> io::Result<Vec<String>> {
        self.host.with_disk(|disk, _| {
            let _entered = disk.fs.enter();
            let mut names = Vec::new();
            for entry in fs::read_dir("/")? {
                names.push(entry?.file_name().to_string_lossy().into_owned());
            }
            names.sort();
            Ok(names)
        })
    }
}

/// An operation on a file, as a number of the fingerprint.
#[derive(Clone, Copy)]
enum Act {
    Write = 0,
    Append = 1,
    Sync = 2,
    Remove = 3,
}

fn path(file: &str) -> io::Result<String> {
    let plain = file.chars().all(|c| c != '/' && c != '\0') && file != "." && file != "..";
    if file.is_empty() || file.len() > 200 || !plain {
        return Err(io::Error::other(format!(
            "`{file}` is not a plain file name of at most 200 bytes"
        )));
    }
    Ok(format!("/{file}"))
}
