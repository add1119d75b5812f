//! `netsplit mutants`: grades a scenario by the mutants of its lab that it kills.

use std::process::ExitCode;

use netsplit_harness::Catalog;
use netsplit_report::sweep::{Entry, Job, Role, command};
use netsplit_report::{MutantResult, MutantsReport, OwnRuns, json_text, render_mutants};
use netsplit_scenario::{Refusal, Variant};

use super::seeds;
use super::verify::{Case, entry, unless_refused};
use crate::args::Mutants;
use crate::terminal::{self, Progress};
use crate::worker::Pool;
use crate::{exit, parallel, signals};

/// Runs the scenario with its own variant under all seeds, and if these pass, with each mutant up to
/// the first seed that kills it.
///
/// # Errors
/// When the scenario is not valid, or its lab has no mutants.
pub fn mutants(catalog: Catalog<'_>, args: &Mutants) -> anyhow::Result<ExitCode> {
    let (case, mutants) = Case::with_mutants(catalog, &args.scenario)?;
    let planned = &case.planned;
    if mutants.is_empty() {
        return Err(exit::usage(format!("the lab {} has no mutants", planned.lab)));
    }
    let seeds = seeds::seeds(args.seeds, args.seed_salt.as_deref())?;
    signals::handle(|_| ())?;
    let grader = Grader { args, pool: Pool::default(), case: &case, seeds: &seeds.list };
    let entries = grader.own()?;
    if entries.len() < seeds.list.len() {
        return Ok(cut_short(seeds.list.len() - entries.len(), "runs of the own variant"));
    }
    let own =
        OwnRuns::of(&planned.variant, &entries, |seed| command(planned, &Role::Subject, seed));
    let results = if own.passed() { grader.mutants(&mutants, &entries)? } else { Vec::new() };
    let left = if own.passed() { mutants.len() - results.len() } else { 0 };
    let report = MutantsReport {
        scenario: planned.scenario.clone(),
        lab: planned.lab.clone(),
        seeds: seeds.description,
        own,
        killed: results.iter().filter(|mutant| mutant.kill.is_some()).count(),
        of: mutants.len(),
        mutants: results,
    };
    let text = || render_mutants(&report, terminal::width());
    terminal::print(&if args.json { json_text(&report) } else { text() });
    if left > 0 {
        return Ok(cut_short(left, "mutants"));
    }
    Ok(exit::code(report.verdict()))
}

/// Says that a signal ended the grading; returns the exit code.
fn cut_short(left: usize, what: &str) -> ExitCode {
    terminal::complain(&format!("cut short (interrupted): {left} {what} were not done"));
    signals::asked().unwrap_or(exit::INCONCLUSIVE).into()
}

/// Whether no signal has asked the command to end.
fn go_on() -> bool {
    signals::asked().is_none()
}

/// Does the runs, in workers.
struct Grader<'a> {
    args: &'a Mutants,
    pool: Pool,
    case: &'a Case,
    seeds: &'a [u64],
}

impl Grader<'_> {
    /// The runs of the scenario's own variant; not all of them when a signal came.
    fn own(&self) -> anyhow::Result<Vec<Entry>> {
        let work = |index: usize| {
            let job = self.job(&Role::Subject, index);
            entry(&self.pool, index, &job, self.case, false)
        };
        let mut progress = Progress::new("own variant", self.seeds.len() as u64);
        let done = |done| progress.at(done as u64);
        let runs = parallel::map_while(self.seeds.len(), self.args.jobs, go_on, work, done);
        runs.into_iter().flatten().collect()
    }

    /// The results of the mutants; not of all of them when a signal came.
    fn mutants(&self, mutants: &[Variant], own: &[Entry]) -> anyhow::Result<Vec<MutantResult>> {
        let planned = &self.case.planned;
        let work = |index: usize| {
            let role = Role::Catches(planned.catches[index].clone());
            let command = |seed| command(planned, &role, seed);
            let result = match self.until_killed(&role)? {
                Ok(entries) => MutantResult::of(&mutants[index], own, &entries, command),
                Err(why) => MutantResult::refused(&mutants[index], &why, &command(self.seeds[0])),
            };
            // Its seeds may not all have been run.
            Ok(go_on().then_some(result))
        };
        let mut progress = Progress::new("mutants", mutants.len() as u64);
        let done = |done| progress.at(done as u64);
        let results = parallel::map_while(mutants.len(), self.args.jobs, go_on, work, done);
        results.into_iter().flatten().filter_map(anyhow::Result::transpose).collect()
    }

    /// The runs of a mutant, up to the first that kills it, or the lab's refusal of it.
    fn until_killed(&self, role: &Role) -> anyhow::Result<Result<Vec<Entry>, Refusal>> {
        let mut entries = Vec::new();
        for index in (0..self.seeds.len()).take_while(|_| go_on()) {
            let job = self.job(role, index);
            let entry = match unless_refused(&self.pool, index, &job, self.case, false)? {
                Ok(entry) => entry,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let killed = entry.violates();
            entries.push(entry);
            if killed {
                break;
            }
        }
        Ok(Ok(entries))
    }

    /// The run of the seed of this index.
    fn job(&self, role: &Role, index: usize) -> Job {
        let (seed, role) = (self.seeds[index], role.clone());
        Job { scenario: 0, role, seed, position: index, cell: index }
    }
}
