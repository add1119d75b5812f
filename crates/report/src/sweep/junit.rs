//! A sweep as JUnit XML, which every CI service reads: a suite per scenario, a case per criterion.
//!
//! A criterion that fails is a `<failure>`; one that is inconclusive is an `<error
//! type="inconclusive">`. Nothing is ever `<skipped>`, because services count that as a success.
//! The file contains no times, so equal sweeps are equal bytes.

use netsplit_check::Verdict;
use netsplit_scenario::visible_lines;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::criterion::{Criterion, CriterionKind};
use super::{ScenarioSummary, Summary};

/// The summary as JUnit XML.
pub fn sweep_to_junit(summary: &Summary) -> String {
    let mut report = Report::new("netsplit verify");
    for scenario in &summary.scenarios {
        report.add_test_suite(suite(scenario));
    }
    // XML has no place for some characters, escaped or not.
    visible_lines(&report.to_string().expect("a report of ours is XML")).into_owned() + "\n"
}

fn suite(scenario: &ScenarioSummary) -> TestSuite {
    let mut suite = TestSuite::new(scenario.scenario.as_str());
    for criterion in &scenario.criteria {
        let mut case = TestCase::new(criterion.text.as_str(), status(criterion, scenario));
        case.set_classname(scenario.scenario.replace('/', "."));
        suite.add_test_case(case);
    }
    suite
}

fn status(criterion: &Criterion, scenario: &ScenarioSummary) -> TestCaseStatus {
    let (kind, ty) = match criterion.verdict {
        Verdict::Pass => return TestCaseStatus::success(),
        Verdict::Fail => (NonSuccessKind::Failure, "fail"),
        Verdict::Inconclusive => (NonSuccessKind::Error, "inconclusive"),
    };
    let mut status = TestCaseStatus::non_success(kind);
    let mut message = criterion.observed.clone();
    if !criterion.why.is_empty() {
        message += &format!("; {}", criterion.why);
    }
    status.set_message(message).set_type(ty);
    let details = details(criterion, scenario);
    if !details.is_empty() {
        status.set_description(details.join("\n"));
    }
    status
}

/// The reasons, and the commands that reproduce them.
fn details(criterion: &Criterion, scenario: &ScenarioSummary) -> Vec<String> {
    if criterion.kind != CriterionKind::PassRate {
        return criterion.commands.clone();
    }
    let mut lines = Vec::new();
    for run in &scenario.not_passed {
        lines.push(format!("seed {}: {}", run.seed, run.verdict));
        lines.extend(run.why.iter().map(|why| format!("  {why}")));
        lines.push(format!("  {}", run.command));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::testing::{entries, fails, inconclusive, passes, plan, planned};

    fn junit(runs: Vec<super::super::Entry>) -> String {
        let plan = plan(2, vec![planned("lab/a")]);
        sweep_to_junit(&Summary::of(&plan, &entries(&plan, runs), None).unwrap())
    }

    #[test]
    fn a_failure_tells_why_and_how_to_see_it() {
        insta::assert_snapshot!(junit(vec![passes(), fails()]));
    }

    #[test]
    fn inconclusive_is_an_error_and_nothing_is_skipped() {
        for runs in [vec![passes(), inconclusive()], vec![passes()], vec![]] {
            let text = junit(runs);
            assert!(text.contains("errors=\"1\""), "{text}");
            assert!(text.contains("<error message="), "{text}");
            assert!(text.contains("type=\"inconclusive\""), "{text}");
            assert!(!text.contains("<skipped"), "{text}");
        }
    }
}
