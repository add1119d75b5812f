//! The output of `verify` and `merge`: files, terminal, annotations and the exit code.

use std::env;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use netsplit_harness::files::read_text;
use netsplit_page::sweep_page;
use netsplit_report::sweep::{
    Summary, render_sweep, sweep_from_json, sweep_to_annotations, sweep_to_json, sweep_to_junit,
    sweep_to_markdown,
};

use netsplit_scenario::visible;

use crate::args::SweepOutputArgs;
use crate::files::{self, SWEEP_MIB_MAX};
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
        for file in args.junit.iter().chain(&args.markdown).chain(&args.page) {
            writable(file)?;
        }
        let baseline = args.baseline.as_deref().map(read_baseline).transpose()?;
        Ok(SweepOutput { args, baseline })
    }

    /// Compares with the baseline, prints and writes everything; returns the exit code. Warns
    /// about a file that cannot be written.
    pub fn emit(&self, mut summary: Summary) -> ExitCode {
        if let Some(baseline) = &self.baseline {
            summary.compare(baseline, &self.args.max_regression);
        }
        if terminal::in_github_actions() {
            anstream::eprint!("{}", sweep_to_annotations(&summary));
        }
        if self.args.json {
            terminal::print(&sweep_to_json(&summary));
        } else {
            let (width, colour) = (terminal::width(), terminal::colour());
            terminal::print(&render_sweep(&summary, width, colour));
        }
        // The verdict does not depend on the files, so a full disk must not hide it.
        for error in self.write_files(&summary).into_iter().filter_map(Result::err) {
            terminal::complain(&format!("warning: {}", visible(&format!("{error:#}"))));
        }
        if !summary.bugs.is_empty() {
            return exit::BUG.into();
        }
        exit::code(summary.verdict)
    }

    fn write_files(&self, summary: &Summary) -> Vec<anyhow::Result<()>> {
        let junit = self.args.junit.iter().map(|file| write(file, &sweep_to_junit(summary)));
        let markdown =
            self.args.markdown.iter().map(|file| write(file, &sweep_to_markdown(summary)));
        let page = self.args.page.iter().map(|file| write(file, &sweep_page(summary)));
        let github = env::var_os("GITHUB_STEP_SUMMARY").filter(|page| !page.is_empty());
        let github = github.iter().map(|page| append(Path::new(page), &sweep_to_markdown(summary)));
        junit.chain(markdown).chain(page).chain(github).collect()
    }
}

/// Checks that a file can be written, without changing its content.
pub fn writable(file: &Path) -> anyhow::Result<()> {
    let made = files::create_parent(file);
    let opened = made.and_then(|()| File::options().create(true).append(true).open(file));
    opened.map(drop).map_err(|error| cannot_write(file, &error))
}

/// Refuses to replace what is not the same part of the same sweep, such as a baseline. `header` is
/// the first line of the new file.
pub fn refuse_another(file: &Path, header: &str) -> anyhow::Result<()> {
    let part = |line: &str| {
        let mut header = serde_json::from_str::<serde_json::Value>(line).ok()?;
        let fields = header.as_object_mut()?;
        fields.retain(|key, _| key != "cut_short" && key != "runs");
        Some(header)
    };
    let old = match read_text(file, SWEEP_MIB_MAX) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        old => old.map_err(|error| cannot_write(file, &error))?,
    };
    let first = old.lines().next().unwrap_or_default();
    if old.is_empty() || part(first) == part(header) {
        return Ok(());
    }
    Err(exit::usage(format!(
        "{} has something other than this shard of this sweep: name another file, or remove it",
        file.display()
    )))
}

/// Writes a file, whole or not at all.
pub fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let written = files::replace_text(file, text);
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
    let text = read_text(file, SWEEP_MIB_MAX)
        .with_context(|| format!("cannot read {}", file.display()))?;
    sweep_from_json(&text).map_err(|why| {
        let file = file.display();
        exit::usage(format!("{file} is not the --json output of a sweep: {why}"))
    })
}
