//! Grade sheets to test with.

use netsplit_scenario::ExerciseFiles;

use super::{GradeSheet, GradedStep, Outcome};
use crate::{Failure, RunGrade, ScenarioGrade, Step, StepGrade};

/// A step with three scenarios and 20 points.
pub fn step() -> Step {
    let text = r#"
        title = "Ring"
        asks = "Write a ring."
        points = 20
        scenarios = ["calm", "skew", "join"]
        seeds = 2
        hints = ["a", "b", "c"]
    "#;
    let files = ExerciseFiles { name: "ring", step: text, skeleton: "", reference: "" };
    Step::read("hashing", &files).unwrap()
}

/// Its grade when all passed.
pub fn passed() -> StepGrade {
    let step = step();
    let run = |seed| RunGrade { seed, failure: None };
    let scenario =
        |name: &String| ScenarioGrade { name: name.clone(), seeds: 2, runs: vec![run(1), run(2)] };
    let scenarios = step.scenarios.iter().map(scenario).collect();
    StepGrade { step, scenarios }
}

/// Its grade when the second scenario failed.
pub fn failed() -> StepGrade {
    let mut grade = passed();
    let command = String::from("cargo hashing run hashing/skew --variant my-ring --seed 2");
    let failure = Failure {
        expected: "load.max < 1.5".into(),
        happened: "it was 2 <&> \u{1b}[31mred".into(),
        difference: Some("at 1.203 s your n2 took key 7; the reference refused it".into()),
        command,
        page: None,
    };
    grade.scenarios[1].runs[1].failure = Some(failure);
    grade
}

/// A sheet with a step that failed, one that was not built and one that waits.
pub fn sheet() -> GradeSheet {
    let graded = Outcome::Graded { known: Box::new(failed()), held_out: Some(Box::new(passed())) };
    let not_built = Outcome::NotBuilt("error[E0425]: cannot find value `x`".into());
    let outcomes = [graded, not_built, Outcome::Waiting];
    let names = ["ring", "rendezvous", "bounded"];
    let steps = outcomes.into_iter().zip(names);
    let steps = steps.map(|(outcome, name)| GradedStep { step: Step { name, ..step() }, outcome });
    GradeSheet::of(&steps.collect::<Vec<_>>(), true)
}

/// A sheet of which nothing could be built.
pub fn unbuilt(why: &str) -> GradeSheet {
    GradeSheet::of(&[GradedStep { step: step(), outcome: Outcome::NotBuilt(why.into()) }], false)
}
