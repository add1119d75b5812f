//! `netsplit list`: the labs, their scenarios and variants.

use std::fmt::Write;
use std::process::ExitCode;

use netsplit_harness::Catalog;
use netsplit_report::{hang, json_text};
use netsplit_sim::Lab;
use serde_json::json;

use crate::args::List;
use crate::terminal;

/// Prints the labs in teaching order, or one of them, with their scenarios and variants.
///
/// # Errors
/// When there is no such lab, or a shipped scenario is not valid.
pub fn list(catalog: Catalog<'_>, args: &List) -> anyhow::Result<ExitCode> {
    let mut text = String::new();
    let mut machine = Vec::new();
    let labs = match &args.lab {
        Some(name) => vec![catalog.lab(name)?],
        None => catalog.labs().to_vec(),
    };
    for lab in labs {
        let scenarios = scenarios(catalog, lab)?;
        machine.push(json!({
            "lab": lab.spec().name,
            "summary": lab.spec().summary,
            "scenarios": scenarios.iter().map(|(name, title)| json!({"name": name, "title": title})).collect::<Vec<_>>(),
            "variants": lab.spec().variants().iter().map(|variant| json!({"name": variant.name, "summary": variant.summary})).collect::<Vec<_>>(),
        }));
        describe(lab, &scenarios, terminal::columns(), &mut text);
    }
    if args.json {
        text = json_text(&machine);
    } else {
        text.push_str("netsplit run LAB/NAME runs one; netsplit lesson LAB explains it.\n");
    }
    terminal::print(&text);
    Ok(ExitCode::SUCCESS)
}

/// The least columns that a title has beside the names; with fewer it stands below its name.
const TITLE_MIN: usize = 24;

/// Describes a lab, wrapped to the columns of the terminal, if there is one.
fn describe(
    lab: &dyn Lab,
    scenarios: &[(String, String)],
    columns: Option<usize>,
    text: &mut String,
) {
    let spec = lab.spec();
    let mut put = |mark: &str, what: &str| {
        for line in hang(mark, what, columns.unwrap_or(usize::MAX)) {
            writeln!(text, "{line}").expect("a string takes it");
        }
    };
    put(&format!("{}  ", spec.name), spec.summary);
    let width = scenarios.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let beside = columns.is_none_or(|columns| width + 4 + TITLE_MIN <= columns);
    for (name, title) in scenarios {
        if beside {
            put(&format!("  {name:width$}  "), title);
        } else {
            put("  ", name);
            put("    ", title);
        }
    }
    let variants: Vec<_> = spec.variants().iter().map(|variant| variant.name).collect();
    put("  variants: ", &variants.join(", "));
    text.push('\n');
}

/// The names and titles of a lab's scenarios.
fn scenarios(catalog: Catalog<'_>, lab: &'static dyn Lab) -> anyhow::Result<Vec<(String, String)>> {
    let titled = lab.scenarios().iter().map(|file| {
        let name = format!("{}/{}", lab.spec().name, file.name);
        let experiment = crate::load(catalog, &catalog.source(&name)?, &[])?;
        Ok((name, experiment.scenario.title))
    });
    titled.collect()
}
