//! A sweep as JSON.

use super::{SCHEMA, Summary};
use crate::json::json_text;

/// The summary as indented JSON, with a trailing newline.
pub fn sweep_to_json(summary: &Summary) -> String {
    json_text(summary)
}

/// Reads what [`sweep_to_json`] wrote.
///
/// # Errors
/// When `text` is not a summary, or has another schema.
pub fn sweep_from_json(text: &str) -> Result<Summary, String> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match value["schema"].as_str() {
        Some(SCHEMA) => {}
        Some(other) => return Err(format!("its schema is {other}, expected {SCHEMA}")),
        None => return Err(format!("it has no schema, expected {SCHEMA}")),
    }
    serde_json::from_str(text).map_err(|error| error.to_string())
}
