//! The state of a disk: turmoil-fs under simulated time.
//!
//! Writes reach the page cache at once, and a crash loses them until a sync has completed. A sync
//! takes the scenario's time; a disk does one at a time. A sync in progress keeps its share of the
//! work when the sync time changes, and continues at the new rate; those queued behind it follow.
//! Writes that are never synced are written back after [`WRITE_BACK`] of them, as a kernel would
//! eventually; turmoil-fs would otherwise take quadratic time over them.
//!
//! Left out: torn writes, silent corruption, and directories.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Read, Write};
use std::rc::Rc;

use netsplit_history::{Time, Touch, Touched};
use rand::rngs::ChaCha8Rng;
use turmoil_fs::Fs;
use turmoil_fs::shim::std::fs;

use super::cpu::scaled;
use crate::engine::events::TimerKey;
use crate::fault::touches::is_noticeable;
use crate::random::{Sampler, unit};

/// Unsynced writes after which the page cache is written back.
const WRITE_BACK: usize = 512;

/// The maximum size of a file, in bytes.
const MAX_FILE: usize = 64 << 20;

/// A host's disk, as the engine sees it. Paths begin with `/`.
pub(crate) struct DiskState {
    fs: Fs,
    rng: ChaCha8Rng,
    /// How long a sync takes on a healthy disk.
    healthy: SyncTime,
    /// How long a sync takes now.
    sync_time: SyncTime,
    failing: bool,
    /// Syncs in order: the first is in progress, the others wait for it.
    syncs: VecDeque<Sync>,
    /// Writes since the last sync, by path: their number and their bytes.
    unsynced: BTreeMap<String, (usize, usize)>,
    /// Bytes of files as they are read now, by path.
    sizes: BTreeMap<String, usize>,
    /// Writes and syncs that a fault changed.
    touched: Touched,
}

/// How long a sync takes.
#[derive(Clone, Debug)]
pub(crate) enum SyncTime {
    Takes(Rc<Sampler>),
    /// A sync makes no progress.
    Hangs,
}

impl SyncTime {
    /// Whether this is the same setting, not only an equal one.
    fn is(&self, other: &SyncTime) -> bool {
        match (self, other) {
            (SyncTime::Takes(a), SyncTime::Takes(b)) => Rc::ptr_eq(a, b),
            (SyncTime::Hangs, SyncTime::Hangs) => true,
            _ => false,
        }
    }
}

/// A sync that has begun. It occupies the disk even if its task stops waiting for it.
struct Sync {
    /// The numbers that its duration is drawn from, under every sync time alike.
    draws: (f64, f64),
    /// The share of its work that is left at `begins`.
    left: f64,
    begins: Time,
    /// When the disk began it, or will.
    began: Time,
    /// `Time::MAX` while the disk hangs.
    ends: Time,
    /// The timer that completes it; `None` if it completed at once.
    timer: Option<TimerKey>,
    /// Whether it has had another sync time than the healthy one.
    changed: bool,
}

impl Sync {
    /// Schedules what is left of it from `begins` on.
    fn schedule(&mut self, begins: Time, sync_time: &SyncTime) {
        if self.left == 1.0 {
            self.began = begins;
        }
        self.begins = begins;
        self.ends = match sync_time {
            SyncTime::Takes(sampler) => begins + scaled(sampler.at(self.draws), self.left),
            SyncTime::Hangs => Time::MAX,
        };
    }

    /// The share of its work that is left at `now`.
    fn left_at(&self, now: Time) -> f64 {
        if self.ends <= now {
            return 0.0;
        }
        if now <= self.begins || self.ends == Time::MAX {
            return self.left;
        }
        let still = self.ends.since(now).as_nanos() as f64;
        self.left * (still / self.ends.since(self.begins).as_nanos() as f64)
    }

    /// How it differs, until its end or `now`, from a sync on a healthy disk.
    fn touch(&self, healthy: &SyncTime, now: Time) -> Option<Touch> {
        let SyncTime::Takes(healthy) = healthy else { return None };
        if !self.changed || now < self.began {
            return None;
        }
        let whole = healthy.at(self.draws);
        let took = now.min(self.ends).since(self.began);
        let needs = scaled(whole, 1.0 - self.left_at(now));
        match () {
            () if is_noticeable(took.saturating_sub(needs), whole) => Some(Touch::SyncsDelayed),
            () if is_noticeable(needs.saturating_sub(took), whole) => Some(Touch::SyncsHastened),
            () => None,
        }
    }
}

impl DiskState {
    pub fn new(seed: u64, rng: ChaCha8Rng, sync: Sampler) -> DiskState {
        let healthy = SyncTime::Takes(Rc::new(sync));
        DiskState {
            fs: Fs::builder().seed(seed).build(),
            rng,
            sync_time: healthy.clone(),
            healthy,
            failing: false,
            syncs: VecDeque::new(),
            unsynced: BTreeMap::new(),
            sizes: BTreeMap::new(),
            touched: Touched::default(),
        }
    }

