//! The score and the tests of Classroom 50's `result.json`. Which submission it is, the autograder's
//! script adds from its environment.
//!
//! Points there are whole numbers, and the score is the sum of the tests'.

use serde::Serialize;

use super::{GradeSheet, GradedTest, TestStatus};

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Results<'a> {
    schema: &'static str,
    score: u32,
    max_score: u32,
    tests: Vec<Test<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Test<'a> {
    #[serde(rename = "test-name")]
    name: &'a str,
    passed: bool,
    score: u32,
    max_score: u32,
    message: &'a str,
}

/// The sheet as JSON.
pub fn to_json(sheet: &GradeSheet) -> String {
    super::json(&Results {
        schema: "classroom50/result/v1",
        score: sheet.points(),
        max_score: sheet.points_max(),
        tests: sheet.tests.iter().map(test).collect(),
    })
}

fn test(test: &GradedTest) -> Test<'_> {
    Test {
        name: &test.name,
        passed: test.status == TestStatus::Passed,
        score: test.points,
        max_score: test.of,
        message: &test.message,
    }
}

#[cfg(test)]
mod tests {
    use crate::sheet::testing;

    #[test]
    fn the_score_is_the_sum_of_the_tests() {
        insta::assert_snapshot!(super::to_json(&testing::sheet()));
    }
}
