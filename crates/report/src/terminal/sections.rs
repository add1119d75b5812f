//! The sections of the report, in the order in which they are read.

use netsplit_check::{Verdict, show};
use netsplit_scenario::Quantity;

use super::paint::Paint;
use super::text::{clip, table, thousands, width, wrap, wrap_facts};
use super::{Page, hang};
use crate::{ActionReport, ExpectationReport, FaultReport, LatencyMs, Phase, Report, WorstSecond};

/// The placeholder for a missing number.
const NONE: &str = "-";
/// The width of a name in a list of counters.
const NAME: usize = 24;

/// Requests, availability and latency by operation. The 90th percentile is in `report.json` only.
pub fn latency(page: &mut Page, report: &Report) {
    page.section("Latency of successful requests", |room, _| {
        let columns = ["operation", "requests", "ok", "mean", "p50 ", "p99 ", "p99.9 ", "max "];
        let mut rows = vec![columns.map(String::from).to_vec()];
        let mut add = |name: &str, requests: u64, share, latency: &LatencyMs| {
            let [p50, _, tail @ ..] = percentiles(latency);
            let mut row = vec![name.to_owned(), thousands(requests), percent(share)];
            row.extend([millis(latency.mean), p50].into_iter().chain(tail));
            rows.push(row);
        };
        for (name, operation) in &report.operations {
            let attempted = operation.requests.attempted;
            add(name, attempted, operation.availability, &operation.latency_ms);
        }
        if report.operations.len() != 1 {
            let attempted = report.requests.attempted;
            add("all", attempted, report.availability, &report.latency_ms);
        }
        let all = report.operations.values().map(|o| &o.latency_ms);
        let mut lines = table(&rows, room);
        lines.extend(endings(report).iter().flat_map(|ended| wrap(ended, room)));
        lines.extend(footnote(all.chain([&report.latency_ms])));
        lines
    });
}

/// The same by load and by region, where there are several.
pub fn groups(page: &mut Page, report: &Report) {
    page.section("By load and region", |room, _| {
        let columns = ["", "requests", "ok", "mean", "p50 ", "p99 "];
        let mut rows = vec![columns.map(String::from).to_vec()];
        let mut shown = Vec::new();
        for (what, by) in [("load", &report.loads), ("region", &report.regions)] {
            for (name, of) in by.iter().filter(|_| by.len() > 1) {
                let [p50, _, p99, ..] = percentiles(&of.latency_ms);
                let (attempted, mean) =
                    (thousands(of.requests.attempted), millis(of.latency_ms.mean));
                let name = format!("{what} {name}");
                rows.push(vec![name, attempted, percent(of.availability), mean, p50, p99]);
                shown.push(&of.latency_ms);
            }
        }
        if shown.is_empty() {
            return Vec::new();
        }
        let mut lines = table(&rows, room);
        let few = shown.iter().any(|latency| latency.is_few("p50") || latency.is_few("p99"));
        lines.extend(few.then(|| "* fewer than ten samples beyond it".to_owned()));
        lines
    });
}

/// How the requests ended that did not end well.
fn endings(report: &Report) -> Option<String> {
    let counts = report.requests;
    let parts = [
        (counts.failed, "failed"),
        (counts.timed_out, "timed out"),
        (counts.rejected, "were rejected"),
    ];
    let shown = parts.iter().filter(|(count, _)| *count > 0);
    let shown: Vec<_> = shown.map(|(count, how)| format!("{} {how}", thousands(*count))).collect();
    let attempted = thousands(counts.attempted);
    (!shown.is_empty()).then(|| format!("of {attempted} requests {}", shown.join(", ")))
}

fn header(name: &str, columns: &[&str]) -> Vec<String> {
    let latency = ["p50 ", "p90 ", "p99 ", "p99.9 ", "max "];
    let columns = [name].into_iter().chain(columns.iter().copied());
    columns.chain(latency).map(String::from).collect()
}

fn percentiles(latency: &LatencyMs) -> [String; 5] {
    let marked = |number, field| {
        let mark = if latency.is_few(field) { '*' } else { ' ' };
        format!("{}{mark}", millis(number))
    };
    [
        marked(latency.p50, "p50"),
        marked(latency.p90, "p90"),
        marked(latency.p99, "p99"),
        marked(latency.p99_9, "p99_9"),
        marked(latency.max, "max"),
    ]
}

fn footnote<'a>(mut latencies: impl Iterator<Item = &'a LatencyMs>) -> Option<String> {
    let few = latencies.any(|latency| !latency.few_samples.is_empty());
    few.then(|| "* fewer than ten samples beyond it".to_owned())
}

