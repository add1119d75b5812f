//! `netsplit replay`: repeats the run of a report and compares.

use std::process::ExitCode;

use netsplit_harness::Catalog;
use netsplit_report::Report;

use crate::args::Replay;
use crate::command::recorded;
use crate::command::run::{simulate, with_seed};
use crate::{exit, terminal};

/// Repeats the run of a report, and compares the fingerprints and the reports.
pub fn replay(catalog: Catalog<'_>, args: &Replay) -> anyhow::Result<ExitCode> {
    let old = recorded::report(&args.report)?;
    let source = recorded::source(catalog, args.scenario.as_deref(), (&args.report, &old))?;
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
