//! Predictions about a run, beside what it measured.

use super::paint::Paint;
use super::{LEAST_WIDTH, Page, hang};

/// A prediction, and what became of it.
#[derive(Clone, Debug)]
pub struct Predicted<'a> {
    /// What was asked.
    pub question: &'a str,
    /// What was said; `None` when the question was passed over.
    pub said: Option<&'a str>,
    /// What was measured, human-readable.
    pub measured: String,
    /// The metric or property that was measured.
    pub by: String,
}

/// The predictions as text, in lines of at most `width` columns (at least 40).
pub fn render_predictions(predictions: &[Predicted<'_>], width: usize, colour: bool) -> String {
    let width = width.max(LEAST_WIDTH);
    let mut page = Page { text: String::new(), width, paint: Paint { colour } };
    page.section("Predictions", |room, _| predictions.iter().flat_map(|p| rows(p, room)).collect());
    page.text
}

/// A question as text, in lines of at most `width` columns (at least 40).
pub fn render_question(question: &str, width: usize) -> String {
    hang("", question, width.max(LEAST_WIDTH)).join("\n")
}

fn rows(predicted: &Predicted<'_>, room: usize) -> Vec<String> {
    let Predicted { question, said, measured, by } = predicted;
    let mut rows = hang("", question, room);
    rows.extend(hang("  you       ", said.unwrap_or("-"), room));
    rows.extend(hang("  measured  ", &format!("{measured} ({by})"), room));
    rows
}
