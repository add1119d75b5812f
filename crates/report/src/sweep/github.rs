//! A sweep as annotations of a GitHub workflow, at the lines of failed expectations.

use netsplit_check::Verdict;
use netsplit_scenario::{COMMAND_LINE, Diagnostic, Diagnostics, Severity, visible};

use super::criterion::{Criterion, CriterionKind};
use super::expectations::ExpectationTally;
use super::{ScenarioSummary, Summary};

/// Commands per annotation.
const COMMANDS: usize = 3;

/// One `::error` command per line for each expectation and criterion that does not hold, in
/// scenarios that do not pass. The pass rate is shown only where no expectation failed.
pub fn sweep_to_annotations(summary: &Summary) -> String {
    let mut text = String::new();
    let not_passed = |s: &&ScenarioSummary| s.verdict != Verdict::Pass;
    for scenario in summary.scenarios.iter().filter(not_passed) {
        annotate(scenario, &mut text);
    }
    text
}

/// The errors and warnings about a scenario file.
pub fn diagnostics_to_annotations(found: &Diagnostics) -> String {
    let of_file = |diagnostic: &&Diagnostic| diagnostic.file != COMMAND_LINE;
    let annotations = found.iter().filter(of_file).map(|diagnostic| {
        let level = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let parts = [&diagnostic.message, &diagnostic.label].into_iter().chain(&diagnostic.help);
        let message: Vec<_> = parts.filter(|part| !part.is_empty()).cloned().collect();
        let (file, line) = (&diagnostic.file, Some(diagnostic.line));
        annotation(level, file, line, "netsplit", &message.join("; "))
    });
    annotations.collect()
}

/// One workflow command, in a line.
fn annotation(level: &str, file: &str, line: Option<usize>, title: &str, message: &str) -> String {
    let line = line.map_or(String::new(), |line| format!(",line={line}"));
    let (file, title) = (property(file), property(title));
    format!("::{level} file={file}{line},title={title}::{}\n", data(message))
}

fn annotate(scenario: &ScenarioSummary, text: &mut String) {
    let mut error = |line: Option<usize>, message: &str| {
        let title = format!("{}: {}", scenario.scenario, scenario.verdict);
        *text += &annotation("error", &scenario.file, line, &title, message);
    };
    let mut expectations_listed = false;
    for expectation in &scenario.expectations {
        if let Some(failure) = expectation.describe() {
            error(expectation.line, &(failure + &worst(scenario, expectation)));
            expectations_listed = true;
        }
    }
    let redundant =
        |criterion: &&Criterion| expectations_listed && criterion.kind == CriterionKind::PassRate;
    let open = scenario.criteria.iter().filter(|c| c.verdict != Verdict::Pass);
    for criterion in open.filter(|criterion| !redundant(criterion)) {
        let mut message = format!("{}: {}", criterion.text, criterion.observed);
        if !criterion.why.is_empty() {
            message += &format!("; {}", criterion.why);
        }
        for command in criterion.commands.iter().take(COMMANDS) {
            message += &format!("\n{command}");
        }
        error(criterion.line, &message);
    }
}

/// The worst run and its command.
fn worst(scenario: &ScenarioSummary, tally: &ExpectationTally) -> String {
    let mut message = String::new();
    if let Some(worst) = &tally.worst {
        let shown = [worst.shown.trim(), worst.why.trim()];
        let shown: Vec<_> = shown.into_iter().filter(|part| !part.is_empty()).collect();
        message += &format!("; worst at seed {}", worst.seed);
        if !shown.is_empty() {
            message += &format!(": {}", shown.join(", "));
        }
        let again = scenario.not_passed.iter().find(|run| run.seed == worst.seed);
        message += &again.map_or(String::new(), |run| format!("\n{}", run.command));
    }
    message
}

/// Escapes the text of a workflow command.
fn data(text: &str) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    visible(&text).into_owned()
}

/// Escapes a property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::testing::{entries, fails, passes, plan, planned};

    #[test]
    fn an_annotation_stands_at_the_line_and_is_escaped() {
        let mut scenario = planned("lab/a");
        scenario.file = "a,b:c.toml".into();
        let plan = plan(2, vec![scenario, planned("lab/b")]);
        let mut bad = fails();
        bad.expectations[0].shown = "97%\r\nof".into();
        let runs = vec![passes(), bad, passes(), passes()];
        let summary = Summary::of(&plan, &entries(&plan, runs), None).unwrap();
        let text = sweep_to_annotations(&summary);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines,
            ["::error file=a%2Cb%3Ac.toml,line=31,title=lab/a%3A fail::p99 < 40ms: failed in \
                 1 of 2 runs; worst at seed 2: 97%25%0D%0Aof%0Anetsplit run lab/a --seed 2",]
        );
    }
}
