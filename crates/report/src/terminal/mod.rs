//! The report in a terminal.
//!
//! The layout fits 80 columns, and 40 with shorter charts and tables as lists. It needs no colour:
//! colour only highlights the text. Names and sentences of any length are clipped or wrapped.

mod chart;
mod compare;
mod difference;
pub(crate) mod paint;
mod predictions;
mod sections;
pub(crate) mod text;

use netsplit_check::Verdict;

pub use self::compare::{Side, comparison_rows, render_comparison};
pub use self::difference::render_difference;
use self::paint::Paint;
pub use self::predictions::{Predicted, render_predictions, render_question};
use self::text::{wrap, wrap_facts};
use crate::{Report, Timeline};

/// The minimum width of the layout.
pub(crate) const LEAST_WIDTH: usize = 40;
const INDENT: &str = "  ";

/// The most columns that a [`Timeline`] may have to fit into [`render`]'s chart; further ones are
/// omitted.
pub fn timeline_columns(width: usize) -> usize {
    chart::room(width.max(LEAST_WIDTH) - INDENT.len())
}

/// The report as text, in lines of at most `width` columns (at least 40), ending with the
/// verdict.
pub fn render(report: &Report, timeline: &Timeline, width: usize, colour: bool) -> String {
    let width = width.max(LEAST_WIDTH);
    let mut page = Page { text: String::new(), width, paint: Paint { colour } };
    page.header(report);
    sections::latency(&mut page, report);
    sections::groups(&mut page, report);
    sections::phases(&mut page, report);
    page.section("Over time, by intended send", |room, paint| chart::chart(timeline, room, paint));
    sections::faults(&mut page, report);
    sections::actions(&mut page, report);
    sections::network(&mut page, report);
    sections::observed(&mut page, report);
    sections::metrics(&mut page, report);
    sections::expectations(&mut page, report);
    page.verdict(report);
    page.text
}

/// The text so far.
struct Page {
    text: String,
    width: usize,
    paint: Paint,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text += line.trim_end();
        self.text.push('\n');
    }

    /// A heading with indented lines below it; prints nothing when there are no lines.
    fn section(&mut self, heading: &str, lines: impl FnOnce(usize, Paint) -> Vec<String>) {
        let lines = lines(self.width - INDENT.len(), self.paint);
        if lines.is_empty() {
            return;
        }
        self.line("");
        self.line(&self.paint.heading(heading));
        for line in lines {
            self.line(&format!("{INDENT}{line}"));
        }
    }

    fn header(&mut self, report: &Report) {
        for line in wrap(&format!("{}: {}", report.scenario, report.title), self.width) {
            self.line(&self.paint.heading(&line));
        }
        let mut facts = vec![
            format!("variant {}", report.variant),
            format!("seed {}", report.seed),
            format!("fingerprint {}", report.fingerprint),
            format!("{}s simulated", report.simulated_s),
        ];
        if !report.overrides.is_empty() {
            facts.push(format!("set {}", report.overrides.join(" ")));
        }
        for line in wrap_facts(&facts, self.width) {
            self.line(&line);
        }
    }

    fn verdict(&mut self, report: &Report) {
        self.section("Besides the expectations", |room, _| {
            let reasons = report.reasons.iter();
            reasons.flat_map(|why| hang("! ", why, room)).collect()
        });
        self.line("");
        let word = report.verdict.to_string().to_uppercase();
        let painted = match report.verdict {
            Verdict::Pass => self.paint.good(&word),
            Verdict::Fail => self.paint.bad(&word),
            Verdict::Inconclusive => self.paint.open(&word),
        };
        for line in wrap(&format!("{word}: {}", sections::summary(report)), self.width) {
            self.line(&line.replacen(&word, &painted, 1));
        }
    }
}

/// Wraps `text` after `mark` to at most `most` columns, with further lines indented by the width of
/// `mark`.
pub fn hang(mark: &str, text: &str, most: usize) -> Vec<String> {
    let indent = text::width(mark);
    let lines = wrap(text, most.saturating_sub(indent));
    let marked = lines.into_iter().enumerate().map(|(index, line)| {
        let before = if index == 0 { mark } else { "" };
        format!("{before:indent$}{line}")
    });
    marked.collect()
}

#[cfg(test)]
mod tests;
