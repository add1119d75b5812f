//! Gradescope's `results.json`.
//!
//! Every test is visible: a hidden one would hide the total score from students. Gradescope reads
//! `output` as plain text.

use serde::Serialize;

use super::{GradeSheet, GradedTest, TestStatus};

#[derive(Serialize)]
struct Results<'a> {
    score: u32,
    tests: Vec<Test<'a>>,
}

#[derive(Serialize)]
struct Test<'a> {
    name: &'a str,
    number: String,
    score: u32,
    max_score: u32,
    status: &'static str,
    output: &'a str,
    output_format: &'static str,
    visibility: &'static str,
}

/// The sheet as JSON.
pub fn to_json(sheet: &GradeSheet) -> String {
    let tests = sheet.tests.iter().map(test).collect();
    super::json(&Results { score: sheet.points(), tests })
}

fn test(test: &GradedTest) -> Test<'_> {
    Test {
        name: &test.name,
        number: test.number.to_string(),
        score: test.points,
        max_score: test.of,
        status: if test.status == TestStatus::Passed { "passed" } else { "failed" },
        output: &test.message,
        output_format: "text",
        visibility: "visible",
    }
}

#[cfg(test)]
mod tests {
    use crate::sheet::testing;

    #[test]
    fn every_test_is_visible_with_its_points() {
        insta::assert_snapshot!(super::to_json(&testing::sheet()));
    }
}
