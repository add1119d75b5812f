//! Grade sheets: the points of many steps, for the places that collect grades.
//!
//! One model, [`GradeSheet`], is written in each [`Format`], a file each.

mod classroom50;
mod exercism;
mod gradescope;
mod junit;
#[cfg(test)]
mod testing;

use crate::text::failure_text;
use crate::{ScenarioGrade, Step, StepGrade};

/// A format of a grade sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Gradescope's `results.json`.
    Gradescope,
    /// Exercism's `results.json`, version 3.
    Exercism,
    /// What an autograder knows of Classroom 50's `result.json`.
    Classroom50,
    /// JUnit XML.
    Junit,
}

/// A step on a grade sheet.
#[derive(Clone, Debug)]
pub struct GradedStep {
    /// The step.
    pub step: Step,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a step.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It has not been graded yet.
    Waiting,
    /// There is nothing to run, because of this.
    NotBuilt(String),
    /// It was graded.
    Graded {
        /// Under the seeds that everybody knows.
        known: Box<StepGrade>,
        /// Under held-out seeds, if there are any.
        held_out: Option<Box<StepGrade>>,
    },
}

/// The tests of steps, with their points.
#[derive(Clone, Debug)]
pub struct GradeSheet {
    /// The tests: one for each scenario of each step, and with held-out seeds one for all of those.
    pub tests: Vec<GradedTest>,
}

/// A test.
#[derive(Clone, Debug)]
pub struct GradedTest {
    /// The step, `LAB/STEP`, or `held-out seeds`.
    pub group: String,
    /// The number of the group, from 1.
    pub number: usize,
    /// Its name, which no other test has.
    pub name: String,
    /// The command that does it again.
    pub command: String,
    /// Whether it passed.
    pub status: TestStatus,
    /// The points that it earned.
    pub points: u32,
    /// The points that it can earn.
    pub of: u32,
    /// Why it did not pass, human-readable.
    pub message: String,
}

/// Whether a test passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestStatus {
    /// It passed.
    Passed,
    /// It was run and did not pass.
    Failed,
    /// It was not run.
    NotRun,
}

impl GradeSheet {
    /// The sheet of these steps. With held-out seeds, these decide over half of each step's points,
    /// and one test has their sum: a hidden test would hide the total on some platforms.
    pub fn of(steps: &[GradedStep], held_out: bool) -> GradeSheet {
        let known = |step: &Step| step.points - if held_out { held_out_points(step) } else { 0 };
        let mut tests = Vec::new();
        for (number, GradedStep { step, outcome }) in (1..).zip(steps) {
            let shares = step.shares(known(step)).into_iter();
            for (index, (name, of)) in step.scenarios.iter().zip(shares).enumerate() {
                let (status, message) = outcome.scenario(index, step);
                tests.push(GradedTest {
                    group: step.path(),
                    number,
                    name: format!("{}: {name}", step.path()),
                    command: format!("netsplit learn {} {}", step.lab, step.name),
                    status,
                    points: if status == TestStatus::Passed { of } else { 0 },
                    of,
                    message,
                });
            }
        }
        if held_out {
            tests.push(held_out_test(steps));
        }
        GradeSheet { tests }
    }

    /// The points earned.
    pub fn points(&self) -> u32 {
        self.tests.iter().map(|test| test.points).sum()
    }

    /// The points that can be earned.
    pub fn points_max(&self) -> u32 {
        self.tests.iter().map(|test| test.of).sum()
    }

    /// The sheet in a format.
    pub fn to_text(&self, format: Format) -> String {
        match format {
            Format::Gradescope => gradescope::to_json(self),
            Format::Exercism => exercism::to_json(self),
            Format::Classroom50 => classroom50::to_json(self),
            Format::Junit => junit::to_xml(self),
        }
    }
}

impl Outcome {
    /// What came of the scenario of this index, and why.
    fn scenario(&self, index: usize, step: &Step) -> (TestStatus, String) {
        match self {
            Outcome::Waiting => (TestStatus::NotRun, "it was not graded".into()),
            Outcome::NotBuilt(why) => (TestStatus::NotRun, why.clone()),
            Outcome::Graded { known, .. } => scenario_result(&known.scenarios[index], step),
        }
    }
}

