//! The state of a disk: turmoil-fs under simulated time.
//!
//! Writes reach the page cache at once, and a crash loses them until a sync has completed. A sync
//! takes the scenario's time; a disk does one at a time. Writes that are never synced are written
//! back after [`WRITE_BACK`] of them, as a kernel would eventually; turmoil-fs would otherwise take
//! quadratic time over them.
//!
//! Left out: torn writes, silent corruption, and directories.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::rc::Rc;
use std::time::Duration;

use netsplit_history::Time;
use rand::rngs::ChaCha8Rng;
use turmoil_fs::Fs;
use turmoil_fs::shim::std::fs;

use crate::random::Sampler;

/// Unsynced writes after which the page cache is written back.
const WRITE_BACK: usize = 512;

/// The maximum size of a file, in bytes.
const MAX_FILE: usize = 64 << 20;

/// A host's disk, as the engine sees it. Paths begin with `/`.
pub(crate) struct DiskState {
    fs: Fs,
    rng: ChaCha8Rng,
    /// How long a sync takes on a healthy disk.
    healthy: Rc<Sampler>,
    /// How long a sync takes now.
    sync: Rc<Sampler>,
    failing: bool,
    busy_until: Time,
    /// Writes since the last sync, by path.
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

    /// The content of a file; `None` if there is no such file. A failing disk can be read.
    pub fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        let _entered = self.fs.enter();
        if !fs::exists(path) {
            return Ok(None);
        }
        let mut content = Vec::new();
        fs::File::open(path)?.read_to_end(&mut content)?;
        Ok(Some(content))
    }

    /// Writes or appends to a file, and creates it if needed.
    pub fn write(&mut self, path: String, content: &[u8], append: bool) -> io::Result<()> {
        self.check()?;
        {
            let _entered = self.fs.enter();
            let mut options = fs::OpenOptions::new();
            options.create(true).write(true).append(append).truncate(!append);
            let mut opened = options.open(&path)?;
            if (opened.metadata()?.len() as usize).saturating_add(content.len()) > MAX_FILE {
                return Err(io::Error::other("a file may hold at most 64 MiB"));
            }
            opened.write_all(content)?;
        }
        self.changed(path)
    }

    pub fn remove(&mut self, path: String) -> io::Result<()> {
        self.check()?;
        {
            let _entered = self.fs.enter();
            fs::remove_file(&path)?;
        }
        self.changed(path)
    }

    /// Begins a sync; returns how long it takes, with the syncs before it.
    pub fn begin_sync(&mut self, now: Time) -> Duration {
        let takes = self.sync.draw(&mut self.rng);
        self.busy_until = self.busy_until.max(now) + takes;
        self.busy_until.since(now)
    }

    /// Completes a sync: the file is durable.
    pub fn finish_sync(&mut self, path: &str) -> io::Result<()> {
        self.check()?;
        let _entered = self.fs.enter();
        fs::OpenOptions::new().write(true).open(path)?.sync_all()?;
        fs::sync_dir("/")?;
        self.unsynced.remove(path);
        Ok(())
    }

    /// The names of all files, in order.
    pub fn files(&self) -> io::Result<Vec<String>> {
        let _entered = self.fs.enter();
        let mut names = Vec::new();
        for entry in fs::read_dir("/")? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
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
