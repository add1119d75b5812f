//! `netsplit diff`: the first event at which two runs part.

use std::path::Path;
use std::process::ExitCode;

use netsplit_harness::{Catalog, Experiment, LoadError, Source};
use netsplit_history::Run;
use netsplit_page::DifferencePage;
use netsplit_report::{Difference, Report, json_text, render_difference};
use netsplit_scenario::visible;
use netsplit_sim::Options;

use crate::args::Diff;
use crate::command::run::{warn_of_ended_trace, with_seed};
use crate::command::{recorded, sweep_output, vary};
use crate::terminal::{self, Progress};
use crate::worker::watched;
use crate::{exit, parallel};

/// Simulates both runs with their traces and says where they part.
pub fn diff(catalog: Catalog<'_>, args: &Diff) -> anyhow::Result<ExitCode> {
    if let Some(file) = &args.page {
        sweep_output::writable(file)?;
    }
    let sides = sides(catalog, args)?;
    let loaded = sides.iter().map(|side| side.load(catalog));
    let experiments: Vec<_> = loaded.collect::<anyhow::Result<_>>()?;
    let mut progress = Progress::new("diff", experiments.len() as u64);
    let work = |index: usize| sides[index].run(&experiments[index]);
    let runs = parallel::map(experiments.len(), None, work, |done| progress.at(done as u64));
    drop(progress);
    let runs: Vec<(Report, Run)> = runs.into_iter().collect::<Result<_, LoadError>>()?;
    for (side, (report, run)) in sides.iter().zip(&runs) {
        side.warn(report, run);
    }
    let [(a, in_a), (b, in_b)] = &runs[..] else { unreachable!("there are two sides") };
    let difference = Difference::new((a, in_a), (b, in_b));
    if args.json {
        terminal::print(&json_text(&difference));
    } else {
        let (width, colour) = (terminal::width(), terminal::colour());
        terminal::print(&render_difference(&difference, width, colour));
    }
    if let Some(file) = &args.page {
        let command = args.command();
        let page =
            DifferencePage { difference: &difference, runs: (in_a, in_b), command: &command };
        if let Err(why) = sweep_output::write(file, &page.render()) {
            terminal::complain(&format!("warning: {}", visible(&format!("{why:#}"))));
        }
    }
    Ok(if difference.same { exit::PASS } else { exit::FAIL }.into())
}

/// One of the two runs, before it is simulated.
#[derive(Clone)]
struct Side {
    source: Source,
    overrides: Vec<String>,
    seed: u64,
    /// The fingerprint of a recorded run that nothing was changed in.
    fingerprint: Option<String>,
    /// Whether its last override is a value of `--vary`.
    varied: bool,
}

fn sides(catalog: Catalog<'_>, args: &Diff) -> anyhow::Result<Vec<Side>> {
    let a = Side::new(catalog, &args.a, args)?;
    let Some(varied) = &args.vary else {
        let b = args.b.as_deref().expect("required without --vary");
        return Ok(vec![a, Side::new(catalog, b, args)?]);
    };
    let (key, values) = vary::parse(varied)?;
    if values.len() != 2 {
        return Err(exit::usage(format!("--vary {varied}: name two values")));
    }
    values.iter().map(|value| a.clone().with(key, value)).collect()
}

impl Side {
    /// A scenario, or the run in a folder, with what the command line sets for both sides.
    fn new(catalog: Catalog<'_>, which: &str, args: &Diff) -> anyhow::Result<Side> {
        let recorded = catalog.shipped_source(which).is_none() && Path::new(which).is_dir();
        let mut side = if recorded {
            let file = Path::new(which).join("report.json");
            let report = recorded::report(&file)?;
            Side {
                source: recorded::source(catalog, None, (&file, &report))?,
                seed: report.seed,
                overrides: report.overrides,
                fingerprint: Some(report.fingerprint),
                varied: false,
            }
        } else {
            let source = catalog.source(which)?;
            Side { source, overrides: Vec::new(), seed: 1, fingerprint: None, varied: false }
        };
        let overrides: Vec<_> = args.overrides().collect();
        if !overrides.is_empty() || args.seed.is_some() {
            side.fingerprint = None;
        }
        side.seed = args.seed.unwrap_or(side.seed);
        side.overrides.extend(overrides);
        Ok(side)
    }

    /// The side with another value of a key, or another seed.
    fn with(mut self, key: &str, value: &str) -> anyhow::Result<Side> {
        self.fingerprint = None;
        if key == "seed" {
            self.seed = value
                .parse()
                .map_err(|error| exit::usage(format!("--vary seed: `{value}`: {error}")))?;
        } else {
            self.overrides.push(format!("{key}={value}"));
            self.varied = true;
        }
        Ok(self)
    }

    fn load(&self, catalog: Catalog<'_>) -> anyhow::Result<Experiment> {
        if self.varied {
            return Ok(vary::load(catalog, &self.source, &self.overrides)?);
        }
        crate::load(catalog, &self.source, &self.overrides)
    }

    fn run(&self, experiment: &Experiment) -> Result<(Report, Run), LoadError> {
        let options = Options { record_trace: true, ..with_seed(self.seed) };
        let run = watched(experiment, &options, &mut |_| ());
        let run = run.map_err(|refusal| {
            let error = experiment.refused(&refusal);
            if self.varied { vary::of_vary(error) } else { error }
        })?;
        let findings = experiment.judge(&run);
        Ok((Report::new(&experiment.name, &experiment.scenario, &run, &findings), run))
    }

    /// Warns where the run is not the recorded one, or its trace is not whole.
    fn warn(&self, report: &Report, run: &Run) {
        let (name, now) = (&report.scenario, &report.fingerprint);
        if let Some(recorded) = self.fingerprint.as_ref().filter(|recorded| *recorded != now) {
            terminal::complain(&format!(
                "warning: {name}: the recorded run has fingerprint {recorded}, and its repetition \
                 {now}"
            ));
        }
        warn_of_ended_trace(run);
    }
}
