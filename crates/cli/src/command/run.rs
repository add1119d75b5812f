//! `netsplit run`: one run, its report and its files.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use netsplit_export::{Exported, chrome, otlp, shiviz};
use netsplit_harness::{Catalog, Experiment};
use netsplit_history::{Run, Time, write_history};
use netsplit_page::Page;
use netsplit_report::{Report, SVG_COLUMNS, Timeline, render, timeline_columns, to_json, to_svg};
use netsplit_scenario::visible;
use netsplit_sim::{Options, total_duration};

use super::predict::answers;
use crate::files::{self, Inputs, ResultFolder};
use crate::terminal::{self, Progress};
use crate::worker::watched;
use crate::{args, exit};

/// Runs a scenario once, prints the report and writes the files.
pub fn run(catalog: Catalog<'_>, args: &args::Run) -> anyhow::Result<ExitCode> {
    let source = catalog.source(&args.which.scenario)?;
    let experiment = crate::load(catalog, &source, &args.which.overrides())?;
    let inputs = Inputs {
        which: &args.which,
        variant: &experiment.scenario.variant,
        shipped: source.is_shipped(),
    };
    let folder = (!args.no_files).then(|| ResultFolder::new(&inputs, args.out.as_deref()));
    let folder = folder.transpose()?;
    let paged = !args.no_files && !args.no_page;
    let record_trace = args.trace || paged || !args.export.is_empty();
    let options = Options { record_trace, ..with_seed(args.which.seed) };
    let run = simulate(&experiment, &options)?;
    let findings = experiment.judge(&run);
    let report = Report::new(&experiment.name, &experiment.scenario, &run, &findings);
    if args.json {
        terminal::print(&to_json(&report));
    } else {
        print_report(&report, &run);
    }
    if args.predict {
        terminal::print(&answers(&experiment, &run, &args.predictions));
    }
    // The verdict does not depend on the files, so a full disk must not hide it.
    let command = inputs.command();
    let page = Page {
        scenario: &experiment.scenario,
        text: &source.text,
        run: &run,
        findings: &findings,
        report: &report,
        command: command.trim_end(),
        full: args.detail == args::Detail::Full,
    };
    let written = folder.map(|folder| {
        let publish = folder.publish(|name, file| match name {
            "page.html" if !paged => Ok(false),
            "trace.txt" if !args.trace => Ok(false),
            _ => match args.export.iter().find(|export| export.file() == name) {
                Some(export) => write_export(*export, file, &page),
                None => write(name, file, &page),
            },
        });
        publish.map(|()| folder.path().to_owned())
    });
    match written {
        Some(Err(why)) => terminal::complain(&format!("warning: {}", visible(&format!("{why:#}")))),
        Some(Ok(path)) => {
            if !args.json {
                terminal::print(&format!("\nWritten to {}\n", terminal::path(&path.join(""))));
            }
            if args.open {
                open(&path.join("page.html"));
            }
        }
        _ => {}
    }
    for bug in &findings.bugs {
        terminal::complain(&format!("a bug of netsplit, please report it: {bug}"));
    }
    if !findings.bugs.is_empty() {
        return Ok(exit::BUG.into());
    }
    Ok(exit::code(findings.verdict))
}

fn print_report(report: &Report, run: &Run) {
    let width = terminal::width();
    let timeline = Timeline::new(run, timeline_columns(width));
    terminal::print(&render(report, &timeline, width, terminal::colour()));
}

/// The options of a run with this seed.
pub fn with_seed(seed: u64) -> Options {
    Options { seed, ..Options::default() }
}

/// Runs a scenario, with a progress bar if it takes long.
///
/// # Errors
/// When the lab refuses the scenario.
pub fn simulate(experiment: &Experiment, options: &Options) -> anyhow::Result<Run> {
    let total = Time::from(total_duration(&experiment.scenario)).as_nanos();
    let mut progress = Progress::new(&experiment.name, total);
    let run = watched(experiment, options, &mut |now| progress.at(now.as_nanos()));
    let run = run.map_err(|refusal| experiment.refused(&refusal))?;
    warn_of_ended_trace(&run);
    Ok(run)
}

/// Warns when there was no room for the whole trace.
pub fn warn_of_ended_trace(run: &Run) {
    if let Some(ended) = run.trace_ended {
        terminal::complain(&format!(
            "warning: the trace ends at {ended}: it has taken a quarter of the memory that a run \
             may hold; --set limits.memory=... raises it"
        ));
    }
}

/// Writes the file of this name; returns false if the run does not have it.
fn write(name: &str, file: &Path, page: &Page<'_>) -> io::Result<bool> {
    let Page { report, run, .. } = page;
    let text = |text: &str| files::replace_text(file, text);
    match name {
        "scenario.toml" => text(page.text)?,
        "history.jsonl" => files::replace(file, |out| write_history(&run.operations, out))?,
        "timeline.svg" => text(&to_svg(report, &Timeline::new(run, SVG_COLUMNS)))?,
        "page.html" => text(&page.render())?,
        "report.json" => text(&to_json(report))?,
        "log.txt" if !run.log.is_empty() => files::replace(file, |out| lines(out, &run.log))?,
        "trace.txt" if !run.trace.is_empty() => files::replace(file, |out| lines(out, &run.trace))?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Writes the run in the format of another tool.
fn write_export(export: args::Export, file: &Path, page: &Page<'_>) -> io::Result<bool> {
    let Page { report, run, .. } = page;
    let exported = Exported { scenario: &report.scenario, variant: &report.variant, run };
    files::replace(file, |out| match export {
        args::Export::Chrome => chrome::write(&exported, out),
        args::Export::Otlp => otlp::write(&exported, out),
        args::Export::Shiviz => shiviz::write(&exported, out),
    })?;
    Ok(true)
}

/// Opens a page in the browser, or says where it is.
fn open(page: &Path) {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let opened =
        Command::new(program).arg(page).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !opened.is_ok_and(|status| status.success()) {
        terminal::complain(&format!("no browser was found; the page is {}", terminal::path(page)));
    }
}

fn lines<T: std::fmt::Display>(out: &mut impl Write, lines: &[T]) -> io::Result<()> {
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}
