//! Files that are written whole or not at all.

mod dependency;
mod result_folder;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::exit;

pub use dependency::Dependency;
pub use result_folder::{Inputs, ResultFolder, settings_hash};

/// The largest report of a run that is read, in MiB.
pub const REPORT_MIB_MAX: u64 = 64;
/// The largest shard or baseline of a sweep that is read, in MiB.
pub const SWEEP_MIB_MAX: u64 = 1024;

/// Writes a file under a temporary name beside it, which then takes the file's name: a reader, a
/// full disk or a crash meets the old file or the new one, never half of one. A pipe or a device,
/// such as `/dev/stdout`, is written to directly, and a link is followed.
///
/// # Errors
/// When it cannot be written; the old file is then unchanged.
pub fn replace(
    file: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    if fs::metadata(file).is_ok_and(|found| !found.is_file()) {
        let mut out = BufWriter::new(File::options().write(true).open(file)?);
        return write(&mut out).and_then(|()| out.flush());
    }
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let (part, opened) = temporary(&file)?;
    let mut out = BufWriter::new(opened);
    let written = write(&mut out).and_then(|()| out.flush());
    let renamed = written.and_then(|()| fs::rename(&part, &file));
    if renamed.is_err() {
        let _ = fs::remove_file(&part);
    }
    renamed
}

/// A new file beside `file`, `.NAME.PROCESS-NUMBER.part`.
fn temporary(file: &Path) -> io::Result<(PathBuf, File)> {
    let mut number = 0;
    loop {
        let mut name = OsString::from(".");
        name.push(file.file_name().unwrap_or_default());
        name.push(format!(".{}-{number}.part", std::process::id()));
        let part = file.with_file_name(name);
        match File::create_new(&part) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            opened => return Ok((part, opened?)),
        }
    }
}

/// Whether a folder has nothing in it, or does not exist.
pub fn is_empty(folder: &Path) -> bool {
    !fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

/// The refusal to write into a folder that is not empty.
pub fn not_empty(folder: &Path) -> anyhow::Error {
    exit::usage(format!("{} is not empty: name a folder that is new", folder.display()))
}

/// Replaces a file by `text`, as [`replace`] does.
///
/// # Errors
/// When it cannot be written; the old file is then unchanged.
pub fn replace_text(file: &Path, text: &str) -> io::Result<()> {
    replace(file, |out| out.write_all(text.as_bytes()))
}

/// Creates the folder that a file is to stand in.
///
/// # Errors
/// When it cannot be created.
pub fn create_parent(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.map_or(Ok(()), create_folder)
}

/// Creates a folder, and those that it is to stand in.
///
/// # Errors
/// When it cannot be created; the error names a file that is in its place or above it.
pub fn create_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder).map_err(|error| {
        let nearest = folder.ancestors().find(|path| path.exists());
        match nearest.filter(|path| !path.is_dir()) {
            Some(file) => {
                let why = format!("{} is a file, not a folder", file.display());
                io::Error::new(io::ErrorKind::NotADirectory, why)
            }
            None => error,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("result.txt");
        replace(&file, |out| out.write_all(b"old")).unwrap();
        let failed = replace(&file, |out| {
            out.write_all(b"ne")?;
            out.flush()?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left over");
        replace(&file, |out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    }

    #[test]
    fn a_folder_below_a_file_is_refused_with_the_files_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("result.txt");
        fs::write(&file, "").unwrap();
        let wanted = format!("{} is a file, not a folder", file.display());
        for inside in [file.clone(), file.join("a"), file.join("a/b")] {
            assert_eq!(create_folder(&inside).unwrap_err().to_string(), wanted);
        }
        create_folder(&folder.path().join("a/b")).unwrap();
        create_folder(&folder.path().join("a/b")).unwrap();
    }
}
