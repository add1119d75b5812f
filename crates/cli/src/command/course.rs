//! `netsplit course export`: the material of a course, as a folder.

use std::path::Path;
use std::process::ExitCode;

use netsplit_harness::Catalog;
use netsplit_learn::{COURSE_README, SOLUTIONS_ROW, without_relative_links};
use netsplit_scenario::schema_text;

use super::learn::{steps, write, write_crate};
use crate::args::CourseExport;
use crate::files::Dependency;
use crate::{exit, files, terminal};

/// Writes the lessons, the scenarios, a learner's crate and, unless they are to be left out, the
/// solutions.
///
/// # Errors
/// When there is no such lab, or the folder is not empty or cannot be written.
pub fn export(catalog: Catalog<'_>, args: &CourseExport) -> anyhow::Result<ExitCode> {
    let folder = &args.folder;
    if !files::is_empty(folder) {
        return Err(files::not_empty(folder));
    }
    for name in &args.labs {
        catalog.lab(name)?;
    }
    let is_chosen = |name: &str| args.labs.is_empty() || args.labs.iter().any(|lab| lab == name);
    let chosen = catalog.labs().iter().copied().filter(|lab| is_chosen(lab.spec().name));
    let chosen: Vec<_> = chosen.collect();
    let catalog = Catalog::new(&chosen);
    write_crate(catalog, &folder.join("my-labs"), &args.dependency)?;
    for lab in catalog.labs() {
        let name = lab.spec().name;
        let lesson = without_relative_links(lab.lesson());
        write(&folder.join("lessons").join(name).with_extension("md"), &lesson)?;
        for scenario in lab.scenarios() {
            let file = folder.join("scenarios").join(name).join(scenario.name);
            write(&file.with_extension("toml"), scenario.text)?;
        }
    }
    write(&folder.join("scenarios/scenario.schema.json"), &schema_text(&catalog.specs()))?;
    if !args.no_solutions {
        write_solutions(catalog, &folder.join("solutions"))?;
    }
    let solutions = if args.no_solutions { "" } else { SOLUTIONS_ROW };
    write(&folder.join("README.md"), &COURSE_README.replace("SOLUTIONS\n", solutions))?;
    if let Dependency::Clone(clone) = Dependency::new(&args.dependency)? {
        let clone = terminal::path(&clone);
        terminal::complain(&format!(
            "warning: my-labs depends on {clone}, which other machines do not have: \
             --git URL --rev COMMIT names what they can fetch"
        ));
    }
    terminal::print(&format!("The course is in {}\n", terminal::path(folder)));
    Ok(exit::PASS.into())
}

fn write_solutions(catalog: Catalog<'_>, folder: &Path) -> anyhow::Result<()> {
    for step in steps(catalog)? {
        let file = folder.join(step.lab).join(step.name).with_extension("rs");
        write(&file, step.files.reference)?;
    }
    Ok(())
}
