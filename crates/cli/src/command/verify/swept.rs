//! One run of a sweep: the parent has it done by a worker process.

use netsplit_check::evaluate;
use netsplit_harness::{Catalog, Source};
use netsplit_report::sweep::{Entry, Job};
use netsplit_scenario::Refusal;

use super::determinism;
use super::select::Case;
use crate::command::run::with_seed;
use crate::worker::{Answer, Pool, Request, SweptRun};

/// Has a worker do a run; returns its entry, which may be that of a lost run.
///
/// # Errors
/// When the lab refuses the scenario, or no worker can be started.
pub fn entry(
    pool: &Pool,
    number: usize,
    job: &Job,
    case: &Case,
    twice: bool,
) -> anyhow::Result<Entry> {
    let refused = |refusal| case.of(&job.role).refused(&refusal).into();
    unless_refused(pool, number, job, case, twice)?.map_err(refused)
}

/// [`entry`], or the lab's refusal of the scenario.
///
/// # Errors
/// When no worker can be started.
pub fn unless_refused(
    pool: &Pool,
    number: usize,
    job: &Job,
    case: &Case,
    twice: bool,
) -> anyhow::Result<Result<Entry, Refusal>> {
    let experiment = case.of(&job.role);
    let source = experiment.source();
    let run = SweptRun {
        number,
        job: job.clone(),
        name: case.planned.scenario.clone(),
        source: (source.name.clone(), source.file.clone()),
        text: source.text.clone(),
        overrides: experiment.scenario.overrides.clone(),
        twice,
    };
    match pool.ask(&Request::Run(Box::new(run)))? {
        Ok(Answer::Entry(entry)) => Ok(entry.map(|entry| *entry)),
        Ok(other) => unreachable!("a run is not answered by {other:?}"),
        Err(lost) => Ok(Ok(Entry::lost((number, job), &case.planned, &lost.to_string()))),
    }
}

/// Does a run, in a worker.
///
/// # Errors
/// When the lab refuses the scenario.
///
/// # Panics
/// When the scenario, which the parent has loaded, is not valid here.
pub fn swept_run(catalog: Catalog<'_>, swept: &SweptRun) -> Result<Entry, Refusal> {
    let SweptRun { number, job, name, source: (source, file), text, overrides, twice } = swept;
    let source = Source { name: source.clone(), file: file.clone(), text: text.clone() };
    let experiment = catalog.load(&source, overrides).unwrap_or_else(|error| panic!("{error}"));
    let (run, divergence) = determinism::run(&experiment, &with_seed(job.seed), *twice)?;
    let decide = experiment.decider();
    let findings = evaluate(&experiment.scenario, &run, &decide);
    let place = (*number, job);
    let mut entry = Entry::new(place, name, &experiment.scenario, &run, &findings, &decide);
    if let Some(divergence) = divergence {
        entry.add_divergence(divergence);
    }
    Ok(entry)
}
