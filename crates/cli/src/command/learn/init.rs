//! `netsplit learn init`: the learner's crate.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use netsplit_harness::Catalog;
use netsplit_learn::{crate_files, source_file};

use super::folder::is_learners;
use super::steps;
use crate::args::{DependencyArgs, LearnInit};
use crate::files::{self, Dependency};
use crate::{exit, terminal};

/// Writes the crate. In a learner's folder it writes the steps that are missing, and the files that
/// are not the learner's anew.
pub fn init(catalog: Catalog<'_>, args: &LearnInit) -> anyhow::Result<ExitCode> {
    let folder = &args.folder;
    if !files::is_empty(folder) && !is_learners(folder) {
        return Err(files::not_empty(folder));
    }
    write_crate(catalog, folder, &args.dependency)?;
    let shown = terminal::path(folder);
    let first = steps(catalog)?.first().map_or("LAB", |step| step.lab);
    terminal::print(&format!(
        "Your steps are in {shown}, a file each in src. Next:\n  cd {shown}\n  netsplit learn\n  \
         netsplit learn {first}\n"
    ));
    Ok(exit::PASS.into())
}

/// Writes the files of a learner's crate, except steps that are there.
///
/// # Errors
/// When a file cannot be written, or there is nothing to depend on.
pub fn write_crate(
    catalog: Catalog<'_>,
    folder: &Path,
    dependency: &DependencyArgs,
) -> anyhow::Result<()> {
    let dependency = Dependency::new(dependency)?;
    let labs = catalog.labs().iter().map(|lab| (lab.spec().name, lab.exercises()));
    let labs: Vec<_> = labs.filter(|(_, exercises)| !exercises.steps.is_empty()).collect();
    for (file, text) in crate_files(&labs, |folder| dependency.on(folder)) {
        write(&folder.join(file), &text)?;
    }
    if let Dependency::Clone(clone) = &dependency {
        // The versions that the clone was tested with.
        let (lock, locked) = (clone.join("Cargo.lock"), folder.join("Cargo.lock"));
        if lock.is_file() && !locked.exists() {
            files::create_parent(&locked)?;
            fs::copy(&lock, &locked)
                .with_context(|| format!("cannot write {}", terminal::path(&locked)))?;
        }
    }
    for step in steps(catalog)? {
        let file = folder.join(source_file(&step));
        if !file.exists() {
            write(&file, step.files.skeleton)?;
        }
    }
    Ok(())
}

/// Writes a file, and the folders that it is in.
///
/// # Errors
/// When it cannot be written.
pub fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    files::create_parent(file)
        .and_then(|()| files::replace_text(file, text))
        .with_context(|| format!("cannot write {}", file.display()))
}
