//! `netsplit merge`: combines the files of shards into the sweep that one machine would have given.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use netsplit_harness::files::read_text;
use netsplit_report::sweep::{self, Summary, SweepFile};

use crate::args::Merge;
use crate::command::sweep_output::SweepOutput;
use crate::exit;
use crate::files::SWEEP_MIB_MAX;

/// Merges the files and prints the summary of the sweep.
pub fn merge(args: &Merge) -> anyhow::Result<ExitCode> {
    let output = SweepOutput::prepare(&args.output)?;
    let files: anyhow::Result<Vec<_>> = args.files.iter().map(|file| read(file)).collect();
    let (plan, entries) = sweep::merge(&files?).map_err(|why| exit::usage(why.to_string()))?;
    Ok(output.emit(Summary::of(&plan, &entries, None).map_err(exit::usage)?))
}

fn read(file: &Path) -> anyhow::Result<(String, SweepFile)> {
    let name = file.display().to_string();
    let text = read_text(file, SWEEP_MIB_MAX).with_context(|| format!("cannot read {name}"))?;
    let read = SweepFile::from_lines(&text);
    let read = read.map_err(|why| exit::usage(format!("{name} cannot be merged: {why}")))?;
    Ok((name, read))
}
