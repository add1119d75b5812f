//! `netsplit learn init`: the learner's crate.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use netsplit_harness::Catalog;
use netsplit_learn::{crate_files, source_file};

use super::folder::is_learners;
use crate::args::LearnInit;
use crate::files::{self, Dependency};
use crate::{exit, terminal};

/// Writes the crate. In a learner's folder it writes the steps that are missing, and the files that
/// are not the learner's anew.
pub fn init(catalog: Catalog<'_>, args: &LearnInit) -> anyhow::Result<ExitCode> {
    let folder = &args.folder;
    let is_empty = !fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if !is_empty && !is_learners(folder) {
        let folder = folder.display();
        return Err(exit::usage(format!("{folder} is not empty: name a folder that is new")));
    }
    let dependency = Dependency::new(&args.dependency)?;
    let labs = catalog.labs().iter().map(|lab| (lab.spec().name, lab.exercises()));
    let labs: Vec<_> = labs.filter(|(_, exercises)| !exercises.steps.is_empty()).collect();
    for (file, text) in crate_files(&labs, |folder| dependency.on(folder)) {
        write(&folder.join(file), &text)?;
    }
    for step in super::steps(catalog)? {
        let file = folder.join(source_file(&step));
        if !file.exists() {
            write(&file, step.files.skeleton)?;
        }
    }
    let shown = terminal::path(folder);
    let first = labs.first().map_or("LAB", |(lab, _)| lab);
    terminal::print(&format!(
        "Your steps are in {shown}, a file each in src. Next:\n  cd {shown}\n  netsplit learn\n  \
         netsplit learn {first}\n"
    ));
    Ok(exit::PASS.into())
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    files::create_parent(file)
        .and_then(|()| files::replace(file, |out| out.write_all(text.as_bytes())))
        .with_context(|| format!("cannot write {}", file.display()))
}
