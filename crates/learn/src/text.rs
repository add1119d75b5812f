//! Grades and progress, human-readable.

use std::fmt::Write;

use similar::TextDiff;

use crate::{Failure, ScenarioGrade, Standing, Step, StepGrade};

/// The grade of a step: its scenarios, and the first failure.
pub fn step_report(grade: &StepGrade) -> String {
    let StepGrade { step, scenarios } = grade;
    let (score, points) = (grade.score(), step.points);
    let mut text = format!("{}: {score} of {points} points\n", step.path());
    let width = scenarios.iter().map(|scenario| scenario.name.len()).max().unwrap_or(0);
    for scenario in scenarios {
        let (mark, what) = told(scenario);
        writeln!(text, "  {mark} {:width$}  {what}", scenario.name).expect("a string takes it");
    }
    if let Some((name, seed, failure)) = grade.failed() {
        text += "\n";
        for line in failure_text(&format!("{}/{name}, seed {seed}", step.lab), failure).lines() {
            writeln!(text, "  {line}").expect("a string takes it");
        }
    }
    text
}

fn told(scenario: &ScenarioGrade) -> (char, String) {
    let ScenarioGrade { seeds, runs, .. } = scenario;
    if scenario.passed() {
        return ('✓', format!("{seeds} of {seeds} seeds"));
    }
    match scenario.failed() {
        Some((seed, _)) => ('✗', format!("seed {seed}")),
        None if runs.is_empty() => ('·', "not run yet".into()),
        None => ('·', format!("{} of {seeds} seeds so far", runs.len())),
    }
}

/// What was expected and what happened, with what leads on.
pub(crate) fn failure_text(run: &str, failure: &Failure) -> String {
    let Failure { expected, happened, difference, command, page } = failure;
    let rows = [
        ("run", Some(run)),
        ("expected", Some(expected.as_str()).filter(|expected| !expected.is_empty())),
        ("happened", Some(happened.as_str())),
        ("first difference", difference.as_deref()),
        ("repeat", Some(command.as_str())),
        ("page", page.as_deref()),
    ];
    let mut text = String::new();
    for (name, value) in rows {
        if let Some(value) = value {
            writeln!(text, "{name:16}  {value}").expect("a string takes it");
        }
    }
    text
}

/// Where the learner stands over all labs, and what comes next.
pub fn overview(steps: &[(Step, Standing)]) -> String {
    let mut text = String::new();
    let mut lab = "";
    let width = steps.iter().map(|(step, _)| step.name.len()).max().unwrap_or(0);
    for (step, standing) in steps {
        if step.lab != lab {
            lab = step.lab;
            writeln!(text, "{lab}").expect("a string takes it");
        }
        let (mark, what) = stands(step, standing);
        writeln!(text, "  {mark} {:width$}  {what}", step.name).expect("a string takes it");
    }
    let next = steps.iter().find(|(_, standing)| !standing.passed());
    text += "\n";
    text += &match next {
        Some((step, _)) => format!("next: netsplit learn {} {}\n", step.lab, step.name),
        None => "all steps are passed\n".into(),
    };
    text
}

fn stands(step: &Step, standing: &Standing) -> (char, String) {
    match standing {
        Standing::Missing => ('·', "no file: netsplit learn init . writes it".into()),
        Standing::NotBegun => ('·', format!("not begun, {} points", step.points)),
        Standing::NotGraded => ('?', format!("changed, {} points", step.points)),
        Standing::Graded(record) if record.passed() => {
            ('✓', format!("{} of {} points", record.score, step.points))
        }
        Standing::Graded(record) => {
            let failed = record.failed.as_ref();
            let failed = failed.map(|(scenario, seed)| format!(", {scenario} seed {seed} failed"));
            let (score, points) = (record.score, step.points);
            ('✗', format!("{score} of {points} points{}", failed.unwrap_or_default()))
        }
    }
}

/// The reference's file, as a difference from the learner's.
pub fn difference(source: &str, step: &Step) -> String {
    let changes = TextDiff::from_lines(source, step.files.reference);
    changes.unified_diff().header("your file", "the reference").to_string()
}
