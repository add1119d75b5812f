//! Runs side by side: the same load under each variant or setting.

use netsplit_check::{Verdict, show};
use netsplit_scenario::Quantity;

use super::paint::Paint;
use super::text::{clip, table, thousands, wrap};
use super::{LEAST_WIDTH, Page, chart};
use crate::{LatencyMs, Report, Timeline};

/// One of the runs that are compared.
#[derive(Clone, Debug)]
pub struct Side {
    /// Its label: the variant, or the setting's value.
    pub label: String,
    /// Its report.
    pub report: Report,
    /// Its timeline.
    pub timeline: Timeline,
}

/// A row of the table: its name, and the cell of each side.
type Row = (String, Box<dyn Fn(&Report) -> String>);

/// The runs side by side as text, in lines of at most `width` columns (at least 40).
///
/// # Panics
/// When `sides` is empty.
pub fn render_comparison(key: &str, sides: &[Side], width: usize, colour: bool) -> String {
    let width = width.max(LEAST_WIDTH);
    let mut page = Page { text: String::new(), width, paint: Paint { colour } };
    let first = &sides[0].report;
    page.line(&page.paint.heading(&clip(&format!("{}: {}", first.scenario, first.title), width)));
    let facts = format!("the same arrivals under each {key}, seed {}", first.seed);
    wrap(&facts, width).iter().for_each(|line| page.line(line));
    page.section("Side by side", |room, _| {
        let name = NAME.min(room / 2);
        let beside = ((room - name) / sides.len()).saturating_sub(2);
        // Too many for columns beside each other: the table becomes lists.
        let most = if beside < CELL_MIN { room } else { beside };
        let mut lines = vec![head(sides, most)];
        for (row, cells) in comparison_rows(sides) {
            let cells = cells.iter().map(|cell| clip(cell, most));
            lines.push([clip(&row, name)].into_iter().chain(cells).collect());
        }
        table(&lines, room)
    });
    page.section("Availability over time", |room, _| {
        let timelines: Vec<_> =
            sides.iter().map(|side| (side.label.as_str(), &side.timeline)).collect();
        chart::compare(&timelines, room)
    });
    page.text
}

/// The numbers of the runs side by side: each row's name, and its cell of each run.
///
/// # Panics
/// When `sides` is empty.
pub fn comparison_rows(sides: &[Side]) -> Vec<(String, Vec<String>)> {
    let cells = |(name, cell): Row| (name, sides.iter().map(|side| cell(&side.report)).collect());
    rows(sides).into_iter().map(cells).collect()
}

/// Columns of a row's name.
const NAME: usize = 30;
/// The least columns of a cell.
const CELL_MIN: usize = 6;

fn head(sides: &[Side], most: usize) -> Vec<String> {
    let labels = sides.iter().map(|side| clip(&side.label, most));
    [String::new()].into_iter().chain(labels).collect()
}

fn rows(sides: &[Side]) -> Vec<Row> {
    let mut rows: Vec<Row> = vec![
        ("verdict".into(), Box::new(|report| report.verdict.to_string())),
        ("requests".into(), Box::new(|report| thousands(report.requests.attempted))),
        ("availability".into(), Box::new(|report| percent(report.availability))),
    ];
    for (name, of) in LATENCIES {
        rows.push((name.into(), Box::new(move |report| millis(of(&report.latency_ms)))));
    }
    let phases = sides[0].report.phases.iter().map(|phase| phase.name.clone());
    for name in phases.filter(|name| name.starts_with("during ")) {
        let of = name.clone();
        let availability =
            move |report: &Report| percent(phase(report, &of).and_then(|phase| phase.availability));
        rows.push((format!("ok {name}"), Box::new(availability)));
        let of = name.clone();
        let p99 = move |report: &Report| {
            millis(phase(report, &of).and_then(|phase| phase.latency_ms.p99))
        };
        rows.push((format!("p99 {name}"), Box::new(p99)));
    }
    rows.push(("messages sent".into(), Box::new(|report| thousands(report.network.sent))));
    rows.extend(metrics(sides));
    rows.push((
        "expectations not met".into(),
        Box::new(|report| {
            let failed = report.expectations.iter().filter(|e| e.verdict == Verdict::Fail);
            failed.count().to_string()
        }),
    ));
    rows
}

/// A latency of a report.
type LatencyOf = fn(&LatencyMs) -> Option<f64>;

const LATENCIES: [(&str, LatencyOf); 5] = [
    ("mean", |latency| latency.mean),
    ("p50", |latency| latency.p50),
    ("p99", |latency| latency.p99),
    ("p99.9", |latency| latency.p99_9),
    ("max", |latency| latency.max),
];

fn phase<'a>(report: &'a Report, name: &str) -> Option<&'a crate::Phase> {
    report.phases.iter().find(|phase| phase.name == name)
}

/// The lab's metrics that are not zero everywhere.
fn metrics(sides: &[Side]) -> Vec<Row> {
    let names = sides.iter().flat_map(|side| side.report.metrics.keys());
    let mut names: Vec<String> = names.cloned().collect();
    names.sort();
    names.dedup();
    let value = |report: &Report, name: &str| report.metrics.get(name).copied().flatten();
    names.retain(|name| sides.iter().any(|side| value(&side.report, name).unwrap_or(0.0) != 0.0));
    let row = |name: String| -> Row {
        let of = name.clone();
        let cell = move |report: &Report| {
            value(report, &of).map_or("-".into(), |number| show(Quantity::Number(number)))
        };
        (name, Box::new(cell))
    };
    names.into_iter().map(row).collect()
}

fn percent(share: Option<f64>) -> String {
    share.map_or("-".into(), |share| show(Quantity::Share(share)))
}

fn millis(ms: Option<f64>) -> String {
    ms.map_or("-".into(), |ms| show(Quantity::Nanos(ms * 1e6)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{cut, report_of};

    fn sides() -> Vec<Side> {
        let (scenario, run) = cut();
        let mut calm = run.clone();
        calm.operations.retain(|op| op.status == netsplit_history::Status::Ok);
        [("reference", run), ("a-name-that-is-far-too-long-for-its-column", calm)]
            .map(|(label, run)| Side {
                label: label.into(),
                report: report_of(&scenario, &run),
                timeline: Timeline::new(&run, super::super::timeline_columns(80)),
            })
            .into()
    }

    #[test]
    fn two_runs_side_by_side() {
        let text = render_comparison("variant", &sides(), 80, false);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn many_runs_still_fit() {
        let many: Vec<_> = (0..6).flat_map(|_| sides()).collect();
        let text = render_comparison("params.r", &many, 80, false);
        assert!(text.lines().count() > 12);
    }
}
