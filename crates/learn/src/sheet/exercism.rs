//! Exercism's `results.json`, version 3: `status` is `error` when nothing could be built, and
//! `message` then has the compiler's errors. A step is a task. The format has no points.

use serde::Serialize;

use super::{GradeSheet, GradedTest, TestStatus};

/// The largest message, in bytes. Exercism's limit is in characters, and lower where they take
/// several bytes.
const MESSAGE_MAX: usize = 65_535;

#[derive(Serialize)]
struct Results<'a> {
    version: u8,
    status: &'static str,
    message: Option<&'a str>,
    tests: Vec<Test<'a>>,
}

#[derive(Serialize)]
struct Test<'a> {
    name: &'a str,
    status: &'static str,
    message: Option<&'a str>,
    #[serde(rename = "test_code")]
    code: &'a str,
    task_id: usize,
}

/// The sheet as JSON.
pub fn to_json(sheet: &GradeSheet) -> String {
    let all = |status| sheet.tests.iter().all(|test| test.status == status);
    let status = match () {
        () if all(TestStatus::NotRun) => "error",
        () if all(TestStatus::Passed) => "pass",
        () => "fail",
    };
    let first = sheet.tests.first().map(|test| shortened(&test.message));
    super::json(&Results {
        version: 3,
        status,
        message: first.filter(|_| status == "error"),
        tests: sheet.tests.iter().map(test).collect(),
    })
}

fn test(test: &GradedTest) -> Test<'_> {
    let status = match test.status {
        TestStatus::Passed => "pass",
        TestStatus::Failed => "fail",
        TestStatus::NotRun => "error",
    };
    Test {
        name: &test.name,
        status,
        message: Some(shortened(&test.message)).filter(|_| status != "pass"),
        code: &test.command,
        task_id: test.number,
    }
}

fn shortened(message: &str) -> &str {
    &message[..message.floor_char_boundary(MESSAGE_MAX)]
}

#[cfg(test)]
mod tests {
    use super::to_json;
    use crate::sheet::testing;

    #[test]
    fn a_step_is_a_task() {
        insta::assert_snapshot!(to_json(&testing::sheet()));
    }

    #[test]
    fn what_does_not_compile_is_an_error_within_the_limit() {
        let errors = "é".repeat(40_000);
        let text = to_json(&testing::unbuilt(&errors));
        let results: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(results["status"], "error");
        for message in [&results["message"], &results["tests"][2]["message"]] {
            assert_eq!(message.as_str().unwrap().len(), 65_534);
        }
    }
}
