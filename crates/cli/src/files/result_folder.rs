//! The folder of a run's result.
//!
//! By default its name says what was run: `netsplit-out`, the scenario's name or its file's path,
//! the variant, the seed, and a hash of the settings if there are any. So the same command replaces
//! its own result, and no other one's.
//!
//! `command.txt` in the folder says whose result it is. It is locked while the files are written,
//! and compared where the folder was chosen with `--out`: another command's result is refused.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::Context;
use netsplit_report::sweep::quoted;
use netsplit_scenario::hash;

use crate::args::Which;
use crate::{exit, files};

const TOP: &str = "netsplit-out";
const COMMAND: &str = "command.txt";
/// The file that makes a result complete: removed first, written last.
const REPORT: &str = "report.json";
/// The files of a result, in the order in which they are written.
const FILES: [&str; 10] = [
    "scenario.toml",
    "history.jsonl",
    "timeline.svg",
    "log.txt",
    "trace.txt",
    "trace.chrome.json",
    "trace.otlp.jsonl",
    "trace.shiviz.log",
    "page.html",
    REPORT,
];

/// A folder for the result of one command.
pub struct ResultFolder {
    path: PathBuf,
    command: String,
    /// Whether `--out` names it.
    chosen: bool,
}

/// What was run, apart from the scenario's name.
pub struct Inputs<'a> {
    /// The scenario and its settings, as the command line names them.
    pub which: &'a Which,
    /// The resolved variant.
    pub variant: &'a str,
    /// Whether the scenario is a shipped one, rather than a file.
    pub shipped: bool,
}

impl Inputs<'_> {
    /// `netsplit-out/LAB/NAME` of a shipped scenario. For a file, its path in the current folder;
    /// elsewhere, its name beside a hash of its path.
    pub fn scenario_folder(&self) -> PathBuf {
        let path = Path::new(&self.which.scenario);
        let top = Path::new(TOP);
        if self.shipped {
            return top.join(path);
        }
        let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let here = Path::new(".").canonicalize().unwrap_or_default();
        match whole.strip_prefix(&here) {
            Ok(inside) if inside.components().all(|c| matches!(c, Component::Normal(_))) => {
                top.join(inside)
            }
            _ => {
                let elsewhere = format!("elsewhere-{}", short_hash(&whole.to_string_lossy()));
                top.join(elsewhere).join(path.file_name().unwrap_or_default())
            }
        }
    }

    /// `seed-7`, and behind it a hash of what was set.
    fn seed_folder(&self) -> String {
        let Which { seed, set, .. } = self.which;
        match settings_hash(set) {
            None => format!("seed-{seed}"),
            Some(hash) => format!("seed-{seed}-set-{hash}"),
        }
    }

    /// The command that repeats the run.
    pub fn command(&self) -> String {
        self.command_of("run") + "\n"
    }

    /// A subcommand with the scenario and its settings.
    pub fn command_of(&self, subcommand: &str) -> String {
        let Which { scenario, seed, variant, set } = self.which;
        let variant = variant.iter().map(|variant| format!(" --variant {}", quoted(variant)));
        let set = set.iter().map(|set| format!(" --set {}", quoted(set)));
        let settings: String = variant.chain(set).collect();
        format!("netsplit {subcommand} {} --seed {seed}{settings}", quoted(scenario))
    }
}

/// A short hash of settings, in the order given; `None` when there are none.
pub fn settings_hash(settings: &[String]) -> Option<String> {
    // No argument contains a NUL.
    (!settings.is_empty()).then(|| short_hash(&settings.join("\0")))
}

fn short_hash(text: &str) -> String {
    hash(text)[..8].to_owned()
}

/// A text as the name of one folder. What a name may not have becomes `_`, and a hash tells such
/// names apart.
fn component(text: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_=,".contains(c);
    if text.chars().all(fits) {
        return text.to_owned();
    }
    format!("{}-{}", text.replace(|c| !fits(c), "_"), short_hash(text))
}

impl ResultFolder {
    /// The folder that the command line chose, or the one named by what was run.
    ///
    /// # Errors
    /// When the chosen folder has the result of another run.
    pub fn new(inputs: &Inputs<'_>, chosen: Option<&Path>) -> anyhow::Result<ResultFolder> {
        let default =
            || inputs.scenario_folder().join(component(inputs.variant)).join(inputs.seed_folder());
        let folder = ResultFolder {
            path: chosen.map_or_else(default, Path::to_owned),
            command: inputs.command(),
            chosen: chosen.is_some(),
        };
        let owner = File::open(folder.path.join(COMMAND)).map_or(Ok(String::new()), read_owner);
        let refused = owner.and_then(|owner| folder.refuse_another(&owner));
        refused.map_err(|why| exit::usage(why.to_string()))?;
        Ok(folder)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the files of a result, each by `write`, which returns false for one that the result
    /// does not have.
    ///
    /// # Errors
    /// When a file cannot be written, or another run has written its result here meanwhile.
    pub fn publish(&self, write: impl Fn(&str, &Path) -> io::Result<bool>) -> anyhow::Result<()> {
        let cannot = || format!("cannot write to {}", self.path.display());
        let _claim =
            files::create_folder(&self.path).and_then(|()| self.claim()).with_context(cannot)?;
        remove(&self.path.join(REPORT)).with_context(cannot)?;
        for name in FILES {
            let file = self.path.join(name);
            let there =
                write(name, &file).with_context(|| format!("cannot write {}", file.display()))?;
            if !there {
                remove(&file).with_context(cannot)?;
            }
        }
        Ok(())
    }

    /// Locks the folder's `command.txt`, and makes it ours.
    fn claim(&self) -> io::Result<File> {
        let name = self.path.join(COMMAND);
        let mut file =
            File::options().read(true).write(true).create(true).truncate(false).open(name)?;
        // Where the file system has no locks, the comparison alone has to do.
        let _ = file.lock();
        let owner = read_owner(&file)?;
        self.refuse_another(&owner)?;
        if owner != self.command {
            file.set_len(0)?;
            file.rewind()?;
            if let Err(error) = file.write_all(self.command.as_bytes()) {
                let _ = file.set_len(0);
                return Err(error);
            }
        }
        Ok(file)
    }

    /// Refuses a chosen folder with the result of `owner`, or with files of a result's names.
    fn refuse_another(&self, owner: &str) -> io::Result<()> {
        let refuse = |what: String| {
            let folder = self.path.display();
            Err(io::Error::other(format!(
                "{folder} has {what}: choose another folder, or remove it"
            )))
        };
        if !self.chosen || owner == self.command {
            return Ok(());
        }
        if self.path.exists() && !self.path.is_dir() {
            return Err(io::Error::other(format!("{} is no folder", self.path.display())));
        }
        if !owner.is_empty() {
            return refuse(format!("the result of another run, `{}`", owner.trim_end()));
        }
        match FILES.iter().find(|name| self.path.join(name).exists()) {
            Some(name) => refuse(format!("a {name} already")),
            None => Ok(()),
        }
    }
}

/// The command whose result a folder has, at most as much of it as matters.
fn read_owner(file: impl Read) -> io::Result<String> {
    const OWNER_MAX: u64 = 1 << 20;
    let mut bytes = Vec::new();
    file.take(OWNER_MAX).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
