//! Steps, from their files.

use netsplit_scenario::ExerciseFiles;
use serde::Deserialize;

use crate::Draws;

/// The number of seeds of a step that does not say otherwise.
const SEEDS: u64 = 5;

/// One step of a lab's exercises.
#[derive(Clone, Debug)]
pub struct Step {
    /// The lab.
    pub lab: &'static str,
    /// Its name, in kebab-case.
    pub name: &'static str,
    /// One line.
    pub title: String,
    /// What the learner writes.
    pub asks: String,
    /// What it is worth.
    pub points: u32,
    /// The names of the lab's scenarios that judge it; the first is the simplest.
    pub scenarios: Vec<String>,
    /// It is graded under the seeds 1 to this one.
    pub seeds: u64,
    /// A question; the rule, and where it was published; the place in the learner's code.
    pub hints: [String; 3],
    /// What each student gets values of their own for.
    pub draws: Draws,
    /// Its files.
    pub files: ExerciseFiles,
}

/// `step.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepFile {
    title: String,
    asks: String,
    points: u32,
    scenarios: Vec<String>,
    #[serde(default = "default_seeds")]
    seeds: u64,
    hints: [String; 3],
    #[serde(default)]
    draw: Draws,
}

fn default_seeds() -> u64 {
    SEEDS
}

impl Step {
    /// Reads the files of a step of `lab`.
    ///
    /// # Errors
    /// When `step.toml` is not one, or draws values for a scenario that does not judge the step.
    pub fn read(lab: &'static str, files: &ExerciseFiles) -> Result<Step, String> {
        let read = toml::from_str(files.step);
        let place = format!("{lab}/{}: step.toml: ", files.name);
        let StepFile { title, asks, points, scenarios, seeds, hints, draw: draws } =
            read.map_err(|error| format!("{place}{error}"))?;
        let judges = |scenario: &&str| scenarios.iter().any(|name| name == scenario);
        if let Some(other) = draws.scenarios().find(|scenario| !judges(scenario)) {
            return Err(format!("{place}draw.{other}: {other} is no scenario of this step"));
        }
        let hints = hints.map(|hint| hint.trim().to_owned());
        let asks = asks.trim().to_owned();
        let name = files.name;
        let files = *files;
        Ok(Step { lab, name, title, asks, points, scenarios, seeds, hints, draws, files })
    }

    /// `LAB/STEP`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.lab, self.name)
    }

    /// The seeds that it is graded under, which everybody knows.
    pub fn known_seeds(&self) -> Vec<u64> {
        (1..=self.seeds).collect()
    }

    /// How `points` are shared out to its scenarios: whole numbers, as equal as can be.
    pub fn shares(&self, points: u32) -> Vec<u32> {
        let of = u32::try_from(self.scenarios.len()).unwrap_or(u32::MAX);
        let up_to = |index: u32| points * index / of;
        (0..of).map(|index| up_to(index + 1) - up_to(index)).collect()
    }

    /// The variant that runs the learner's code in a scenario that has the variant `usual`.
    pub fn variant(&self, usual: &str) -> String {
        let mine = format!("my-{}", self.name);
        if usual == "reference" { mine } else { format!("{usual},{mine}") }
    }
}
