//! `netsplit learn --watch`: a step is graded anew whenever one of its lab's files is saved.
//!
//! Files are looked at, rather than watched by the operating system: an editor may replace a file,
//! and the files of a lab are small and few.

use std::process::ExitCode;
use std::time::Duration;

use netsplit_harness::Catalog;
use netsplit_learn::Step;

use super::{Folder, chosen, grade_step, hint, learners, show, steps_of};
use crate::args::Learn;
use crate::keys::Keys;
use crate::{exit, terminal};

/// The time between two looks at the files.
const LOOK: Duration = Duration::from_millis(200);

const HELP: &str = "\nn next step   h hint   l list   r run again   q quit\n";

/// What Ctrl-D sends.
const END_OF_INPUT: char = '\u{4}';

struct Watch<'a> {
    catalog: Catalog<'a>,
    args: &'a Learn,
    folder: Folder,
    steps: Vec<Step>,
    /// The step that is graded.
    at: usize,
    /// The texts of its lab's files when it was graded last.
    graded: Vec<Option<String>>,
    /// The same at the last look.
    seen: Vec<Option<String>>,
}

/// Grades the first step that is not passed, and again when a file is saved, until `q` is pressed.
///
/// # Errors
/// When the command line is not valid, or the progress cannot be written.
pub fn watch(catalog: Catalog<'_>, args: &Learn, folder: Folder) -> anyhow::Result<ExitCode> {
    let steps = chosen(catalog, args)?;
    let (graded, seen) = (Vec::new(), Vec::new());
    let mut watch = Watch { catalog, args, folder, steps, at: 0, graded, seen };
    watch.at = watch.not_passed_from(0)?.unwrap_or(0);
    let keys = Keys::read()?;
    watch.grade()?;
    loop {
        match keys.within(LOOK) {
            Ok(Some('q' | END_OF_INPUT)) | Err(()) => return Ok(exit::PASS.into()),
            Ok(Some('n')) => watch.next()?,
            Ok(Some('h')) => watch.hint()?,
            Ok(Some('l')) => show(&watch.folder, &watch.steps)?,
            Ok(Some('r')) => watch.grade()?,
            Ok(Some(_)) => terminal::print(HELP),
            Ok(None) if watch.saved() => watch.grade()?,
            Ok(None) => {}
        }
    }
}

impl Watch<'_> {
    /// The texts of the files that are built for the step.
    fn texts(&self) -> anyhow::Result<Vec<Option<String>>> {
        let lab = self.catalog.lab(self.steps[self.at].lab)?;
        steps_of(lab)?.iter().map(|step| self.folder.source(step)).collect()
    }

    /// Whether a file has changed since it was graded, and is not being written at the moment.
    fn saved(&mut self) -> bool {
        // A file that cannot be read is half written.
        let Ok(texts) = self.texts() else { return false };
        let still = texts == self.seen;
        self.seen = texts;
        still && self.seen != self.graded
    }

    fn grade(&mut self) -> anyhow::Result<()> {
        self.graded = self.texts()?;
        self.seen.clone_from(&self.graded);
        terminal::clear();
        let step = self.steps[self.at].clone();
        terminal::print(&format!("{}: {}\n\n", step.path(), step.title));
        let graded = learners(self.args, &self.folder, step.lab).and_then(|built| match built {
            Ok(pool) => grade_step(self.catalog, &pool, &mut self.folder, &step).map(drop),
            Err(_) => Ok(()),
        });
        if let Err(error) = graded {
            terminal::complain(&format!("error: {error:#}"));
        }
        terminal::print(HELP);
        Ok(())
    }

    /// Goes to the next step that is not passed.
    fn next(&mut self) -> anyhow::Result<()> {
        if let Some(next) = self.not_passed_from(self.at + 1)? {
            self.at = next;
            return self.grade();
        }
        terminal::print("\nall of these steps are passed\n");
        Ok(())
    }

    fn hint(&mut self) -> anyhow::Result<()> {
        hint(&mut self.folder, &self.steps[self.at])
    }

    /// The first step that is not passed, from this one on and then from the first.
    fn not_passed_from(&self, start: usize) -> anyhow::Result<Option<usize>> {
        let count = self.steps.len();
        for index in (start..count).chain(0..start.min(count)) {
            if !self.folder.standing(&self.steps[index])?.passed() {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }
}
