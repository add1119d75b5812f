//! The report as `report.json`.

use crate::Report;

/// The report as indented JSON, with a trailing newline. Keys have a fixed order, so equal
/// reports are equal bytes.
pub fn to_json(report: &Report) -> String {
    let text = serde_json::to_string_pretty(report);
    text.expect("a report has only string keys and finite numbers") + "\n"
}

/// Reads what [`to_json`] wrote.
///
/// # Errors
/// When `text` is not such a report; the error names the line and the field.
pub fn from_json(text: &str) -> Result<Report, serde_json::Error> {
    serde_json::from_str(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{cut, report_of};

    #[test]
    fn the_json_of_a_run() {
        let (scenario, run) = cut();
        insta::assert_snapshot!(to_json(&report_of(&scenario, &run)));
    }

    #[test]
    fn what_is_written_can_be_read() {
        let (scenario, run) = cut();
        let report = report_of(&scenario, &run);
        assert_eq!(from_json(&to_json(&report)).unwrap(), report);
    }

    #[test]
    fn numbers_that_are_none_are_null() {
        let (scenario, mut run) = cut();
        run.operations.clear();
        run.measured.insert("ratio".into(), f64::NAN);
        let report = report_of(&scenario, &run);
        let text = to_json(&report);
        assert!(text.contains("\"p99\": null"), "{text}");
        assert!(text.contains("\"ratio\": null"), "{text}");
        assert_eq!(from_json(&text).unwrap(), report);
    }
}
