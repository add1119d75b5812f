//! `netsplit learn`: a learner's files, built, run and graded.
//!
//! The learner's crate is a `netsplit` with the learner's code in it (`init`). Grading builds it
//! with cargo (`build`) and starts it as a worker, which simulates and sends back the record of each
//! run. This process alone judges the records (`judge`), so nothing that the learner's code prints,
//! writes or returns is a verdict. `sheet` writes the points for a course, for
//! which `drawn` gives each student values of their own.

mod build;
mod drawn;
mod folder;
mod init;
mod judge;
mod sheet;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use netsplit_harness::Catalog;
use netsplit_learn::{Step, overview, source_file, step_report};
use netsplit_scenario::nearest;
use netsplit_sim::Lab;

pub use self::init::{write, write_crate};
pub use self::judge::simulated_run;

use self::folder::Folder;
use self::judge::Judge;
use crate::args::{Learn, LearnCommand};
use crate::worker::{Pool, Program};
use crate::{exit, terminal};

/// Does what the command line asks.
pub fn learn(catalog: Catalog<'_>, args: &Learn) -> anyhow::Result<ExitCode> {
    if let Some(LearnCommand::Init(init)) = &args.init {
        return init::init(catalog, init);
    }
    let mut folder = Folder::find()?;
    if let Some(file) = &args.grade {
        return sheet::write(catalog, args, file, &folder);
    }
    if args.watch {
        return watch::watch(catalog, args, folder);
    }
    let steps = chosen(catalog, args)?;
    if args.lab.is_none() {
        show(&folder, &steps)?;
        return Ok(exit::PASS.into());
    }
    match &steps[..] {
        [step] if args.hint => hint(&mut folder, step)?,
        [step] if args.reset => reset(&folder, step)?,
        [step] if args.solution => solution(&folder, step)?,
        steps => return grade(catalog, args, folder, steps),
    }
    Ok(exit::PASS.into())
}

/// The steps that the command line names, at least one.
fn chosen(catalog: Catalog<'_>, args: &Learn) -> anyhow::Result<Vec<Step>> {
    let steps = match &args.lab {
        Some(lab) => steps_of(catalog.lab(lab)?)?,
        None => steps(catalog)?,
    };
    match (&args.lab, &args.step) {
        (Some(lab), _) if steps.is_empty() => {
            Err(exit::usage(format!("the lab {lab} has no steps yet")))
        }
        (None, _) if steps.is_empty() => Err(exit::usage("no lab has steps yet")),
        (Some(lab), Some(name)) => Ok(vec![find(lab, name, &steps)?]),
        _ => Ok(steps),
    }
}

/// All steps, lab by lab.
///
/// # Errors
/// When the `step.toml` of one is not valid.
pub fn steps(catalog: Catalog<'_>) -> anyhow::Result<Vec<Step>> {
    let labs = catalog.labs().iter().map(|lab| steps_of(*lab));
    Ok(labs.collect::<anyhow::Result<Vec<_>>>()?.concat())
}

/// The steps of a lab.
fn steps_of(lab: &dyn Lab) -> anyhow::Result<Vec<Step>> {
    let files = lab.exercises().steps.iter();
    files.map(|files| Step::read(lab.spec().name, files).map_err(exit::usage)).collect()
}

fn find(lab: &str, name: &str, steps: &[Step]) -> anyhow::Result<Step> {
    let names = || steps.iter().map(|step| step.name);
    steps.iter().find(|step| step.name == name).cloned().ok_or_else(|| {
        let near = nearest(name, names()).map(|near| format!("; did you mean `{near}`?"));
        let known: Vec<_> = names().collect();
        let (near, known) = (near.unwrap_or_default(), known.join(", "));
        exit::usage(format!("the lab {lab} has no step `{name}`{near} There are: {known}"))
    })
}

/// Shows where the learner stands.
fn show(folder: &Folder, steps: &[Step]) -> anyhow::Result<()> {
    let mut standings = Vec::new();
    for step in steps {
        standings.push((step.clone(), folder.standing(step)?));
    }
    terminal::print(&overview(&standings));
    Ok(())
}

/// Grades steps, up to the first that is not passed.
fn grade(
    catalog: Catalog<'_>,
    args: &Learn,
    mut folder: Folder,
    steps: &[Step],
) -> anyhow::Result<ExitCode> {
    let Ok(pool) = learners(args, &folder, steps[0].lab)? else { return Ok(exit::FAIL.into()) };
    for step in steps {
        if !grade_step(catalog, &pool, &mut folder, step)? {
            let (lab, name) = (step.lab, step.name);
            terminal::print(&format!("\nhints: netsplit learn {lab} {name} --hint\n"));
            return Ok(exit::FAIL.into());
        }
    }
    Ok(exit::PASS.into())
}

/// Grades a step, and shows and records its grade; returns whether it passed.
fn grade_step(
    catalog: Catalog<'_>,
    pool: &Pool,
    folder: &mut Folder,
    step: &Step,
) -> anyhow::Result<bool> {
    let source = folder.source(step)?.ok_or_else(|| missing(step))?;
    let judge = Judge { catalog, pool, source: &source };
    let grade = judge.grade(step, folder.progress().failed(step))?;
    folder.change(|progress| progress.grade(&grade, &source))?;
    terminal::print(&step_report(&grade));
    Ok(grade.passed())
}

/// Workers with the learner's code of a lab, or why it does not compile.
fn learners(args: &Learn, folder: &Folder, lab: &str) -> anyhow::Result<Result<Pool, String>> {
    let file = match &args.binary {
        Some(file) => Ok(file.canonicalize()?),
        None => build::build(folder.path(), lab)?,
    };
    let folder = folder.path().to_owned();
    Ok(file.map(|file| Pool::of(Program::Learners { file, folder })))
}

fn missing(step: &Step) -> anyhow::Error {
    let file = source_file(step);
    exit::usage(format!("there is no {file}: `netsplit learn init .` writes its skeleton"))
}

/// Shows the hints so far, with one more.
fn hint(folder: &mut Folder, step: &Step) -> anyhow::Result<()> {
    let count = folder.change(|progress| progress.ask_hint(step))?;
    for (number, hint) in (1..).zip(&step.hints[..count]) {
        terminal::print(&format!("hint {number} of {}: {hint}\n\n", step.hints.len()));
    }
    Ok(())
}

/// Puts the skeleton back.
fn reset(folder: &Folder, step: &Step) -> anyhow::Result<()> {
    let kept = folder.reset(step)?;
    let kept = kept.map(|file: PathBuf| format!("; yours is now {}", terminal::path(&file)));
    let file = source_file(step);
    terminal::print(&format!("{file} is the skeleton again{}\n", kept.unwrap_or_default()));
    Ok(())
}

/// Shows the reference's file beside the learner's.
fn solution(folder: &Folder, step: &Step) -> anyhow::Result<()> {
    let source = folder.source(step)?.ok_or_else(|| missing(step))?;
    if !folder.standing(step)?.passed() {
        let (lab, name) = (step.lab, step.name);
        return Err(exit::usage(format!(
            "the reference is shown once your file passes the step: netsplit learn {lab} {name}"
        )));
    }
    terminal::print(&netsplit_learn::difference(&source, step));
    Ok(())
}
