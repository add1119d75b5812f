//! `netsplit list`: the labs, their scenarios and variants.

use std::fmt::Write;
use std::process::ExitCode;

use netsplit_harness::Catalog;
use netsplit_report::json_text;
use netsplit_sim::Lab;
use serde_json::json;

use crate::args::List;
use crate::terminal;

/// Prints the labs in teaching order, with their scenarios and variants.
pub fn list(catalog: Catalog<'_>, args: &List) -> anyhow::Result<ExitCode> {
    let mut text = String::new();
    let mut machine = Vec::new();
    for lab in catalog.labs() {
        let scenarios = scenarios(catalog, *lab)?;
        machine.push(json!({
            "lab": lab.spec().name,
            "summary": lab.spec().summary,
            "scenarios": scenarios.iter().map(|(name, title)| json!({"name": name, "title": title})).collect::<Vec<_>>(),
            "variants": lab.spec().variants().iter().map(|variant| json!({"name": variant.name, "summary": variant.summary})).collect::<Vec<_>>(),
        }));
        describe(*lab, &scenarios, &mut text);
    }
    if args.json {
        text = json_text(&machine);
    } else {
        text.push_str("netsplit run LAB/NAME runs one; netsplit lesson LAB explains it.\n");
    }
    terminal::print(&text);
    Ok(ExitCode::SUCCESS)
}

fn describe(lab: &dyn Lab, scenarios: &[(String, String)], text: &mut String) {
    let spec = lab.spec();
    let mut line = |args: std::fmt::Arguments<'_>| {
        text.write_fmt(args).and_then(|()| text.write_char('\n')).expect("a string takes it");
    };
    line(format_args!("{}  {}", spec.name, spec.summary));
    let width = scenarios.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, title) in scenarios {
        line(format_args!("  {name:width$}  {title}"));
    }
    let variants: Vec<_> = spec.variants().iter().map(|variant| variant.name).collect();
    line(format_args!("  variants: {}\n", variants.join(", ")));
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
