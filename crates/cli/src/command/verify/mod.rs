//! `netsplit verify`: scenarios over many seeds, in parallel.
//!
//! The sweep is planned first (`select` finds the scenarios, `command::seeds` the seeds). Then worker
//! processes do its runs (`swept`, in the order of `schedule`), and each run leaves an entry. The
//! summary is computed from the entries alone, in the plan's order, so the output does not depend
//! on the number of workers or sharding.

mod determinism;
mod schedule;
mod select;
mod stop;
mod swept;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;

use netsplit_check::Verdict;
use netsplit_harness::Catalog;
use netsplit_report::sweep::{Entry, FirstCatches, Plan, Role, Shard, Summary, SweepFile};

pub use self::select::{Case, scenarios};
use self::stop::Stop;
use crate::args::Verify;
use crate::command::seeds;
use crate::command::sweep_output::{self, SweepOutput};
use crate::terminal::{self, Progress};
use crate::worker::Pool;
use crate::{exit, parallel, signals};

pub use self::swept::{entry, swept_run, unless_refused};

/// Plans the sweep, does its runs, and prints the summary.
pub fn verify(catalog: Catalog<'_>, args: &Verify) -> anyhow::Result<ExitCode> {
    let output = SweepOutput::prepare(&args.output)?;
    if let Some(file) = &args.out {
        sweep_output::writable(file)?;
    }
    let cases = select::cases(catalog, args)?;
    let planned = cases.iter().map(|case| case.planned.clone()).collect();
    let plan = Plan {
        determinism: args.determinism,
        all_catches: args.counts_all_catches(),
        ..Plan::new(seeds::seeds(args.seeds, args.seed_salt.as_deref())?, planned)
    };
    if plan.size().is_none() {
        let why = format!("these are more than {} runs: take fewer seeds", Plan::RUNS_MAX);
        return Err(exit::usage(why));
    }
    let shard = args.shard.unwrap_or(Shard::WHOLE);
    if let Some(file) = &args.out {
        let part = SweepFile { shard, cut_short: None, plan: plan.clone(), entries: Vec::new() };
        sweep_output::refuse_another(file, &part.to_lines())?;
    }
    let stop = Stop::new(args)?;
    let (entries, all) = sweep(args, &plan, &cases, shard, &stop)?;
    let cut_short = if all { None } else { stop.why() };
    let code = if let Some(file) = &args.out {
        write(file, shard, plan, entries, cut_short)?
    } else {
        let summary = Summary::of(&plan, &entries, cut_short.as_deref());
        output.emit(summary.map_err(exit::usage)?)
    };
    Ok(signals::asked().map_or(code, ExitCode::from))
}

/// Does the shard's runs of the plan that are needed, until something stops them. Also returns
/// whether these are all.
fn sweep(
    args: &Verify,
    plan: &Plan,
    cases: &[Case],
    shard: Shard,
    stop: &Stop,
) -> anyhow::Result<(Vec<Entry>, bool)> {
    let jobs = schedule::in_turn(plan, cases, shard);
    let catches = Mutex::new(FirstCatches::new(plan));
    let catches = || catches.lock().expect("no worker panics with it");
    let mut progress = Progress::new("verify", jobs.len() as u64);
    let pool = Pool::default();
    let work = |index: usize| {
        let (number, job) = &jobs[index];
        if !catches().need(job) {
            return None;
        }
        let entry = entry(&pool, *number, job, &cases[job.scenario], plan.determinism);
        let failed = |entry: &Entry| job.role == Role::Subject && entry.verdict == Verdict::Fail;
        if entry.as_ref().map_or(true, failed) {
            stop.failed(entry.is_err());
        }
        if let Ok(entry) = &entry {
            catches().add(job, entry);
        }
        Some(entry)
    };
    let results = parallel::map_while(
        jobs.len(),
        args.jobs,
        || stop.why().is_none(),
        work,
        |done| progress.at(done as u64),
    );
    drop(progress);
    // What ran ahead of a catch is dropped, so that the number of workers cannot show.
    let needed = jobs.iter().zip(results).filter(|((_, job), _)| catches().need(job));
    let needed: Vec<_> = needed.map(|(_, result)| result.flatten()).collect();
    let all = needed.iter().all(Option::is_some);
    let mut done: Vec<Entry> = needed.into_iter().flatten().collect::<anyhow::Result<_>>()?;
    done.sort_by_key(|entry| entry.job);
    Ok((done, all))
}

/// Writes a shard's file, or prints it where it cannot be written, such as on a full disk. The exit
/// code only says whether the file is complete: `netsplit merge` judges the runs.
fn write(
    file: &Path,
    shard: Shard,
    plan: Plan,
    entries: Vec<Entry>,
    cut_short: Option<String>,
) -> anyhow::Result<ExitCode> {
    // A wrong variant that fails is what its scenario asks for.
    let own = || entries.iter().filter(|entry| entry.role == Role::Subject);
    let count = |verdict| own().filter(|entry| entry.verdict == verdict).count();
    let (runs, failed, open) = (own().count(), count(Verdict::Fail), count(Verdict::Inconclusive));
    let variants = match entries.len() - runs {
        0 => String::new(),
        some => format!("; {some} runs of variants to catch"),
    };
    let cut = match &cut_short {
        Some(why) => format!(", cut short ({why})"),
        None => String::new(),
    };
    let whole = cut_short.is_none();
    let lines = SweepFile { shard, cut_short, plan, entries }.to_lines();
    sweep_output::write(file, &lines).map_err(|why| {
        terminal::print(&lines);
        why.context("standard output has the shard's file, for `netsplit merge`")
    })?;
    let file = terminal::path(file);
    terminal::print(&format!(
        "shard {shard}: {runs} runs, {failed} failed, {open} inconclusive{variants}{cut}; written to {file}\n"
    ));
    let code = if whole { exit::PASS } else { exit::INCONCLUSIVE };
    Ok(code.into())
}
