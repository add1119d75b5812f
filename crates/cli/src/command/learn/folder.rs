//! The learner's folder: its steps' files and its progress.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context;
use netsplit_harness::files::read_text;
use netsplit_learn::{MARK, Progress, Standing, Step, source_file};

use crate::{exit, files, terminal};

/// The file of the progress. It may be deleted: grading brings it back.
const PROGRESS: &str = ".netsplit-learn.json";
/// The largest file of a step that is read, in MiB.
const SOURCE_MIB_MAX: u64 = 1;

/// A learner's folder.
pub struct Folder {
    path: PathBuf,
    progress: Progress,
}

impl Folder {
    /// The folder that the current one is in.
    ///
    /// # Errors
    /// When there is none.
    pub fn find() -> anyhow::Result<Folder> {
        let here = std::env::current_dir()?;
        let found = here.ancestors().find(|folder| is_learners(folder));
        let path = found.ok_or_else(|| {
            exit::usage(
                "this is no folder with steps to learn from: `netsplit learn init DIR` writes one, \
                 and `netsplit learn` works in it",
            )
        })?;
        let progress = read_text(&path.join(PROGRESS), SOURCE_MIB_MAX);
        let progress = Progress::read(&progress.unwrap_or_default());
        Ok(Folder { path: path.to_owned(), progress })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The progress.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Changes the progress and saves it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn change<T>(&mut self, act: impl FnOnce(&mut Progress) -> T) -> anyhow::Result<T> {
        let result = act(&mut self.progress);
        let (file, text) = (self.path.join(PROGRESS), self.progress.to_text());
        files::replace_text(&file, &text)
            .with_context(|| format!("cannot write {}", terminal::path(&file)))?;
        Ok(result)
    }

    /// The learner's file of a step; `None` when there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn source(&self, step: &Step) -> anyhow::Result<Option<String>> {
        let file = self.path.join(source_file(step));
        match read_text(&file, SOURCE_MIB_MAX) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            text => {
                text.map(Some).with_context(|| format!("cannot read {}", terminal::path(&file)))
            }
        }
    }

    /// Where the learner stands in a step.
    ///
    /// # Errors
    /// When the learner's file cannot be read.
    pub fn standing(&self, step: &Step) -> anyhow::Result<Standing> {
        Ok(self.progress.standing(step, self.source(step)?.as_deref()))
    }

    /// Puts a step's skeleton in place of the learner's file, and returns where that is kept.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn reset(&self, step: &Step) -> anyhow::Result<Option<PathBuf>> {
        let file = self.path.join(source_file(step));
        let kept = file.with_extension("rs.before-reset");
        let changed = self.source(step)?.is_some_and(|source| source != step.files.skeleton);
        if changed {
            fs::rename(&file, &kept)
                .with_context(|| format!("cannot rename {}", terminal::path(&file)))?;
        }
        files::create_parent(&file)?;
        files::replace_text(&file, step.files.skeleton)
            .with_context(|| format!("cannot write {}", terminal::path(&file)))?;
        Ok(changed.then_some(kept))
    }
}

/// Whether a folder is a learner's.
pub fn is_learners(folder: &Path) -> bool {
    let manifest = read_text(&folder.join("Cargo.toml"), SOURCE_MIB_MAX);
    manifest.is_ok_and(|text| text.lines().any(|line| line.trim() == MARK))
}
