//! The output of `verify` and `merge`: files, terminal, annotations and the exit code.

use std::env;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use netsplit_report::sweep::{
    Summary, render_sweep, sweep_from_json, sweep_to_annotations, sweep_to_json, sweep_to_junit,
    sweep_to_markdown,
};

use crate::args::SweepOutputArgs;
use crate::{exit, terminal};

/// The output of a sweep, prepared before hours of work so that it cannot fail after them.
pub struct SweepOutput<'a> {
    args: &'a SweepOutputArgs,
    baseline: Option<Summary>,
}

impl<'a> SweepOutput<'a> {
    /// Reads the baseline, and checks that the files can be written.
    ///
    /// # Errors
    /// When the baseline cannot be read or a file cannot be written.
    pub fn prepare(args: &'a SweepOutputArgs) -> anyhow::Result<SweepOutput<'a>> {
        for file in args.junit.iter().chain(&args.markdown) {
            writable(file)?;
        }
        let baseline = args.baseline.as_deref().map(read_baseline).transpose()?;
        Ok(SweepOutput { args, baseline })
    }

    /// Compares with the baseline, writes and prints everything; returns the exit code.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn emit(&self, mut summary: Summary) -> anyhow::Result<ExitCode> {
        if let Some(baseline) = &self.baseline {
            summary.compare(baseline, &self.args.max_regression);
        }
        if let Some(file) = &self.args.junit {
            write(file, &sweep_to_junit(&summary))?;
        }
        if let Some(file) = &self.args.markdown {
            write(file, &sweep_to_markdown(&summary))?;
        }
        if let Some(page) = env::var_os("GITHUB_STEP_SUMMARY").filter(|page| !page.is_empty()) {
            append(Path::new(&page), &sweep_to_markdown(&summary))?;
        }
        if env::var_os("GITHUB_ACTIONS").is_some_and(|there| there == "true") {
            anstream::eprint!("{}", sweep_to_annotations(&summary));
        }
        if self.args.json {
            terminal::print(&sweep_to_json(&summary));
        } else {
            let (width, colour) = (terminal::width(), terminal::colour());
            terminal::print(&render_sweep(&summary, width, colour));
        }
        if !summary.bugs.is_empty() {
            return Ok(exit::BUG.into());
        }
        Ok(exit::code(summary.verdict))
    }
}

/// Checks that a file can be written, without changing its content.
pub fn writable(file: &Path) -> anyhow::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let made = folder.map_or(Ok(()), fs::create_dir_all);
    let opened = made.and_then(|()| File::options().create(true).append(true).open(file));
    opened.map(drop).map_err(|error| cannot_write(file, &error))
}

/// Writes a file atomically: to a temporary name, which is then renamed.
pub fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = file.with_file_name(name);
    let written = fs::write(&part, text).and_then(|()| fs::rename(&part, file));
    written.map_err(|error| cannot_write(file, &error))
}

fn append(file: &Path, text: &str) -> anyhow::Result<()> {
    let opened = File::options().create(true).append(true).open(file);
    let written = opened.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| cannot_write(file, &error))
}

fn cannot_write(file: &Path, error: &std::io::Error) -> anyhow::Error {
    exit::usage(format!("cannot write {}: {error}", file.display()))
}

fn read_baseline(file: &Path) -> anyhow::Result<Summary> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    sweep_from_json(&text).map_err(|why| {
        let file = file.display();
        exit::usage(format!("{file} is not the --json output of a sweep: {why}"))
    })
}
