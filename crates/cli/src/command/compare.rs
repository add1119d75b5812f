//! `netsplit compare`: the same load under several variants or settings, side by side.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use netsplit_harness::{Catalog, LoadError};
use netsplit_page::ComparisonPage;
use netsplit_report::sweep::quoted;
use netsplit_report::{
    Report, SVG_COLUMNS, Side, Timeline, comparison_svg, render_comparison, timeline_columns,
};

use crate::args::Compare;
use crate::command::run::with_seed;
use crate::command::vary;
use crate::files::{self, Inputs, settings_hash};
use crate::terminal::{self, Progress};
use crate::worker::watched;
use crate::{exit, parallel, signals};

/// Runs the scenario once per value, prints the runs side by side, and writes a page and a chart.
pub fn compare(catalog: Catalog<'_>, args: &Compare) -> anyhow::Result<ExitCode> {
    let (key, values) = vary::parse(&args.vary)?;
    if values.len() < 2 {
        return Err(exit::usage(format!("--vary {}: name at least two values", args.vary)));
    }
    let source = catalog.source(&args.which.scenario)?;
    let mut all = Vec::new();
    for value in &values {
        let mut overrides = args.which.overrides();
        overrides.push(format!("{key}={value}"));
        all.push(vary::load(catalog, &source, &overrides)?);
    }
    let (width, mut progress) = (terminal::width(), Progress::new("compare", all.len() as u64));
    let work = |index: usize| {
        let experiment = &all[index];
        let run = watched(experiment, &with_seed(args.which.seed), &mut |_| ())
            .map_err(|refusal| vary::of_vary(experiment.refused(&refusal)))?;
        let findings = experiment.judge(&run);
        let report = Report::new(&experiment.name, &experiment.scenario, &run, &findings);
        let label = values[index].clone();
        let pictures = [timeline_columns(width), SVG_COLUMNS].map(|most| Timeline::new(&run, most));
        Ok::<_, LoadError>((label, report, pictures))
    };
    let go_on = || signals::asked().is_none();
    let runs = parallel::map_while(all.len(), None, go_on, work, |done| progress.at(done as u64));
    drop(progress);
    let (mut plain, mut drawn) = (Vec::new(), Vec::new());
    for run in runs.into_iter().flatten() {
        let (label, report, [for_text, for_chart]) = run?;
        plain.push(Side { label: label.clone(), report: report.clone(), timeline: for_text });
        drawn.push(Side { label, report, timeline: for_chart });
    }
    if !plain.is_empty() {
        terminal::print(&render_comparison(key, &plain, width, terminal::colour()));
    }
    if drawn.len() < all.len() {
        let left = all.len() - drawn.len();
        terminal::complain(&format!(
            "cut short (interrupted): {left} of {} runs were not done, and no files are written",
            all.len()
        ));
        return Ok(exit::INCONCLUSIVE.into());
    }
    if !args.no_files {
        let folder = folder(args, key, source.is_shipped());
        let command = command(args);
        let page = ComparisonPage { key, sides: &drawn, text: &source.text, command: &command };
        match write(&folder, &page) {
            Ok(()) => {
                let folder = terminal::path(&folder.join(""));
                terminal::print(&format!("\nWritten to {folder}\n"));
            }
            Err(why) => terminal::complain(&format!(
                "warning: cannot write to {}: {why}",
                terminal::path(&folder)
            )),
        }
    }
    Ok(exit::PASS.into())
}

/// `netsplit-out/LAB/NAME/compare-KEY-seed-N-HASH`; the hash is of the values and settings.
fn folder(args: &Compare, key: &str, shipped: bool) -> PathBuf {
    let inputs = Inputs { which: &args.which, variant: "", shipped };
    let key = key.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let settings: Vec<_> = [args.vary.clone()].into_iter().chain(args.which.overrides()).collect();
    let hash = settings_hash(&settings).unwrap_or_default();
    inputs.scenario_folder().join(format!("compare-{key}-seed-{}-{hash}", args.which.seed))
}

/// The command that repeats the comparison.
fn command(args: &Compare) -> String {
    let inputs = Inputs { which: &args.which, variant: "", shipped: true };
    format!("{} --vary {}", inputs.command_of("compare"), quoted(&args.vary))
}

/// Writes the page, and its chart as a picture of its own.
fn write(folder: &Path, page: &ComparisonPage<'_>) -> io::Result<()> {
    files::create_folder(folder)?;
    files::replace_text(&folder.join("chart.svg"), &comparison_svg(page.key, page.sides))?;
    files::replace_text(&folder.join("page.html"), &page.render())
}
