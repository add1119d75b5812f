//! `netsplit replay`: repeats the run of a report and compares.

use std::fs;
use std::process::ExitCode;

use anyhow::Context;
use netsplit_harness::{Catalog, Experiment};
use netsplit_report::{Report, Versions, from_json};

use crate::args::Replay;
use crate::command::run::{simulate, with_seed};
use crate::{exit, terminal};

/// Repeats the run of a report, and compares the fingerprints and the reports.
pub fn replay(catalog: Catalog<'_>, args: &Replay) -> anyhow::Result<ExitCode> {
    let file = args.report.display();
    let text = fs::read_to_string(&args.report).with_context(|| format!("cannot read {file}"))?;
    let old = from_json(&text)
        .map_err(|error| exit::usage(format!("{file} is not the report of a run: {error}")))?;
    let which = args.scenario.as_deref().unwrap_or(&old.scenario);
    let source = catalog.source(which).with_context(|| {
        format!("{file} is of `{}`; --scenario FILE says where it is", old.scenario)
    })?;
    let experiment = crate::load(catalog, &source, &old.overrides)?;
    refuse_another(&old, &experiment)?;
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

/// Refuses a report of another version or another scenario, whose run may differ rightly.
fn refuse_another(old: &Report, experiment: &Experiment) -> anyhow::Result<()> {
    let own = Versions::default();
    if old.versions != own {
        return Err(exit::usage(format!(
            "the report is of netsplit {} (report {}), and this is netsplit {} (report {})",
            old.versions.netsplit, old.versions.report, own.netsplit, own.report
        )));
    }
    let hash = &experiment.scenario.hash;
    if old.scenario_hash != *hash {
        return Err(exit::usage(format!(
            "the report is of `{}` with hash {}, and the scenario now has hash {hash}",
            old.scenario, old.scenario_hash
        )));
    }
    Ok(())
}
