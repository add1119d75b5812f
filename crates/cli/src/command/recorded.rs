//! The inputs of a run that was recorded: its report, and the scenario that it was made from.

use std::path::Path;

use anyhow::Context;
use netsplit_harness::files::read_text;
use netsplit_harness::{Catalog, Source};
use netsplit_report::{Report, Versions, from_json};
use netsplit_scenario::hash;

use crate::exit;
use crate::files::REPORT_MIB_MAX;

/// Reads a `report.json` of this version of Netsplit.
///
/// # Errors
/// When it cannot be read, is no report of a run, or is another version's, whose run may rightly
/// differ.
pub fn report(file: &Path) -> anyhow::Result<Report> {
    let text = read_text(file, REPORT_MIB_MAX);
    let file = file.display();
    let report = from_json(&text.with_context(|| format!("cannot read {file}"))?)
        .map_err(|error| exit::usage(format!("{file} is not the report of a run: {error}")))?;
    let own = Versions::default();
    if report.versions != own {
        return Err(exit::usage(format!(
            "the report is of netsplit {} (report {}), and this is netsplit {} (report {})",
            report.versions.netsplit, report.versions.report, own.netsplit, own.report
        )));
    }
    Ok(report)
}

/// The scenario of a report: the one that the command line names, `scenario.toml` beside the
/// report's file, or the shipped scenario.
///
/// Somebody else may have written the report, so it names no file that is read. A text whose hash
/// the report does not know is not even parsed, for errors would show its lines.
///
/// # Errors
/// When none of them is the scenario.
pub fn source(
    catalog: Catalog<'_>,
    named: Option<&str>,
    (file, report): (&Path, &Report),
) -> anyhow::Result<Source> {
    let name = &report.scenario;
    let known = |source: &Source| hash(&source.text) == report.scenario_hash;
    if let Some(which) = named {
        let given = catalog.source(which)?;
        return if known(&given) { Ok(given) } else { Err(changed(report, &given.file)) };
    }
    let beside = file.with_file_name("scenario.toml");
    if let Some(source) = Source::read(&beside).ok().filter(known) {
        return Ok(source);
    }
    match catalog.shipped_source(name) {
        Some(source) if known(&source) => Ok(source),
        Some(source) => Err(changed(report, &source.file)),
        None => Err(exit::usage(format!(
            "the report is of `{name}`, which is no shipped scenario, and {} is not its file: \
             --scenario FILE names it",
            beside.display()
        ))),
    }
}

fn changed(report: &Report, file: &str) -> anyhow::Error {
    exit::usage(format!(
        "{file} is not what the report of `{}` was made from: its hash is not {}; --scenario FILE \
         names another file",
        report.scenario, report.scenario_hash
    ))
}
