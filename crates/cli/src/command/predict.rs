//! `netsplit run --predict`: the questions of a scenario before its run, and their answers after it.

use std::io::{self, BufRead, IsTerminal};

use netsplit_harness::{Catalog, Experiment};
use netsplit_history::Run;
use netsplit_report::{Predicted, render_predictions, render_question};

use crate::args::Command;
use crate::{exit, terminal};

/// Asks the questions of a run that is to be predicted. A line without text passes over a question,
/// and the end of the input over all that are left.
///
/// # Errors
/// When the scenario is not valid or has no questions, or the input cannot be read.
pub fn predictions(catalog: Catalog<'_>, command: &Command) -> anyhow::Result<Vec<Option<String>>> {
    let Command::Run(args) = command else { return Ok(Vec::new()) };
    if !args.predict {
        return Ok(Vec::new());
    }
    let source = catalog.source(&args.which.scenario)?;
    let Experiment { name, scenario, .. } = catalog.load(&source, &args.which.overrides())?;
    if scenario.questions.is_empty() {
        return Err(exit::usage(format!(
            "{name} has no questions: add [[predict]] tables with `question` and `answer`"
        )));
    }
    // Its title and what it is about may give the answer away.
    terminal::print(&format!("{name}\n"));
    let mut lines = io::stdin().lock();
    let asked = scenario.questions.iter().map(|question| {
        let text = render_question(&question.text, terminal::width());
        terminal::print(&format!("\n{text}\n> "));
        let mut line = String::new();
        lines.read_line(&mut line)?;
        if !io::stdin().is_terminal() {
            terminal::print("\n");
        }
        Ok(Some(line.trim().to_owned()).filter(|line| !line.is_empty()))
    });
    let predictions = asked.collect::<anyhow::Result<Vec<_>>>()?;
    terminal::print("\n");
    Ok(predictions)
}

/// The predictions beside what the run answers.
pub fn answers(experiment: &Experiment, run: &Run, predictions: &[Option<String>]) -> String {
    let questions = experiment.scenario.questions.iter().zip(predictions);
    let predicted = questions.zip(experiment.answers(run)).map(|((question, said), measured)| {
        let (by, said) = (question.answer.to_string(), said.as_deref());
        Predicted { question: &question.text, said, measured, by }
    });
    let predicted: Vec<_> = predicted.collect();
    render_predictions(&predicted, terminal::width(), terminal::colour())
}
