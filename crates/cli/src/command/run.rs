//! `netsplit run`: one run, its report and its artefacts.

use std::fs;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use netsplit_harness::{Catalog, Experiment};
use netsplit_history::{Run, Time, write_history};
use netsplit_report::{Report, SVG_COLUMNS, Timeline, render, timeline_columns, to_json, to_svg};
use netsplit_sim::{Options, total_duration};

use crate::terminal::{self, Progress};
use crate::worker::watched;
use crate::{args, exit};

/// Runs a scenario once, prints the report and writes the artefacts.
pub fn run(catalog: Catalog<'_>, args: &args::Run) -> anyhow::Result<ExitCode> {
    let source = catalog.source(&args.which.scenario)?;
    let experiment = crate::load(catalog, &source, &args.which.overrides())?;
    let options = Options { record_trace: args.trace, ..with_seed(args.which.seed) };
    let run = simulate(&experiment, &options)?;
    let findings = experiment.judge(&run);
    let report = Report::new(&experiment.name, &experiment.scenario, &run, &findings);
    let folder = args.out.clone().unwrap_or_else(|| default_folder(&report));
    write_artefacts(&folder, &report, &run)
        .with_context(|| format!("cannot write to {}", folder.display()))?;
    if args.json {
        terminal::print(&to_json(&report));
    } else {
        let width = terminal::width();
        let timeline = Timeline::new(&run, timeline_columns(width));
        terminal::print(&render(&report, &timeline, width, terminal::colour()));
        terminal::print(&format!("\nWritten to {}/\n", folder.display()));
    }
    for bug in &findings.bugs {
        anstream::eprintln!("a bug of netsplit, please report it: {bug}");
    }
    if !findings.bugs.is_empty() {
        return Ok(exit::BUG.into());
    }
    Ok(exit::code(findings.verdict))
}

/// The options of a run with this seed.
pub fn with_seed(seed: u64) -> Options {
    Options { seed, ..Options::default() }
}

/// Runs a scenario, with a progress bar if it takes long.
///
/// # Errors
/// When the lab cannot be built from its parameters.
pub fn simulate(experiment: &Experiment, options: &Options) -> anyhow::Result<Run> {
    let total = Time::from(total_duration(&experiment.scenario)).as_nanos();
    let mut progress = Progress::new(&experiment.name, total);
    watched(experiment, options, &mut |now| progress.at(now.as_nanos())).map_err(exit::usage)
}

/// `netsplit-out/LAB/NAME/VARIANT/seed-N`
fn default_folder(report: &Report) -> PathBuf {
    let variant = report.variant.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "_");
    Path::new("netsplit-out")
        .join(&report.scenario)
        .join(variant)
        .join(format!("seed-{}", report.seed))
}

fn write_artefacts(folder: &Path, report: &Report, run: &Run) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("report.json"), to_json(report))?;
    let mut history = BufWriter::new(fs::File::create(folder.join("history.jsonl"))?);
    write_history(&run.operations, &mut history)?;
    std::io::Write::flush(&mut history)?;
    let timeline = Timeline::new(run, SVG_COLUMNS);
    fs::write(folder.join("timeline.svg"), to_svg(report, &timeline))?;
    write_lines(&folder.join("log.txt"), &run.log)?;
    write_lines(&folder.join("trace.txt"), &run.trace)
}

/// Writes one line each; no file, and not an old one either, when there are none.
fn write_lines<T: std::fmt::Display>(file: &Path, lines: &[T]) -> anyhow::Result<()> {
    if lines.is_empty() {
        return match fs::remove_file(file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        };
    }
    let mut out = BufWriter::new(fs::File::create(file)?);
    for line in lines {
        std::io::Write::write_fmt(&mut out, format_args!("{line}\n"))?;
    }
    Ok(std::io::Write::flush(&mut out)?)
}
