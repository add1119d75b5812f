//! `netsplit compare`: the same load under several variants or settings, side by side.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use netsplit_harness::Catalog;
use netsplit_report::{
    Report, SVG_COLUMNS, Side, Timeline, comparison_svg, render_comparison, timeline_columns,
};

use crate::args::Compare;
use crate::command::run::with_seed;
use crate::files::{self, Inputs, settings_hash};
use crate::terminal::{self, Progress};
use crate::worker::watched;
use crate::{exit, parallel};

/// Runs the scenario once per value, prints the runs side by side and writes one chart.
pub fn compare(catalog: Catalog<'_>, args: &Compare) -> anyhow::Result<ExitCode> {
    let (key, values) = args.vary.split_once('=').ok_or_else(|| {
        exit::usage(format!("--vary {}: write KEY=VALUE,VALUE, such as variant=a,b", args.vary))
    })?;
    let values = split_values(values);
    if values.len() < 2 {
        return Err(exit::usage(format!("--vary {}: name at least two values", args.vary)));
    }
    let source = catalog.source(&args.which.scenario)?;
    let mut all = Vec::new();
    for value in &values {
        let mut overrides = args.which.overrides();
        overrides.push(format!("{key}={value}"));
        all.push(crate::load(catalog, &source, &overrides)?);
    }
    let (width, mut progress) = (terminal::width(), Progress::new("compare", all.len() as u64));
    let work = |index: usize| {
        let experiment = &all[index];
        let run = watched(experiment, &with_seed(args.which.seed), &mut |_| ())?;
        let findings = experiment.judge(&run);
        let report = Report::new(&experiment.name, &experiment.scenario, &run, &findings);
        let label = values[index].clone();
        let pictures = [timeline_columns(width), SVG_COLUMNS].map(|most| Timeline::new(&run, most));
        Ok::<_, String>((label, report, pictures))
    };
    let runs = parallel::map(all.len(), None, work, |done| progress.at(done as u64));
    drop(progress);
    let (mut plain, mut drawn) = (Vec::new(), Vec::new());
    for run in runs {
        let (label, report, [for_text, for_chart]) = run.map_err(exit::usage)?;
        plain.push(Side { label: label.clone(), report: report.clone(), timeline: for_text });
        drawn.push(Side { label, report, timeline: for_chart });
    }
    terminal::print(&render_comparison(key, &plain, width, terminal::colour()));
    if !args.no_files {
        let file = chart_file(args, key, source.is_shipped());
        let chart = comparison_svg(key, &drawn);
        let written = files::create_parent(&file)
            .and_then(|()| files::replace(&file, |out| out.write_all(chart.as_bytes())));
        match written {
            Ok(()) => terminal::print(&format!("\nChart in {}\n", terminal::path(&file))),
            Err(why) => {
                terminal::complain(&format!(
                    "warning: cannot write {}: {why}",
                    terminal::path(&file)
                ));
            }
        }
    }
    Ok(exit::PASS.into())
}

/// `netsplit-out/LAB/NAME/compare-KEY-seed-N-HASH.svg`; the hash is of the values and settings.
fn chart_file(args: &Compare, key: &str, shipped: bool) -> PathBuf {
    let inputs = Inputs { which: &args.which, variant: "", shipped };
    let key = key.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let settings: Vec<_> = [args.vary.clone()].into_iter().chain(args.which.overrides()).collect();
    let hash = settings_hash(&settings).unwrap_or_default();
    inputs.scenario_folder().join(format!("compare-{key}-seed-{}-{hash}.svg", args.which.seed))
}

/// Splits `A,B` at the commas outside brackets, braces and quotes. An array of TOML is its
/// elements, so that a value may itself have commas: `["reference", "quorum=sloppy,versions=arrival"]`.
fn split_values(text: &str) -> Vec<String> {
    let array = text.trim_start().starts_with('[');
    if let Some(Ok(table)) = array.then(|| format!("values = {text}").parse::<toml::Table>())
        && let Some(toml::Value::Array(values)) = table.get("values")
    {
        let plain = |value: &toml::Value| value.as_str().map(str::to_owned);
        return values.iter().map(|value| plain(value).unwrap_or(value.to_string())).collect();
    }
    let (mut values, mut depth, mut quote) = (vec![String::new()], 0_i32, None);
    for c in text.chars() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                values.push(String::new());
                continue;
            }
            _ => {}
        }
        values.last_mut().expect("it begins with one").push(c);
    }
    values.iter().map(|value| value.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_split_at_the_commas_between_them() {
        assert_eq!(split_values("a, b,c"), ["a", "b", "c"]);
        assert_eq!(split_values("500/s,900/s"), ["500/s", "900/s"]);
        let tables = "{ uniform = [\"1ms\", \"2ms\"] }, \"3ms\"";
        assert_eq!(split_values(tables), ["{ uniform = [\"1ms\", \"2ms\"] }", "\"3ms\""]);
        let pairs = "[\"reference\", \"quorum=sloppy,versions=arrival\"]";
        assert_eq!(split_values(pairs), ["reference", "quorum=sloppy,versions=arrival"]);
        let ranges = "[[\"150ms\", \"155ms\"], [\"150ms\", \"300ms\"]]";
        assert_eq!(split_values(ranges), ["[\"150ms\", \"155ms\"]", "[\"150ms\", \"300ms\"]"]);
        assert_eq!(split_values("[\"a\", \"b\""), ["[\"a\", \"b\""]);
    }
}
