//! Progress: the grades of a learner's files, each kept with the hash of the source that earned it.
//!
//! So a copied, renamed or edited file has no grade until it is graded, and whatever becomes of the
//! file of the progress, grading brings it back.

use std::collections::BTreeMap;

use netsplit_scenario::hash;
use serde::{Deserialize, Serialize};

use crate::{Step, StepGrade};

/// The progress of a learner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// The last grade of each step, by `LAB/STEP`.
    grades: BTreeMap<String, Record>,
    /// The number of hints that were asked for, by `LAB/STEP`.
    hints: BTreeMap<String, usize>,
}

/// The grade of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// The hash of the source, and of what the step asks.
    pub source: String,
    /// The number of scenarios that passed.
    pub passes: usize,
    /// The number of scenarios.
    pub of: usize,
    /// The points that it earned.
    pub score: u32,
    /// The scenario and the seed that failed first.
    pub failed: Option<(String, u64)>,
}

/// Where a learner stands with a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is no file.
    Missing,
    /// The file is the skeleton.
    NotBegun,
    /// The file has changed since it was graded, or never was.
    NotGraded,
    /// The file has this grade.
    Graded(Record),
}

impl Progress {
    /// Reads what [`to_text`](Progress::to_text) wrote. Anything else is no progress.
    pub fn read(text: &str) -> Progress {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// The progress as JSON.
    ///
    /// # Panics
    /// Never: the keys are strings.
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("the keys are strings") + "\n"
    }

    /// Where the learner stands with a step whose file has this `source`.
    pub fn standing(&self, step: &Step, source: Option<&str>) -> Standing {
        let Some(source) = source else { return Standing::Missing };
        match self.grades.get(&step.path()) {
            Some(record) if record.source == fingerprint(step, source) => {
                Standing::Graded(record.clone())
            }
            _ if source == step.files.skeleton => Standing::NotBegun,
            _ => Standing::NotGraded,
        }
    }

    /// The scenario and seed that failed first when the step was last graded.
    pub fn failed(&self, step: &Step) -> Option<(String, u64)> {
        self.grades.get(&step.path())?.failed.clone()
    }

    /// Records the grade of `source`.
    pub fn grade(&mut self, grade: &StepGrade, source: &str) {
        let failed = grade.failed().map(|(scenario, seed, _)| (scenario.to_owned(), seed));
        let record = Record {
            source: fingerprint(&grade.step, source),
            passes: grade.passes(),
            of: grade.scenarios.len(),
            score: grade.score(),
            failed,
        };
        self.grades.insert(grade.step.path(), record);
    }

    /// The number of hints that were asked for.
    pub fn hints(&self, step: &Step) -> usize {
        self.hints.get(&step.path()).copied().unwrap_or_default()
    }

    /// Asks for a hint more, as long as there is one; returns the number of those asked for.
    pub fn ask_hint(&mut self, step: &Step) -> usize {
        let asked = self.hints.entry(step.path()).or_default();
        *asked = (*asked + 1).min(step.hints.len());
        *asked
    }
}

impl Standing {
    /// Whether the file as it is has passed.
    pub fn passed(&self) -> bool {
        matches!(self, Standing::Graded(record) if record.passed())
    }
}

impl Record {
    /// Whether all scenarios passed.
    pub fn passed(&self) -> bool {
        self.passes == self.of
    }
}

/// The hash of a source and of what grades it.
fn fingerprint(step: &Step, source: &str) -> String {
    hash(&format!("{}\0{source}", step.files.step))
}
