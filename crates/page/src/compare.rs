//! The page of a comparison: runs that differ in one key, on the same axes.

use std::collections::BTreeSet;

use askama::Template;
use netsplit_check::Verdict;
use netsplit_report::{Side, against_svg, comparison_rows, comparison_svg};

use crate::assets::Assets;

/// What the page of a comparison is made from.
#[derive(Clone, Copy, Debug)]
pub struct ComparisonPage<'a> {
    /// The key in which the runs differ.
    pub key: &'a str,
    /// The runs.
    pub sides: &'a [Side],
    /// The scenario's text.
    pub text: &'a str,
    /// The command that repeats it.
    pub command: &'a str,
}

#[derive(Template)]
#[template(path = "compare.html")]
struct Html<'a> {
    assets: Assets,
    scenario: &'a str,
    title: &'a str,
    key: &'a str,
    seed: u64,
    labels: Vec<&'a str>,
    over_time: String,
    against: Option<String>,
    unlike: Vec<(String, Vec<String>)>,
    alike: Vec<(String, Vec<String>)>,
    expectations: Vec<(&'a str, Vec<Cell<'a>>)>,
    fingerprints: Vec<(&'a str, &'a str)>,
    command: &'a str,
    text: &'a str,
}

/// What became of an expectation in one run; empty where that run does not have it.
#[derive(Clone, Default)]
struct Cell<'a> {
    verdict: &'static str,
    shown: &'a str,
}

impl ComparisonPage<'_> {
    /// The page.
    ///
    /// # Panics
    /// When there are no runs.
    pub fn render(&self) -> String {
        let first = &self.sides[0].report;
        let differs =
            |(_, cells): &(String, Vec<String>)| cells.iter().any(|cell| *cell != cells[0]);
        let (unlike, alike) = comparison_rows(self.sides).into_iter().partition(differs);
        let html = Html {
            assets: Assets::new(),
            scenario: &first.scenario,
            title: &first.title,
            key: self.key,
            seed: first.seed,
            labels: self.sides.iter().map(|side| side.label.as_str()).collect(),
            over_time: comparison_svg(self.key, self.sides),
            against: against_svg(self.key, self.sides),
            unlike,
            alike,
            expectations: self.expectations(),
            fingerprints: self
                .sides
                .iter()
                .map(|side| (side.label.as_str(), side.report.fingerprint.as_str()))
                .collect(),
            command: self.command,
            text: self.text,
        };
        html.render().expect("a template without fallible parts")
    }

    /// Each expectation, in the order of the first run that has it, with its cell of each run.
    fn expectations(&self) -> Vec<(&str, Vec<Cell<'_>>)> {
        let all = self.sides.iter().flat_map(|side| &side.report.expectations);
        let mut seen = BTreeSet::new();
        let texts = all.map(|it| it.text.as_str()).filter(|text| seen.insert(*text));
        texts
            .map(|text| (text, self.sides.iter().map(|side| Cell::of(side, text)).collect()))
            .collect()
    }
}

impl<'a> Cell<'a> {
    fn of(side: &'a Side, text: &str) -> Cell<'a> {
        let found = side.report.expectations.iter().find(|it| it.text == text);
        found.map_or(Cell::default(), |it| Cell { verdict: word(it.verdict), shown: &it.shown })
    }
}

/// A verdict as its class.
pub(crate) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Inconclusive => "inconclusive",
    }
}
