//! Experiments: scenarios that can be run and judged.

use std::cell::RefCell;
use std::collections::BTreeMap;

use netsplit_check::{
    CheckContext, Findings, Measured, PropertyFinding, answer, decide, evaluate, measure,
};
use netsplit_history::{Run, Time};
use netsplit_scenario::{
    Answer, Diagnostics, Metric, Property, Quantity, Refusal, Scenario, Sentence, WindowName,
    refused,
};
use netsplit_sim::{Lab, Options, simulate};

use crate::{Catalog, LoadError, Source};

/// A scenario with its lab.
#[derive(Clone)]
pub struct Experiment {
    /// `LAB/NAME`.
    pub name: String,
    /// The lab.
    pub lab: &'static dyn Lab,
    /// The scenario.
    pub scenario: Scenario,
    /// Warnings about the scenario.
    pub warnings: Diagnostics,
    pub(crate) source: Source,
}

impl Experiment {
    /// Loads the shipped scenario `name` of `lab`, or the file at that path, with `KEY=VALUE`
    /// overrides.
    ///
    /// # Errors
    /// When there is none, or it is invalid.
    pub fn load(
        lab: &'static dyn Lab,
        name: &str,
        overrides: &[&str],
    ) -> Result<Experiment, LoadError> {
        let labs = [lab];
        let catalog = Catalog::new(&labs);
        let shipped = lab.scenarios().iter().any(|file| file.name == name);
        let which = if shipped { format!("{}/{name}", lab.spec().name) } else { name.to_owned() };
        let overrides: Vec<_> = overrides.iter().map(|set| (*set).to_owned()).collect();
        catalog.load(&catalog.source(&which)?, &overrides)
    }

    /// Parses the TOML `text`, with `KEY=VALUE` overrides.
    ///
    /// # Errors
    /// When it is invalid.
    pub fn parse(
        lab: &'static dyn Lab,
        text: &str,
        overrides: &[&str],
    ) -> Result<Experiment, LoadError> {
        let source =
            Source { name: "scenario".into(), file: "scenario.toml".into(), text: text.into() };
        let overrides: Vec<_> = overrides.iter().map(|set| (*set).to_owned()).collect();
        Catalog::new(&[lab]).load(&source, &overrides)
    }

    /// The text of the scenario and its origin.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Runs the scenario; `progress` is called with the simulated time as it advances.
    ///
    /// # Errors
    /// When the lab refuses the scenario; [`refused`](Experiment::refused) shows the place.
    pub fn simulate(
        &self,
        options: &Options,
        progress: &mut dyn FnMut(Time),
    ) -> Result<Run, Refusal> {
        simulate(self.lab, &self.scenario, options, progress)
    }

    /// The lab's refusal of this scenario as an error that shows the place in the file.
    pub fn refused(&self, refusal: &Refusal) -> LoadError {
        let Source { text, file, .. } = &self.source;
        LoadError::Invalid(refused(&self.scenario, text, file, refusal))
    }

    /// Judges a run by the scenario's expectations.
    pub fn judge(&self, run: &Run) -> Findings {
        evaluate(&self.scenario, run, &self.decider())
    }

    /// Runs the scenario under a seed, and judges the run.
    ///
    /// # Errors
    /// When the lab refuses the scenario.
    pub fn run(&self, seed: u64) -> Result<(Run, Findings), Refusal> {
        let run = self.simulate(&Options { seed, ..Options::default() }, &mut |_| ())?;
        let findings = self.judge(&run);
        Ok((run, findings))
    }

    /// A decider of properties for one run, which caches each result.
    pub fn decider(&self) -> impl Fn(&Property, &Run) -> Option<PropertyFinding> {
        let context = CheckContext {
            settle: self.scenario.settle,
            invariants: self.lab.spec().invariants,
            ..CheckContext::default()
        };
        let known: RefCell<BTreeMap<Property, PropertyFinding>> = RefCell::default();
        move |property, run| {
            if let Some(finding) = known.borrow().get(property) {
                return Some(finding.clone());
            }
            let finding = decide(property, run, &context);
            known.borrow_mut().insert(property.clone(), finding.clone());
            Some(finding)
        }
    }

    /// Measures a metric in the syntax of expectations, such as `p99(get) during cut`.
    ///
    /// # Errors
    /// When it is not a metric, or the run has no samples of it.
    pub fn measure(&self, run: &Run, metric: &str) -> Result<Measured, String> {
        let set = format!("predict={{ question = '', answer = {metric:?} }}");
        let questions = self.with(set)?.scenario.questions;
        match questions.first().map(|question| &question.answer) {
            Some(Answer::Metric { metric, window }) => measure(metric, window, &self.scenario, run),
            _ => Err(format!("`{metric}` is no metric")),
        }
    }

    /// What a run answers to each question of the scenario, human-readable.
    pub fn answers(&self, run: &Run) -> Vec<String> {
        let decider = self.decider();
        let questions = self.scenario.questions.iter();
        questions.map(|asked| answer(&asked.answer, &self.scenario, run, &decider)).collect()
    }

    /// This experiment with one more override.
    fn with(&self, set: String) -> Result<Experiment, String> {
        let mut overrides = self.scenario.overrides.clone();
        overrides.push(set);
        let read = Catalog::new(&[self.lab]).load(&self.source, &overrides);
        read.map_err(|error| error.to_string())
    }

    /// Parses a sentence about a metric: the metric, the window, and the bound.
    ///
    /// # Errors
    /// When it is not such a sentence; the message has the position.
    pub fn metric(&self, sentence: &str) -> Result<(Metric, WindowName, Quantity), String> {
        let mut expect =
            self.with(format!("verdict.expect=[{sentence:?}]"))?.scenario.verdict.expect;
        match expect.pop().map(|expectation| expectation.sentence) {
            Some(Sentence::Metric { metric, value, window, .. }) => Ok((metric, window, value)),
            _ => Err(format!("`{sentence}` compares no metric")),
        }
    }
}