/// Requests and latency by phase.
pub fn phases(page: &mut Page, report: &Report) {
    page.section("Phases", |room, _| {
        let head = ["phase", "from", "to", "requests", "ok", "p99 ", "worst second"];
        let mut rows = vec![head.map(String::from).to_vec()];
        rows.extend(report.phases.iter().map(phase));
        let mut lines = table(&rows, room);
        let few = report.phases.iter().any(|p| p.latency_ms.is_few("p99"));
        lines.extend(few.then(|| "* fewer than ten samples beyond it".to_owned()));
        lines
    });
}

fn phase(phase: &Phase) -> Vec<String> {
    let few = phase.latency_ms.is_few("p99");
    let mark = if few { '*' } else { ' ' };
    vec![
        phase.name.clone(),
        clock(phase.from_s),
        clock(phase.to_s),
        thousands(phase.requests.attempted),
        percent(phase.availability),
        format!("{}{mark}", millis(phase.latency_ms.p99)),
        phase.worst_second.map_or(NONE.into(), worst),
    ]
}

fn worst(second: WorstSecond) -> String {
    let share = percent(Some(second.availability));
    if second.availability == 1.0 {
        return share;
    }
    format!("{share} at {}s", second.from_s)
}

/// The effects of each fault.
pub fn faults(page: &mut Page, report: &Report) {
    page.section("Faults", |room, _| report.faults.iter().flat_map(|f| fault(f, room)).collect());
}

fn fault(fault: &FaultReport, room: usize) -> Vec<String> {
    let when = match (fault.firings, fault.from_s, fault.to_s) {
        (0, ..) | (_, None, _) => "never struck".into(),
        (1, from, to) => format!("{} to {}", clock(from), clock(to)),
        (times, from, to) => format!("{times} times, {} to {}", clock(from), clock(to)),
    };
    let (name, kind, nodes) = (&fault.name, &fault.kind, fault.affected_nodes.join(", "));
    let on = if nodes.is_empty() { "" } else { "; " };
    let text = format!("{name} ({kind}), {when}: {}{on}{nodes}", fault.changed());
    hang("- ", &text, room)
}

/// When each action was asked and obeyed.
pub fn actions(page: &mut Page, report: &Report) {
    page.section("Actions", |room, _| {
        report.actions.iter().flat_map(|a| action(a, room)).collect()
    });
}

fn action(action: &ActionReport, room: usize) -> Vec<String> {
    let ActionReport { name, what, asked_s, obeyed_s, why } = action;
    let asked = match asked_s {
        Some(_) => format!("asked at {}", clock(*asked_s)),
        None => "never asked".to_owned(),
    };
    let obeyed = match (asked_s, obeyed_s) {
        (_, Some(_)) => format!(", obeyed at {}", clock(*obeyed_s)),
        (Some(_), None) => ", never obeyed".to_owned(),
        (None, None) => String::new(),
    };
    let because = if why.is_empty() { String::new() } else { format!(": {why}") };
    hang("- ", &format!("{name} ({what}), {asked}{obeyed}{because}"), room)
}

/// Message counts.
pub fn network(page: &mut Page, report: &Report) {
    page.section("Network", |room, _| {
        let counts = report.network;
        let facts = [
            ("sent", counts.sent),
            ("delivered", counts.delivered),
            ("dropped", counts.dropped),
            ("duplicated", counts.duplicated),
            ("in flight at the end", counts.in_flight),
        ];
        let facts = facts.map(|(what, count)| format!("{} {what}", thousands(count)));
        wrap_facts(&facts, room)
    });
}

/// Distributions that the lab observed.
pub fn observed(page: &mut Page, report: &Report) {
    page.section("Observed", |room, _| {
        if report.observed.is_empty() {
            return Vec::new();
        }
        let mut rows = vec![header("distribution", &["samples", "mean"])];
        for (name, latency) in &report.observed {
            let count = thousands(latency.count);
            let mut row = vec![name.clone(), count, millis(latency.mean)];
            row.extend(percentiles(latency));
            rows.push(row);
        }
        let mut lines = table(&rows, room);
        lines.extend(footnote(report.observed.values()));
        lines
    });
}

