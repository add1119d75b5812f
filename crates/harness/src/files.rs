//! Reading of files that anybody may have written.
//!
//! A file may be sparse, endless or a pipe that nobody writes to, so no more than a limit is ever
//! read, and only regular files are opened. Files below `/dev` are exempt, for a shell passes
//! `<(command)` as one; the limit holds for them as well.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Opens a file for reading.
///
/// # Errors
/// When it cannot be opened, or is neither a regular file nor below `/dev`.
pub fn open(path: &Path) -> io::Result<File> {
    let found = fs::metadata(path)?;
    if !found.is_file() && !found.is_dir() && !path.starts_with("/dev") {
        return Err(io::Error::other("it is no regular file: a pipe or a device may never end"));
    }
    File::open(path)
}

/// Reads a file of at most `mib_max` MiB.
///
/// # Errors
/// When it cannot be opened or read, or is larger.
pub fn read(path: &Path, mib_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = mib_max << 20;
    open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other(format!("it is larger than {mib_max} MiB")));
    }
    Ok(bytes)
}

/// Reads a text file of at most `mib_max` MiB.
///
/// # Errors
/// When it cannot be opened or read, is larger, or is not UTF-8.
pub fn read_text(path: &Path, mib_max: u64) -> io::Result<String> {
    let text = String::from_utf8(read(path, mib_max)?);
    text.map_err(|error| io::Error::other(format!("it is not UTF-8 text: {error}")))
}
