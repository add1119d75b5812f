//! The scenarios of a sweep: by name, pattern, file or folder.

use std::fs;
use std::path::{Path, PathBuf};

use netsplit_harness::{Catalog, Experiment, Source};
use netsplit_report::sweep::{Planned, Role};
use netsplit_scenario::{Scenario, Variant};

use crate::args::Verify;
use crate::exit;

/// A scenario of the sweep, loaded for each of its roles.
pub struct Case {
    /// Its part of the plan.
    pub planned: Planned,
    subject: Experiment,
    caught: Vec<(String, Experiment)>,
}

impl Case {
    /// The experiment of this role.
    pub fn of(&self, role: &Role) -> &Experiment {
        match role {
            Role::Subject => &self.subject,
            Role::Catches(variant) => {
                let caught = self.caught.iter().find(|(name, _)| name == variant);
                &caught.expect("every role of the plan is loaded").1
            }
        }
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.subject.scenario
    }

    fn load(
        catalog: Catalog<'_>,
        name: &str,
        source: &Source,
        args: &Verify,
    ) -> anyhow::Result<Case> {
        let overrides = args.overrides();
        let subject = crate::load(catalog, source, &overrides)?;
        let mut planned = Planned::new(name, &source.file, &subject.scenario);
        if args.variant.is_some() {
            planned.catches.clear();
        }
        let mut caught = Vec::new();
        for variant in &planned.catches {
            let mut overrides = overrides.clone();
            overrides.push(format!("variant={variant}"));
            caught.push((variant.clone(), catalog.load(source, &overrides)?));
        }
        Ok(Case { planned, subject, caught })
    }

    /// A scenario with all mutants of its lab to be caught, each added to the scenario's own
    /// variant. Returns them, in the same order.
    ///
    /// # Errors
    /// When the scenario is not valid, or its own variant is a mutant.
    pub fn with_mutants(catalog: Catalog<'_>, name: &str) -> anyhow::Result<(Case, Vec<Variant>)> {
        let source = catalog.source(name)?;
        let subject = crate::load(catalog, &source, &[])?;
        let mut planned = Planned::new(name, &source.file, &subject.scenario);
        let mut mutants = catalog.lab(&planned.lab)?.spec().variants();
        mutants.retain(|variant| variant.mutant.is_some());
        let own = &subject.scenario.fillings;
        let has = |mutant: &Variant| {
            !mutant.fills.is_empty() && mutant.fills.iter().all(|fill| own.contains(fill))
        };
        if let Some(mutant) = mutants.iter().find(|mutant| has(mutant)) {
            let (file, mutant) = (&source.file, mutant.name);
            return Err(exit::usage(format!(
                "{file}: its own variant is the mutant {mutant}: name one that is correct"
            )));
        }
        planned.catches.clear();
        let mut caught = Vec::new();
        for mutant in &mutants {
            let variant = match planned.variant.as_str() {
                "reference" => mutant.name.to_owned(),
                own => format!("{own},{}", mutant.name),
            };
            let experiment = catalog.load(&source, &[format!("variant={variant}")])?;
            planned.catches.push(variant.clone());
            caught.push((variant, experiment));
        }
        Ok((Case { planned, subject, caught }, mutants))
    }
}

/// The scenarios that the command line asks for, each once, in its order.
///
/// # Errors
/// When a pattern matches nothing, or a scenario is not valid.
pub fn cases(catalog: Catalog<'_>, args: &Verify) -> anyhow::Result<Vec<Case>> {
    let all = ["*".to_owned()];
    let patterns = match args.patterns.as_slice() {
        [] => &all,
        patterns => patterns,
    };
    scenarios(catalog, patterns)?
        .into_iter()
        .map(|name| {
            let source = catalog.source(&name)?;
            Case::load(catalog, &name, &source, args)
        })
        .collect()
}

/// The scenarios that match the patterns, as `netsplit run` names them: each once, in their order.
///
/// # Errors
/// When a pattern matches none, or a folder cannot be read.
pub fn scenarios(catalog: Catalog<'_>, patterns: &[String]) -> anyhow::Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for pattern in patterns {
        for name in matching(catalog, pattern)? {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    Ok(names)
}

fn matching(catalog: Catalog<'_>, pattern: &str) -> anyhow::Result<Vec<String>> {
    let path = Path::new(pattern);
    let is_file = path.extension().is_some_and(|ending| ending == "toml");
    if is_file && pattern.contains(['*', '?']) {
        return files_like(pattern);
    }
    if is_file || path.is_file() {
        return Ok(vec![pattern.to_owned()]);
    }
    // A lab has no `/` at its end, so this is somebody's folder.
    if pattern.ends_with('/') && path.is_dir() {
        return files_below(path);
    }
    let means = |name: &str| {
        let lab = name.split('/').next();
        matches(pattern, name) || lab == Some(pattern.trim_end_matches('/'))
    };
    let shipped = catalog.shipped().into_iter().map(|(name, _)| name);
    let found: Vec<String> = shipped.filter(|name| means(name)).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    if path.is_dir() {
        return files_below(path);
    }
    let hint = match catalog.nearest(pattern) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`netsplit list` shows what there is".into(),
    };
    Err(exit::usage(format!("`{pattern}` matches no scenario, lab, file or folder; {hint}")))
}

/// The files whose paths match a pattern, in order.
fn files_like(pattern: &str) -> anyhow::Result<Vec<String>> {
    let invalid = |error| exit::usage(format!("`{pattern}` is no pattern of files: {error}"));
    let mut files = Vec::new();
    for file in glob::glob(pattern).map_err(invalid)? {
        let cannot = |error| exit::usage(format!("cannot read what `{pattern}` names: {error}"));
        files.push(file.map_err(cannot)?.display().to_string());
    }
    if files.is_empty() {
        return Err(exit::usage(format!("`{pattern}` matches no file")));
    }
    Ok(files)
}

/// The scenario files in a folder and the folders in it, in order.
fn files_below(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let cannot = |error| exit::usage(format!("cannot read {}: {error}", folder.display()));
        for entry in fs::read_dir(&folder).map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            let path = entry.path();
            if entry.file_type().map_err(cannot)?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                files.push(path);
            }
        }
    }
    if files.is_empty() {
        let folder = folder.display();
        return Err(exit::usage(format!("{folder} contains no scenario file (.toml)")));
    }
    files.sort();
    Ok(files.iter().map(|file| file.display().to_string()).collect())
}

/// Whether `name` matches `pattern`: `*` stands for any characters, `?` for any single one.
fn matches(pattern: &str, name: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => name.is_empty(),
        Some('*') => {
            let ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
            ends.into_iter().any(|at| matches(rest.as_str(), &name[at..]))
        }
        Some(wanted) => {
            let mut letters = name.chars();
            let letter = letters.next();
            letter.is_some_and(|letter| wanted == '?' || wanted == letter)
                && matches(rest.as_str(), letters.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let name = "quorum-kv/minority-partition";
        for fits in ["*", "quorum-kv/*", "*/minority*", "quorum-k?/*-partition", name] {
            assert!(matches(fits, name), "{fits}");
        }
        for fails in ["", "quorum-kv", "quorum-kv/?", "*x", "raft/*"] {
            assert!(!matches(fails, name), "{fails}");
        }
    }
}