/// The lab's metrics, in as many columns as fit.
pub fn metrics(page: &mut Page, report: &Report) {
    page.section("Counted by the lab", |room, _| {
        let cell = |(name, number): (&String, &Option<f64>)| {
            let number = number.map_or(NONE.into(), |x| show(Quantity::Number(x)));
            format!("{:<NAME$} {number:>12}", clip(name, NAME))
        };
        let cells: Vec<_> = report.metrics.iter().map(cell).collect();
        let widest = cells.iter().map(|cell| width(cell)).max().unwrap_or(0);
        let per_line = (room + 2) / (widest + 2).max(1);
        let lines = cells.chunks(per_line.max(1));
        lines.map(|cells| cells.join("  ")).collect()
    });
}

/// Each expectation with what was observed.
pub fn expectations(page: &mut Page, report: &Report) {
    page.section("Expectations", |room, paint| {
        let decided = report.expectations.iter();
        let mut lines: Vec<_> = decided.flat_map(|e| expectation(e, room, paint)).collect();
        for text in &report.sweep {
            lines.extend(hang("· ", text, room));
            let who = "decided by `netsplit verify` over many seeds";
            lines.extend(hang("    ", who, room).iter().map(|line| paint.dim(line)));
        }
        lines
    });
}

fn expectation(expectation: &ExpectationReport, room: usize, paint: Paint) -> Vec<String> {
    const MARK: usize = 2;
    /// The least columns of the sentence beside what was observed.
    const TEXT_MIN: usize = 20;
    let mark = match expectation.verdict {
        Verdict::Pass => paint.good("✓"),
        Verdict::Fail => paint.bad("✗"),
        Verdict::Inconclusive => paint.open("?"),
    };
    let shown = &expectation.shown;
    let gap = if shown.is_empty() { 0 } else { 2 };
    let room_beside = (room - MARK).saturating_sub(width(shown) + gap);
    let beside = room_beside >= TEXT_MIN;
    let text_room = if beside { room_beside } else { room - MARK };
    let mut lines = Vec::new();
    for (index, line) in wrap(&expectation.text, text_room).into_iter().enumerate() {
        lines.push(match index {
            0 if beside => format!("{mark} {line:text_room$}  {shown}"),
            0 => format!("{mark} {line}"),
            _ => format!("  {line}"),
        });
    }
    if !beside {
        lines.extend(hang("    ", shown, room));
    }
    let location = expectation.line.map(|line| format!("line {line}"));
    let location = location.filter(|_| expectation.verdict == Verdict::Fail);
    let why = Some(&expectation.why).filter(|why| !why.is_empty()).cloned();
    let parts: Vec<_> = location.into_iter().chain(why).collect();
    if !parts.is_empty() {
        lines.extend(explained(&parts.join(": "), room));
    }
    lines
}

/// An explanation: its first line is wrapped as prose; further ones, such as the timeline of a
/// witness, are kept as they are.
fn explained(text: &str, room: usize) -> Vec<String> {
    const INDENT: &str = "    ";
    let mut lines = text.lines();
    let mut wrapped = hang(INDENT, lines.next().unwrap_or_default(), room);
    let rest = lines.map(|line| clip(&format!("{INDENT}{line}"), room));
    wrapped.extend(rest);
    wrapped
}

/// The verdict in a few words.
pub fn summary(report: &Report) -> String {
    let count = |verdict| {
        let of_it = report.expectations.iter().filter(|e| e.verdict == verdict);
        of_it.count()
    };
    let stated = report.expectations.len();
    let (fail, open) = (count(Verdict::Fail), count(Verdict::Inconclusive));
    let mut parts = Vec::new();
    if fail > 0 {
        parts.push(format!("{fail} of {stated} expectations not met"));
    }
    if open > 0 {
        parts.push(format!("{open} of {stated} expectations undecided"));
    }
    let more = if parts.is_empty() { "" } else { "more " };
    match report.reasons.len() {
        0 => {}
        1 => parts.push(format!("1 {more}reason, above")),
        reasons => parts.push(format!("{reasons} {more}reasons, above")),
    }
    match (parts.is_empty(), stated) {
        (false, _) => parts.join(", "),
        (true, 0) => "nothing was expected of this run".into(),
        (true, 1) => "the expectation is met".into(),
        (true, _) => format!("all {stated} expectations are met"),
    }
}

fn millis(number: Option<f64>) -> String {
    number.map_or(NONE.into(), |ms| show(Quantity::Nanos(ms * 1e6)))
}

fn percent(share: Option<f64>) -> String {
    share.map_or(NONE.into(), |share| show(Quantity::Share(share)))
}

/// A time in the run, to the millisecond.
fn clock(seconds: Option<f64>) -> String {
    seconds.map_or(NONE.into(), |s| format!("{}s", (s * 1e3).round() / 1e3))
}