    /// Sets the faults in force: a sync time other than the healthy one, and whether writes fail.
    /// Returns the timers to reschedule, with their new times, in order.
    pub fn set_trouble(
        &mut self,
        sync_time: Option<SyncTime>,
        failing: bool,
        now: Time,
    ) -> Vec<(TimerKey, Time)> {
        self.failing = failing;
        let sync_time = sync_time.unwrap_or_else(|| self.healthy.clone());
        if sync_time.is(&self.sync_time) {
            return Vec::new();
        }
        self.sync_time = sync_time;
        self.forget_completed(now);
        let mut free = now;
        let mut moved = Vec::new();
        for sync in &mut self.syncs {
            sync.left = sync.left_at(now);
            sync.changed = true;
            sync.schedule(free, &self.sync_time);
            free = sync.ends;
            moved.extend(sync.timer.map(|timer| (timer, sync.ends)));
        }
        moved
    }

    /// Takes what faults changed until now.
    pub fn take_touched(&mut self, now: Time) -> Touched {
        self.forget_completed(now);
        std::mem::take(&mut self.touched)
    }

    /// What faults have changed of the syncs in progress.
    pub fn syncs_touched(&self, now: Time) -> Touched {
        let mut touched = Touched::default();
        let syncs = self.syncs.iter().filter_map(|sync| sync.touch(&self.healthy, now));
        syncs.for_each(|touch| touched[touch] += 1);
        touched
    }

    /// Writes that a crash would lose.
    pub fn unsynced(&self) -> u64 {
        self.unsynced.values().map(|(writes, _)| *writes as u64).sum()
    }

    /// The node crashes: unsynced writes are lost.
    pub fn crash(&mut self) {
        self.fs.crash();
        self.unsynced.clear();
        self.syncs.clear();
        if !self.sizes.is_empty() {
            let _entered = self.fs.enter();
            self.sizes.retain(|path, _| fs::exists(path));
            for (path, size) in &mut self.sizes {
                *size = fs::metadata(path).map_or(0, |found| found.len() as usize);
            }
        }
    }

    /// Bytes that the disk holds: of its files, and of writes that are not synced.
    pub fn bytes(&self) -> usize {
        self.sizes.values().sum::<usize>()
            + self.unsynced.values().map(|(_, bytes)| bytes).sum::<usize>()
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
        self.check(Touch::WritesRefused)?;
        let size;
        {
            let _entered = self.fs.enter();
            let mut options = fs::OpenOptions::new();
            options.create(true).write(true).append(append).truncate(!append);
            let mut opened = options.open(&path)?;
            size = (opened.metadata()?.len() as usize).saturating_add(content.len());
            if size > MAX_FILE {
                return Err(io::Error::other("a file may hold at most 64 MiB"));
            }
            opened.write_all(content)?;
        }
        self.sizes.insert(path.clone(), size);
        self.changed(path, content.len())
    }

    pub fn remove(&mut self, path: String) -> io::Result<()> {
        self.check(Touch::WritesRefused)?;
        {
            let _entered = self.fs.enter();
            fs::remove_file(&path)?;
        }
        self.sizes.remove(&path);
        self.changed(path, 0)
    }

    /// Begins a sync, which waits for those before it. `start_timer` starts the timer that ends it;
    /// returns that timer, or `None` if the sync takes no time.
    pub fn begin_sync(
        &mut self,
        now: Time,
        start_timer: impl FnOnce(Time) -> TimerKey,
    ) -> Option<TimerKey> {
        let draws = (unit(&mut self.rng), unit(&mut self.rng));
        self.forget_completed(now);
        let mut sync = Sync {
            draws,
            left: 1.0,
            begins: now,
            began: now,
            ends: now,
            timer: None,
            changed: !self.sync_time.is(&self.healthy),
        };
        sync.schedule(self.syncs.back().map_or(now, |last| last.ends), &self.sync_time);
        if sync.ends > now {
            sync.timer = Some(start_timer(sync.ends));
        }
        let timer = sync.timer;
        self.syncs.push_back(sync);
        timer
    }

    /// When the disk began the sync of a timer.
    pub fn began(&self, timer: TimerKey) -> Option<Time> {
        self.syncs.iter().find(|sync| sync.timer == Some(timer)).map(|sync| sync.began)
    }

    fn forget_completed(&mut self, now: Time) {
        while let Some(sync) = self.syncs.pop_front_if(|sync| sync.ends <= now) {
            if let Some(touch) = sync.touch(&self.healthy, now) {
                self.touched[touch] += 1;
            }
        }
    }

    /// Completes a sync: the file is durable.
    pub fn finish_sync(&mut self, path: &str) -> io::Result<()> {
        self.check(Touch::SyncsRefused)?;
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

    /// Refuses a write or a sync while the disk fails.
    fn check(&mut self, touch: Touch) -> io::Result<()> {
        if !self.failing {
            return Ok(());
        }
        self.touched[touch] += 1;
        Err(io::Error::other("the disk fails"))
    }

    /// Counts a write or removal, and writes everything back after [`WRITE_BACK`] of them.
    fn changed(&mut self, path: String, bytes: usize) -> io::Result<()> {
        let of_file = self.unsynced.entry(path).or_default();
        *of_file = (of_file.0 + 1, of_file.1 + bytes);
        let writes = self.unsynced.values().map(|(writes, _)| writes).sum::<usize>();
        if writes >= WRITE_BACK { self.write_back() } else { Ok(()) }
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
