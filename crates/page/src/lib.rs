//! The page of a run: one HTML file that needs no network.
//!
//! [`Page::render`] is a pure function of a run, its findings and its report, so one seed gives the
//! same bytes. What is true without a script stands in the page as text and SVG; the record of the
//! run (`record.rs` has its format) stands behind it, and the script draws it: charts, and a
//! space-time diagram of every message. Names and contents are text: the template escapes them, the
//! script only ever makes text nodes, and a Content-Security-Policy allows nothing but the page's
//! own script and style, by their hashes.
//!
//! [`ComparisonPage`] is the page of runs that differ in one key, [`DifferencePage`] that of the place
//! where two runs part, and [`sweep_page`] that of a sweep.
//!
//! The script is hand-written JavaScript in `script/`, concatenated when this crate is compiled,
//! because browsers do not import modules from a file's address.

mod assets;
mod columns;
mod compare;
mod diff;
mod distribution;
mod kept;
mod marks;
mod record;
mod requests;
mod rows;
mod strips;
mod sweep;
mod witness;
mod words;

use askama::Template;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use netsplit_check::Findings;
use netsplit_history::{Counts, Run};
use netsplit_report::{LatencyMs, Report, SVG_COLUMNS, Timeline, to_svg};
use netsplit_scenario::Scenario;
use sha2::{Digest, Sha256};

pub use crate::compare::ComparisonPage;
pub use crate::diff::DifferencePage;
use crate::distribution::Distributions;
use crate::kept::{Kept, Reason};
use crate::record::Events;
use crate::requests::Requests;
pub use crate::sweep::sweep_page;
use crate::witness::Picture;

/// The size of a page up to which everything is kept, in bytes.
const SIZE_MAX: usize = 6_000_000;
/// Events up to which a page has all of them.
const EVENTS_MAX: usize = 400_000;

/// The script: a function scope around its files.
const SCRIPT: &str = concat!(
    "'use strict';\n(() => {\n",
    include_str!("script/dom.js"),
    include_str!("script/data.js"),
    include_str!("script/view.js"),
    include_str!("script/bands.js"),
    include_str!("script/charts.js"),
    include_str!("script/strips.js"),
    include_str!("script/model.js"),
    include_str!("script/filter.js"),
    include_str!("script/states.js"),
    include_str!("script/arrows.js"),
    include_str!("script/lanes.js"),
    include_str!("script/ring.js"),
    include_str!("script/detail.js"),
    include_str!("script/keys.js"),
    include_str!("script/main.js"),
    "})();\n"
);

const STYLE: &str = concat!(include_str!("style/tokens.css"), include_str!("style/page.css"));

/// What a page is made from.
#[derive(Debug)]
pub struct Page<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Its text.
    pub text: &'a str,
    /// The run, with its trace.
    pub run: &'a Run,
    /// The findings about it.
    pub findings: &'a Findings,
    /// The report about it.
    pub report: &'a Report,
    /// The command that repeats it.
    pub command: &'a str,
    /// Whether to keep everything, however large the page gets.
    pub full: bool,
}

#[derive(Template)]
#[template(path = "page.html")]
struct Html<'a> {
    report: &'a Report,
    /// Of each expectation, what contradicts it.
    pictures: Vec<Option<Picture>>,
    chart: String,
    requests: Requests,
    distributions: Option<Distributions>,
    latencies: Vec<Latency>,
    command: &'a str,
    scenario: &'a str,
    detail: String,
    windows: Vec<String>,
    record: String,
    script: &'static str,
    script_hash: String,
    style: &'static str,
    style_hash: String,
}

struct Latency {
    name: String,
    cells: Vec<String>,
}

impl Page<'_> {
    /// The page.
    pub fn render(&self) -> String {
        let timeline = Timeline::new(self.run, SVG_COLUMNS);
        let (record, events, windows) = self.record();
        let html = Html {
            report: self.report,
            pictures: witness::pictures(self.run, self.findings),
            chart: to_svg(self.report, &timeline),
            requests: Requests::new(self.run),
            distributions: Distributions::new(self.scenario, self.run, self.report),
            latencies: latencies(self.report),
            command: self.command,
            scenario: self.text,
            detail: kept(events),
            windows: windows.iter().map(Reason::to_string).collect(),
            record,
            script: SCRIPT,
            script_hash: hash(SCRIPT),
            style: STYLE,
            style_hash: hash(STYLE),
        };
        html.render().expect("a template without fallible parts")
    }

    /// The data, and the windows that it is of: everything, unless that is too large.
    fn record(&self) -> (String, Events, Vec<Reason>) {
        let marks = marks::marks(self.scenario, self.run, self.findings);
        let over_time = &self.report.over_time;
        let strips = strips::strips(self.scenario.lab, self.run, self.findings, over_time);
        let mut most = EVENTS_MAX;
        if self.full || self.run.trace.len() <= most {
            let (whole, events) =
                record::encode(self.run, &Kept::all(), &marks, over_time, &strips);
            if self.full || whole.len() <= SIZE_MAX {
                return (whole, events, Vec::new());
            }
        }
        let fell: Vec<_> = marks.iter().filter(|mark| mark.failed).map(|mark| mark.from).collect();
        loop {
            let kept = Kept::windows(self.run, &fell, most);
            let (part, events) = record::encode(self.run, &kept, &marks, over_time, &strips);
            if part.len() <= SIZE_MAX || most < 1000 {
                return (part, events, kept.reasons);
            }
            most /= 2;
        }
    }
}

/// What share of the run the page has.
fn kept(Events { total, kept }: Events) -> String {
    if kept == total {
        return format!("All {total} events of the run are in this page.");
    }
    let share = kept as f64 * 100.0 / total as f64;
    format!(
        "This page has {kept} of the run's {total} events ({share:.1}%): those around the edges of \
         faults, failed expectations and the slowest requests, and a calm second; and every change of \
         a role. The charts and tables are of the whole run. `--detail full` keeps everything."
    )
}

fn latencies(report: &Report) -> Vec<Latency> {
    let row = |name: String, requests: &Counts, latency: &LatencyMs| {
        let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        let counts = [
            requests.attempted,
            requests.ok,
            requests.failed,
            requests.timed_out,
            requests.rejected,
        ];
        let latencies = [latency.p50, latency.p99, latency.max].map(number);
        let cells = counts.map(|count| count.to_string()).into_iter().chain(latencies).collect();
        Latency { name, cells }
    };
    let phases = report.phases.iter();
    let phases = phases.map(|phase| row(phase.name.clone(), &phase.requests, &phase.latency_ms));
    let operations = report.operations.iter();
    let operations = operations.map(|(name, operation)| {
        row(format!("operation {name}"), &operation.requests, &operation.latency_ms)
    });
    phases.chain(operations).collect()
}

fn hash(text: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(text))
}
