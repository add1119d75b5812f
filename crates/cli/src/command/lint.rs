//! `netsplit lint`: checks scenario files without running them.

use std::process::ExitCode;

use netsplit_harness::{Catalog, LoadError};
use netsplit_sim::build;

use crate::args::Lint;
use crate::command::verify::scenarios;
use crate::{exit, terminal};

/// Checks each file and prints everything that is wrong with it.
pub fn lint(catalog: Catalog<'_>, args: &Lint) -> anyhow::Result<ExitCode> {
    let mut broken = 0;
    for which in scenarios(catalog, &args.files)? {
        let source = catalog.source(&which)?;
        let checked = catalog.load(&source, &args.set).and_then(|experiment| {
            match build(experiment.lab, &experiment.scenario) {
                Ok(_) => Ok(experiment.warnings),
                Err(refusal) => Err(experiment.refused(&refusal)),
            }
        });
        let found = match checked {
            Ok(warnings) => warnings,
            Err(LoadError::Invalid(errors)) => {
                broken += 1;
                errors
            }
            Err(error) => return Err(error.into()),
        };
        if found.is_empty() {
            terminal::print(&format!("{}: ok\n", source.file));
        } else {
            terminal::complain_of(&found);
        }
    }
    Ok(if broken == 0 { exit::PASS } else { exit::USAGE }.into())
}
