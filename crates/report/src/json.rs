//! JSON, and the report as `report.json`.

use netsplit_scenario::is_hidden;
use serde::Serialize;

use crate::Report;

/// A value as indented JSON, with a trailing newline. Characters that a terminal would obey, and
/// what a CI log takes for a command, are escaped.
///
/// # Panics
/// When the value has keys that are no strings.
pub fn json_text(value: &impl Serialize) -> String {
    let plain = serde_json::to_string_pretty(value).expect("the keys are strings") + "\n";
    let plain = plain.replace("##[", "\\u0023#[");
    if !plain.contains(|c| c != '\n' && is_hidden(c)) {
        return plain;
    }
    let mut text = String::new();
    for c in plain.chars() {
        if c == '\n' || !is_hidden(c) {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            text += &format!("\\u{unit:04x}");
        }
    }
    text
}

/// The report as indented JSON, with a trailing newline. Keys have a fixed order, so equal
/// reports are equal bytes.
pub fn to_json(report: &Report) -> String {
    json_text(report)
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
    fn hidden_characters_are_escaped_and_keep_their_meaning() {
        let odd = "\u{9b}\u{202e}\u{fffe}\u{1fffe}\u{7f}\n::error::##[error]é";
        let text = json_text(&vec![odd]);
        assert!(!text.contains(|c| c != '\n' && is_hidden(c)) && !text.contains("##["), "{text}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&text).unwrap(), [odd]);
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
