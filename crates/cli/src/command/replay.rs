//! `netsplit replay`: repeats the run of a report and compares.

use std::process::ExitCode;

use anyhow::Context;
use netsplit_harness::files::read_text;
use netsplit_harness::{Catalog, Source};
use netsplit_report::{Report, Versions, from_json};
use netsplit_scenario::hash;

use crate::args::Replay;
use crate::command::run::{simulate, with_seed};
use crate::files::REPORT_MIB_MAX;
use crate::{exit, terminal};

/// Repeats the run of a report, and compares the fingerprints and the reports.
pub fn replay(catalog: Catalog<'_>, args: &Replay) -> anyhow::Result<ExitCode> {
    let file = args.report.display();
    let text = read_text(&args.report, REPORT_MIB_MAX);
    let old = from_json(&text.with_context(|| format!("cannot read {file}"))?)
        .map_err(|error| exit::usage(format!("{file} is not the report of a run: {error}")))?;
    refuse_another_version(&old)?;
    let source = source(catalog, args, &old)?;
    let experiment = crate::load(catalog, &source, &old.overrides)?;
    let run = simulate(&experiment, &with_seed(old.seed))?;
    let new = Report::new(&old.scenario, &experiment.scenario, &run, &experiment.judge(&run));
    let (name, seed) = (&new.scenario, new.seed);
    if new == old {
        let (verdict, fingerprint) = (new.verdict, &new.fingerprint);
        terminal::print(&format!(
            "{name} seed {seed}: the same run, {verdict}, fingerprint {fingerprint}\n"
        ));
        return Ok(exit::PASS.into());
    }
    let what = if new.fingerprint == old.fingerprint {
        "the same run, but another report".to_owned()
    } else {
        let (old, new) = (&old.fingerprint, &new.fingerprint);
        format!("another run: the report has fingerprint {old}, this one {new}")
    };
    terminal::print(&format!("{name} seed {seed}: {what}\n"));
    Ok(exit::FAIL.into())
}

/// Refuses a report of another version, whose run may differ rightly.
fn refuse_another_version(old: &Report) -> anyhow::Result<()> {
    let own = Versions::default();
    if old.versions != own {
        return Err(exit::usage(format!(
            "the report is of netsplit {} (report {}), and this is netsplit {} (report {})",
            old.versions.netsplit, old.versions.report, own.netsplit, own.report
        )));
    }
    Ok(())
}

/// The scenario of a report: the file that the command line names, `scenario.toml` beside the
/// report, or the shipped scenario.
///
/// Somebody else may have written the report, so it names no file that is read. A text whose hash
/// the report does not know is not even parsed, for errors would show its lines.
fn source(catalog: Catalog<'_>, args: &Replay, old: &Report) -> anyhow::Result<Source> {
    let name = &old.scenario;
    let known = |source: &Source| hash(&source.text) == old.scenario_hash;
    if let Some(which) = &args.scenario {
        let given = catalog.source(which)?;
        return if known(&given) { Ok(given) } else { Err(changed(old, &given.file)) };
    }
    let beside = args.report.with_file_name("scenario.toml");
    if let Some(source) = Source::read(&beside).ok().filter(known) {
        return Ok(source);
    }
    match catalog.shipped_source(name) {
        Some(source) if known(&source) => Ok(source),
        Some(source) => Err(changed(old, &source.file)),
        None => Err(exit::usage(format!(
            "the report is of `{name}`, which is no shipped scenario, and {} is not its file: \
             --scenario FILE names it",
            beside.display()
        ))),
    }
}

fn changed(old: &Report, file: &str) -> anyhow::Error {
    exit::usage(format!(
        "{file} is not what the report of `{}` was made from: its hash is not {}; --scenario FILE \
         names another file",
        old.scenario, old.scenario_hash
    ))
}
