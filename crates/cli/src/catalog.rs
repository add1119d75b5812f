//! Scenarios: the shipped ones by name, and anybody's by path.

use std::path::Path;

use anyhow::Context;
use netsplit_scenario::{Diagnostics, Parsed, Scenario, parse};
use netsplit_sim::Lab;

use crate::{exit, labs};

/// The shipped scenarios: (name, text), in order of names.
pub static SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// The text of a scenario and what to call it.
#[derive(Clone, Debug)]
pub struct Source {
    /// `LAB/NAME` of a shipped scenario; of a file, its stem.
    pub name: String,
    /// What errors call it.
    pub file: String,
    /// The TOML.
    pub text: String,
}

/// A scenario that can be run.
pub struct Loaded {
    /// `LAB/NAME`.
    pub name: String,
    /// What to run.
    pub scenario: Scenario,
    /// What to run it on.
    pub lab: &'static dyn Lab,
}

/// Finds a scenario: a path, or the name of a shipped one.
///
/// # Errors
/// When there is neither; names the nearest.
pub fn source(which: &str) -> anyhow::Result<Source> {
    let path = Path::new(which);
    if path.extension().is_some_and(|ending| ending == "toml") || path.is_file() {
        return read(path);
    }
    if let Some((name, text)) = SHIPPED.iter().find(|(name, _)| *name == which) {
        return Ok(Source {
            name: (*name).into(),
            file: format!("scenarios/{name}.toml"),
            text: (*text).into(),
        });
    }
    let names = SHIPPED.iter().map(|(name, _)| *name);
    let hint = match nearest(which, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`netsplit list` shows what there is; a file of your own ends in .toml".into(),
    };
    Err(exit::usage(format!("there is no scenario `{which}`; {hint}")))
}

fn read(path: &Path) -> anyhow::Result<Source> {
    let file = path.display().to_string();
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {file}"))?;
    let text = String::from_utf8(bytes)
        .map_err(|error| exit::usage(format!("{file} is not UTF-8 text: {error}")))?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Source { name: stem, file, text })
}

/// Parses a scenario with overrides put into it; warnings go to standard error.
///
/// # Errors
/// Everything that is wrong with it, each with its place.
pub fn load(source: &Source, overrides: &[String]) -> anyhow::Result<Loaded> {
    let (loaded, warnings) = read_scenario(source, overrides)?;
    if !warnings.is_empty() {
        anstream::eprintln!("{}", warnings.render(crate::terminal::colour_on_stderr()));
    }
    Ok(loaded)
}

/// As [`load`], for a scenario whose warnings have been told.
///
/// # Errors
/// Everything that is wrong with it, each with its place.
pub fn load_quietly(source: &Source, overrides: &[String]) -> anyhow::Result<Loaded> {
    read_scenario(source, overrides).map(|(loaded, _)| loaded)
}

fn read_scenario(source: &Source, overrides: &[String]) -> anyhow::Result<(Loaded, Diagnostics)> {
    let specs = labs::specs();
    let Parsed { scenario, warnings } = parse(&source.text, &source.file, overrides, &specs)
        .map_err(|errors| exit::Diagnosed(errors.render(crate::terminal::colour_on_stderr())))?;
    let lab = labs::lab(scenario.lab.name)?;
    let name = match source.name.split_once('/') {
        Some(_) => source.name.clone(),
        None => format!("{}/{}", scenario.lab.name, source.name),
    };
    let loaded = Loaded { name, scenario, lab };
    Ok((loaded, warnings))
}

/// The name nearest to `wanted`, if one is near.
pub fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |name: &str| {
        let short = name.rsplit('/').next().unwrap_or(name);
        strsim::jaro_winkler(wanted, name).max(strsim::jaro_winkler(wanted, short))
    };
    names
        .map(|name| (likeness(name), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}
