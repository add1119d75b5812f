//! Labs by name, and scenarios by name or by path.

use std::io;
use std::path::Path;

use netsplit_scenario::{Diagnostics, FILE_MIB_MAX, LabSpec, Parsed, nearest, parse, visible};
use netsplit_sim::Lab;
use thiserror::Error;

use crate::{Experiment, files};

/// A set of labs with their shipped scenarios.
#[derive(Clone, Copy)]
pub struct Catalog<'a> {
    labs: &'a [&'static dyn Lab],
}

/// The text of a scenario and its origin.
#[derive(Clone, Debug)]
pub struct Source {
    /// `LAB/NAME` of a shipped scenario; for a file, the stem of its name.
    pub name: String,
    /// The file's path, as errors show it.
    pub file: String,
    /// The TOML.
    pub text: String,
}

/// The reason why a lab or a scenario cannot be loaded.
#[derive(Debug, Error)]
pub enum LoadError {
    /// There is no lab of that name; the message lists the known ones.
    #[error("there is no lab `{name}`{hint} There are: {known}")]
    NoLab {
        /// The name, as written.
        name: String,
        /// `; did you mean ...?`, or nothing.
        hint: String,
        /// The known labs.
        known: String,
    },
    /// There is no scenario of that name, and no such file.
    #[error("there is no scenario `{which}`; {hint}")]
    NoScenario {
        /// The name, as written.
        which: String,
        /// What to do instead.
        hint: String,
    },
    /// A file cannot be read.
    #[error("cannot read {file}: {error}")]
    Unreadable {
        /// The path.
        file: String,
        /// The operating system's error.
        error: io::Error,
    },
    /// A file is not UTF-8 text.
    #[error("{file} is not UTF-8 text: {error}")]
    NotText {
        /// The path.
        file: String,
        /// The position of the first invalid byte.
        error: std::string::FromUtf8Error,
    },
    /// A scenario is invalid; the diagnostics say where and why.
    #[error("{0}")]
    Invalid(Diagnostics),
}

impl<'a> Catalog<'a> {
    /// A catalog of `labs`, which are in teaching order.
    pub fn new(labs: &'a [&'static dyn Lab]) -> Catalog<'a> {
        Catalog { labs }
    }

    /// The labs, in teaching order.
    pub fn labs(self) -> &'a [&'static dyn Lab] {
        self.labs
    }

    /// The labs' descriptions, in teaching order.
    pub fn specs(self) -> Vec<&'static LabSpec> {
        self.labs.iter().copied().map(Lab::spec).collect()
    }

    /// The lab called `name`.
    ///
    /// # Errors
    /// When there is none; the error suggests the nearest name.
    pub fn lab(self, name: &str) -> Result<&'static dyn Lab, LoadError> {
        let names = || self.labs.iter().map(|lab| lab.spec().name);
        self.labs.iter().copied().find(|lab| lab.spec().name == name).ok_or_else(|| {
            let near = nearest(name, names());
            LoadError::NoLab {
                name: name.into(),
                hint: near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default(),
                known: names().collect::<Vec<_>>().join(", "),
            }
        })
    }

    /// The shipped scenarios of the labs: (`LAB/NAME`, text), sorted by name.
    pub fn shipped(self) -> Vec<(String, &'static str)> {
        let of = |lab: &&'static dyn Lab| {
            let name = lab.spec().name;
            let files = lab.scenarios().iter();
            files.map(move |file| (format!("{name}/{}", file.name), file.text))
        };
        let mut all: Vec<_> = self.labs.iter().flat_map(of).collect();
        all.sort_unstable();
        all
    }

    /// Finds a scenario by path, or by the name of a shipped one.
    ///
    /// # Errors
    /// When there is none, or the file cannot be read; the error suggests the nearest name.
    pub fn source(self, which: &str) -> Result<Source, LoadError> {
        let path = Path::new(which);
        if path.extension().is_some_and(|ending| ending == "toml") || path.is_file() {
            return Source::read(path);
        }
        if let Some(source) = self.shipped_source(which) {
            return Ok(source);
        }
        let hint = match nearest_scenario(which, &self.shipped()) {
            _ if self.lab(which).is_ok() => {
                format!(
                    "that is a lab, and `{which}/calm` one of its scenarios: see `netsplit list`"
                )
            }
            _ if Path::new(&format!("{which}.toml")).is_file() => {
                format!("did you mean `{which}.toml`?")
            }
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                "`netsplit list` shows all; the name of a file of your own ends in .toml".into()
            }
        };
        Err(LoadError::NoScenario { which: which.into(), hint })
    }

    /// The shipped scenario of this name; reads no file.
    pub fn shipped_source(self, name: &str) -> Option<Source> {
        let shipped = self.shipped().into_iter().find(|(shipped, _)| shipped == name);
        shipped.map(|(name, text)| {
            let file = format!("scenarios/{name}.toml");
            Source { name, file, text: text.into() }
        })
    }

    /// Parses a scenario with `KEY=VALUE` overrides.
    ///
    /// # Errors
    /// When it is invalid; the diagnostics list every error with its position.
    pub fn load(self, source: &Source, overrides: &[String]) -> Result<Experiment, LoadError> {
        let parsed = parse(&source.text, &source.file, overrides, &self.specs());
        let Parsed { scenario, warnings } = parsed.map_err(LoadError::Invalid)?;
        let lab = self.lab(scenario.lab.name)?;
        let name = match source.name.split_once('/') {
            Some(_) => source.name.clone(),
            None => format!("{}/{}", scenario.lab.name, source.name),
        };
        Ok(Experiment { name, lab, scenario, warnings, source: source.clone() })
    }

    /// The name of a shipped scenario, or of a lab, that is nearest to `wanted`.
    pub fn nearest(self, wanted: &str) -> Option<String> {
        let shipped = self.shipped();
        let lab = || nearest(wanted, self.labs.iter().map(|lab| lab.spec().name));
        nearest_scenario(wanted, &shipped).or_else(|| lab().map(str::to_owned))
    }
}

/// The scenario with the nearest name, compared with and without the lab's name.
fn nearest_scenario(wanted: &str, shipped: &[(String, &str)]) -> Option<String> {
    let names = || shipped.iter().map(|(name, _)| name.as_str());
    let short = |name: &str| name.rsplit('/').next().map(str::len).unwrap_or_default();
    let tails = || names().map(|name| &name[name.len() - short(name)..]);
    let wanted_tail = &wanted[wanted.len() - short(wanted)..];
    if let Some(near) = nearest(wanted, names()) {
        return Some(near.to_owned());
    }
    let near = nearest(wanted_tail, tails())?;
    names().find(|name| name.rsplit('/').next() == Some(near)).map(str::to_owned)
}

impl Source {
    /// Whether it is a shipped scenario, rather than a file.
    pub fn is_shipped(&self) -> bool {
        self.name.contains('/')
    }

    /// Reads a scenario file.
    ///
    /// # Errors
    /// When it cannot be read, or is not text.
    pub fn read(path: &Path) -> Result<Source, LoadError> {
        let file = visible(&path.display().to_string()).into_owned();
        let bytes = files::read(path, FILE_MIB_MAX)
            .map_err(|error| LoadError::Unreadable { file: file.clone(), error })?;
        let text = String::from_utf8(bytes)
            .map_err(|error| LoadError::NotText { file: file.clone(), error })?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Source { name: stem, file, text })
    }
}
