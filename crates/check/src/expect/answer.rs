//! Answers of a run to the questions of its scenario.

use netsplit_history::Run;
use netsplit_scenario::{Answer, Scenario};

use super::{Decide, Measured, PropertyFinding, Verdict, ask, measure, show};

/// What the run answers, human-readable: a number with its unit, or whether a property holds; or why
/// it does not say.
pub fn answer(asked: &Answer, scenario: &Scenario, run: &Run, decide: Decide<'_>) -> String {
    match asked {
        Answer::Metric { metric, window } => match measure(metric, window, scenario, run) {
            Ok(Measured { value, note, .. }) => with(&show(value), &note),
            Err(why) => with("not measured", &why),
        },
        Answer::Property(property) => {
            let PropertyFinding { verdict, why, .. } = ask(property, false, run, decide);
            let said = match verdict {
                Verdict::Pass => "it holds",
                Verdict::Fail => "it is violated",
                Verdict::Inconclusive => "the run does not show it",
            };
            with(said, &why)
        }
    }
}

fn with(said: &str, why: &str) -> String {
    if why.is_empty() { said.into() } else { format!("{said}: {why}") }
}
