//! Files of node code: a handle to the host's disk.

use std::io;

use netsplit_history::TraceKind;

use crate::Host;
use crate::engine::tracer::{number, tag};
use crate::machine::disk::DiskState;

impl Host {
    /// This host's disk.
    pub fn disk(&self) -> Disk {
        Disk { host: self.clone() }
    }

    /// Runs `act` on this host's disk.
    fn with_disk<T>(&self, act: impl FnOnce(&mut DiskState) -> io::Result<T>) -> io::Result<T> {
        self.if_alive(|world, id| world.machines.with_disk(id, act)).unwrap_or_else(|| Err(down()))
    }
}

/// A handle to a host's disk. Writes are lost in a crash until [`sync`](Disk::sync) has completed;
/// a sync takes the scenario's time.
///
/// File names are plain, of at most 200 bytes: there are no directories. Errors come from a
/// disk fault, a missing file, an invalid name, or a file larger than 64 MiB.
#[derive(Clone, Debug)]
pub struct Disk {
    host: Host,
}

impl Disk {
    /// Reads the whole file; `None` if there is no such file. A failing disk can still be read.
    ///
    /// # Errors
    /// When the name is invalid, or the host is down.
    pub fn read(&self, file: &str) -> io::Result<Option<Vec<u8>>> {
        let path = path(file)?;
        self.host.with_disk(|disk| disk.read(&path))
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
        self.host.with_disk(|disk| disk.write(path, content, append))?;
        let act = if append { Act::Append } else { Act::Write };
        self.trace(act, file, content, || TraceKind::Write {
            path: file.into(),
            bytes: content.len(),
        });
        Ok(())
    }

    /// Makes the file durable, with its content at the time of completion. Takes the scenario's
    /// sync time, after the syncs before it. When a disk fault is injected or heals meanwhile, what
    /// is left of it continues at the new rate.
    ///
    /// # Errors
    /// When the disk fails, or there is no such file.
    pub async fn sync(&self, file: &str) -> io::Result<()> {
        let path = path(file)?;
        let timer = self.host.if_alive(|world, id| world.machines.begin_sync(&mut world.core, id));
        if let Some(timer) = timer.ok_or_else(down)? {
            self.host.wait_for(timer).await;
        }
        self.host.with_disk(|disk| disk.finish_sync(&path))?;
        self.trace(Act::Sync, file, &[], || TraceKind::Sync { path: file.into() });
        Ok(())
    }

    /// Removes the file. Not durable before the next sync of any file.
    ///
    /// # Errors
    /// When the disk fails, or there is no such file.
    pub fn remove(&self, file: &str) -> io::Result<()> {
        let path = path(file)?;
        self.host.with_disk(|disk| disk.remove(path))?;
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
        self.host.with_disk(|disk| disk.files())
    }
}

fn down() -> io::Error {
    io::Error::other("this host is down")
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
