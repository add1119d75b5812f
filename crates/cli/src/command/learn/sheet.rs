//! `netsplit learn --grade`: the points of steps, in a file for a course.
//!
//! The file is there from the start, with no points, and is written anew after each half of a step:
//! whatever ends the grading, the points so far are in it.

use std::path::Path;
use std::process::ExitCode;

use netsplit_harness::Catalog;
use netsplit_learn::{Format, GradeSheet, GradedStep, Outcome, step_report};

use super::drawn::Student;
use super::folder::Folder;
use super::judge::Judge;
use super::{chosen, learners, missing};
use crate::args::{GradeFormat, Learn, SeedRange};
use crate::command::{seeds, sweep_output};
use crate::worker::Pool;
use crate::{exit, files, terminal};

/// Grades all scenarios of the steps that the command line names, and writes their points.
///
/// # Errors
/// When the command line is not valid, or the file cannot be written.
pub fn write(
    catalog: Catalog<'_>,
    args: &Learn,
    file: &Path,
    folder: &Folder,
) -> anyhow::Result<ExitCode> {
    let format = format(args.format, file)?;
    // The salt is checked before hours of work.
    let salt = args.seed_salt.as_deref();
    seeds::seeds(SeedRange { from: 1, to: 1 }, salt)?;
    if args.student.as_deref() == Some("") {
        let why = "the name of the student is empty: give --student the id that the course knows";
        return Err(exit::usage(why));
    }
    let waiting = |step| GradedStep { step, outcome: Outcome::Waiting };
    let mut graded: Vec<_> = chosen(catalog, args)?.into_iter().map(waiting).collect();
    let write = |graded: &[GradedStep]| {
        let sheet = GradeSheet::of(graded, salt.is_some());
        sweep_output::write(file, &sheet.to_text(format)).map(|()| sheet)
    };
    files::create_parent(file)?;
    let mut sheet = write(&graded)?;
    let mut program: Option<(&str, Result<Pool, String>)> = None;
    for index in 0..graded.len() {
        let step = graded[index].step.clone();
        if program.as_ref().is_none_or(|(lab, _)| *lab != step.lab) {
            program = Some((step.lab, learners(args, folder, step.lab)?));
        }
        let (_, built) = program.as_ref().expect("it was built");
        let source = folder.source(&step)?;
        let judge = match (built, &source) {
            (Ok(pool), Some(source)) => Ok(Judge { catalog, pool, source }),
            (Ok(_), None) => Err(missing(&step).to_string()),
            (Err(said), _) => Err(not_built(said)),
        };
        let judge = match judge {
            Ok(judge) => judge,
            Err(why) => {
                graded[index].outcome = Outcome::NotBuilt(why);
                sheet = write(&graded)?;
                continue;
            }
        };
        let known = Box::new(judge.grade_all(&step, &step.known_seeds(), None)?);
        terminal::print(&step_report(&known));
        graded[index].outcome = Outcome::Graded { known: known.clone(), held_out: None };
        sheet = write(&graded)?;
        if let Some(salt) = salt {
            let seeds = seeds::seeds(SeedRange { from: 1, to: step.seeds }, Some(salt))?.list;
            let student = args.student.as_deref().map(|name| Student { salt, name });
            let held_out = Some(Box::new(judge.grade_all(&step, &seeds, student)?));
            graded[index].outcome = Outcome::Graded { known, held_out };
            sheet = write(&graded)?;
        }
    }
    let (points, of) = (sheet.points(), sheet.points_max());
    terminal::print(&format!("{points} of {of} points, written to {}\n", terminal::path(file)));
    Ok(exit::PASS.into())
}

fn not_built(said: &str) -> String {
    match said {
        "" => "the crate could not be built: see what cargo printed while it was graded".into(),
        said => format!("the crate does not compile:\n{said}"),
    }
}

fn format(format: Option<GradeFormat>, file: &Path) -> anyhow::Result<Format> {
    Ok(match format {
        Some(GradeFormat::Gradescope) => Format::Gradescope,
        Some(GradeFormat::Exercism) => Format::Exercism,
        Some(GradeFormat::Classroom50) => Format::Classroom50,
        Some(GradeFormat::Junit) => Format::Junit,
        None if file.extension().is_some_and(|extension| extension == "xml") => Format::Junit,
        None => {
            return Err(exit::usage(format!(
                "cannot tell the format from the name {}: add --format gradescope, exercism, \
                 classroom50 or junit",
                file.display()
            )));
        }
    })
}