fn scenario_result(scenario: &ScenarioGrade, step: &Step) -> (TestStatus, String) {
    match scenario.failed() {
        Some((seed, failure)) => {
            let run = format!("{}/{}, seed {seed}", step.lab, scenario.name);
            (TestStatus::Failed, failure_text(&run, failure))
        }
        None if scenario.passed() => (TestStatus::Passed, String::new()),
        None => (TestStatus::NotRun, "it was not graded".into()),
    }
}

/// A sheet's JSON. Text of a learner's is in it only as strings.
fn json(results: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(results).expect("the keys are strings") + "\n"
}

/// The points of a step that held-out seeds decide over.
fn held_out_points(step: &Step) -> u32 {
    step.points / 2
}

/// The one test of all held-out seeds.
fn held_out_test(steps: &[GradedStep]) -> GradedTest {
    let mut points = 0;
    let mut message = String::new();
    let mut ran = false;
    for GradedStep { step, outcome } in steps {
        let Outcome::Graded { held_out: Some(grade), .. } = outcome else {
            message += &format!("{}: not graded\n", step.path());
            continue;
        };
        ran = true;
        points += grade.score_of(held_out_points(step));
        let (passes, of) = (grade.passes(), grade.scenarios.len());
        message += &format!("{}: {passes} of {of} scenarios passed\n", step.path());
        if let Some((name, seed, failure)) = grade.failed() {
            message += &failure_text(&format!("{}/{name}, seed {seed}", step.lab), failure);
        }
    }
    let of = steps.iter().map(|graded| held_out_points(&graded.step)).sum();
    let status = match ran {
        true if points == of => TestStatus::Passed,
        true => TestStatus::Failed,
        false => TestStatus::NotRun,
    };
    let name = String::from("held-out seeds");
    let command = String::from("netsplit learn --grade FILE --seed-salt TEXT");
    let (group, number) = (name.clone(), steps.len() + 1);
    GradedTest { group, number, name, command, status, points, of, message }
}

#[cfg(test)]
mod tests {
    use super::testing::{failed, passed, step};
    use super::*;

    fn graded(known: StepGrade, held_out: Option<StepGrade>) -> GradedStep {
        let step = known.step.clone();
        let (known, held_out) = (Box::new(known), held_out.map(Box::new));
        GradedStep { step, outcome: Outcome::Graded { known, held_out } }
    }

    #[test]
    fn each_scenario_earns_its_share() {
        let sheet = GradeSheet::of(&[graded(failed(), None)], false);
        let points: Vec<_> = sheet.tests.iter().map(|test| (test.points, test.of)).collect();
        assert_eq!(points, [(6, 6), (0, 7), (7, 7)]);
        assert_eq!((sheet.points(), sheet.points_max()), (13, 20));
    }

    #[test]
    fn held_out_seeds_are_one_test_with_half_of_the_points() {
        let step = graded(passed(), Some(failed()));
        let sheet = GradeSheet::of(&[step], true);
        let last = sheet.tests.last().unwrap();
        assert_eq!((last.name.as_str(), last.status), ("held-out seeds", TestStatus::Failed));
        assert_eq!((last.points, last.of), (7, 10));
        assert!(last.message.contains("2 of 3 scenarios passed"), "{}", last.message);
        assert_eq!((sheet.points(), sheet.points_max()), (17, 20));
    }

    #[test]
    fn what_was_not_graded_earns_nothing() {
        let outcomes = [Outcome::Waiting, Outcome::NotBuilt("error: expected `;`".into())];
        for outcome in outcomes {
            let sheet = GradeSheet::of(&[GradedStep { step: step(), outcome }], true);
            assert_eq!((sheet.points(), sheet.points_max()), (0, 20));
            assert!(sheet.tests.iter().all(|test| test.status == TestStatus::NotRun));
        }
    }
}
