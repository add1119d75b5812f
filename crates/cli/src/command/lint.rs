//! `netsplit lint`: what is wrong with a scenario file.

use std::process::ExitCode;

use netsplit_scenario::parse;
use netsplit_sim::build;

use crate::args::Lint;
use crate::{catalog, exit, labs, terminal};

/// Checks each file and tells everything that is wrong with it.
pub fn lint(args: &Lint) -> anyhow::Result<ExitCode> {
    let specs = labs::specs();
    let mut broken = 0;
    for which in &args.files {
        let source = catalog::source(which)?;
        let found = match parse(&source.text, &source.file, &args.set, &specs) {
            Ok(parsed) => {
                if let Err(why) = build(labs::lab(parsed.scenario.lab.name)?, &parsed.scenario) {
                    broken += 1;
                    anstream::eprintln!("error: {}: {why}", source.file);
                    continue;
                }
                parsed.warnings
            }
            Err(errors) => {
                broken += 1;
                errors
            }
        };
        if found.is_empty() {
            terminal::print(&format!("{}: ok\n", source.file));
        } else {
            anstream::eprintln!("{}", found.render(terminal::colour_on_stderr()));
        }
    }
    Ok(if broken == 0 { exit::PASS } else { exit::USAGE }.into())
}
