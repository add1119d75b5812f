//! A grade sheet as JUnit XML: a suite per step, a case per scenario. The points of a case are its
//! properties, since the format has no place of its own for them.

use netsplit_scenario::visible_lines;
use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::{GradeSheet, GradedTest, TestStatus};

/// The sheet as XML.
pub fn to_xml(sheet: &GradeSheet) -> String {
    let mut report = Report::new("netsplit learn");
    for group in sheet.tests.chunk_by(|one, next| one.number == next.number) {
        let mut suite = TestSuite::new(group[0].group.as_str());
        suite.add_test_cases(group.iter().map(case));
        report.add_test_suite(suite);
    }
    // XML has no place for some characters, escaped or not.
    visible_lines(&report.to_string().expect("a report of ours is XML")).into_owned() + "\n"
}

fn case(test: &GradedTest) -> TestCase {
    let status = match test.status {
        TestStatus::Passed => TestCaseStatus::success(),
        TestStatus::Failed => not_passed(test, NonSuccessKind::Failure),
        TestStatus::NotRun => not_passed(test, NonSuccessKind::Error),
    };
    let mut case = TestCase::new(test.name.as_str(), status);
    case.set_classname(test.group.replace('/', "."));
    let points = [("points", test.points), ("max-points", test.of)];
    case.add_properties(points.map(|(name, value)| Property::new(name, value.to_string())));
    case
}

fn not_passed(test: &GradedTest, kind: NonSuccessKind) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(format!("{} of {} points", test.points, test.of));
    status.set_description(test.message.as_str());
    status
}

#[cfg(test)]
mod tests {
    use crate::sheet::testing;

    #[test]
    fn a_case_has_its_points() {
        insta::assert_snapshot!(super::to_xml(&testing::sheet()));
    }
}
