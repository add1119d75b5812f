//! End-of-run measures, computed from the events of the run.

use std::collections::{BTreeMap, BTreeSet};

use netsplit_history::{LabEvent, Run, Time};

/// All measures. Those about the first opening are absent where nothing opened.
pub(crate) fn measure(run: &Run, min_calls: u32, breakers: u32) -> Vec<(&'static str, f64)> {
    let mut measured = vec![
        ("trip_rate", first_judgement(run, min_calls) / f64::from(breakers)),
        ("tripped_rate", tripped(run) / f64::from(breakers)),
    ];
    let at_once = |begin, end| happened(run, begin).then(|| at_once(run, begin, end));
    measured.extend(at_once("probe", "probe-ended").map(|most| ("probes_at_once_max", most)));
    measured.extend(at_once("ejected", "returned").map(|most| ("ejected_at_once_max", most)));
    if happened(run, "half-opened") {
        measured.push(("half_open_left", half_open_at_the_end(run)));
    }
    let openings = named(run, "opened").next().map(|event| opening(run, event));
    measured.extend(openings.into_iter().flatten());
    measured.extend(reopen_rate(run).map(|rate| ("reopen_rate", rate)));
    let ms = |at: Time| at.as_nanos() as f64 / 1e6;
    if let Some(back) = named(run, "returned").next() {
        measured.push(("first_return_ms", ms(back.at)));
    }
    let open = named(run, "opened").next().zip(named(run, "half-opened").next());
    measured.extend(open.map(|(from, to)| ("open_ms", ms(to.at) - ms(from.at))));
    measured
}

fn named<'a>(run: &'a Run, name: &'a str) -> impl Iterator<Item = &'a LabEvent> {
    run.events.iter().filter(move |event| &*event.name == name)
}

fn happened(run: &Run, name: &str) -> bool {
    named(run, name).next().is_some()
}

fn number(event: &LabEvent, name: &str) -> f64 {
    event.detail[name].as_f64().unwrap_or(0.0)
}

/// A breaker: its front end and its target.
fn breaker(event: &LabEvent) -> (&str, &str) {
    (&event.node, event.detail["breaker"].as_str().unwrap_or_default())
}

/// The state of things when the first breaker opened.
fn opening(run: &Run, event: &LabEvent) -> [(&'static str, f64); 3] {
    let calls = run.series.get("calls").into_iter().flat_map(|series| &series.points);
    let before: f64 = calls.filter(|call| call.at <= event.at).map(|call| call.value).sum();
    [
        ("opened_at_call", number(event, "recorded")),
        ("failures_at_opening", number(event, "failures")),
        ("calls_to_open", before),
    ]
}

/// The number of breakers that opened as soon as they could judge.
fn first_judgement(run: &Run, min_calls: u32) -> f64 {
    let at_first = |event: &&LabEvent| number(event, "recorded") == f64::from(min_calls);
    named(run, "opened").filter(at_first).count() as f64
}

/// The number of breakers that ever opened.
fn tripped(run: &Run) -> f64 {
    let closed = named(run, "opened").filter(|event| event.detail["from"] == "closed");
    let firsts: BTreeSet<_> = closed.map(breaker).collect();
    firsts.len() as f64
}

/// The share of half-open rounds after which the breaker opened again, among those that ended.
fn reopen_rate(run: &Run) -> Option<f64> {
    let from_half_open = |event: &&LabEvent| event.detail["from"] == "half-open";
    let opened = named(run, "opened").filter(from_half_open).count() as f64;
    let closed = named(run, "closed").filter(from_half_open).count() as f64;
    (opened + closed > 0.0).then(|| opened / (opened + closed))
}

/// The greatest number of `begin` events without their `end` at one time, on all nodes together.
fn at_once(run: &Run, begin: &str, end: &str) -> f64 {
    let mut now = 0_i64;
    let changes = run.events.iter().map(|event| {
        now += i64::from(&*event.name == begin) - i64::from(&*event.name == end);
        now
    });
    changes.max().unwrap_or(0) as f64
}

/// The number of breakers that are half-open at the end.
fn half_open_at_the_end(run: &Run) -> f64 {
    let changes = ["opened", "half-opened", "closed"];
    let changes = run.events.iter().filter(|event| changes.contains(&&*event.name));
    let last: BTreeMap<_, _> = changes.map(|event| (breaker(event), &event.name)).collect();
    last.values().filter(|name| name.as_ref() == "half-opened").count() as f64
}
