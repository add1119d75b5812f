//! The strips of a lab, drawn from the events of the run that its description names.

mod levels;
mod states;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use netsplit_check::Findings;
use netsplit_history::{LabEvent, Run, Time, TraceKind};
use netsplit_report::OverTimeReport;
use netsplit_scenario::{Field, LabSpec, Strip, StripRows, StripSource};
use serde::Serialize;
use serde_json::Value;

/// Rows of a strip; of more, those with the most events are drawn.
const ROWS_MAX: usize = 24;

/// A strip as the script draws it: rows of states, or rows of levels.
#[derive(Debug, Serialize)]
pub(crate) struct Drawn {
    pub title: String,
    pub summary: &'static str,
    pub rows: Vec<Row>,
    /// The names of states.
    pub states: Vec<String>,
    /// The level that is not to be exceeded.
    pub limit: Option<f64>,
    /// The length of the slices of levels, in nanoseconds.
    pub slice: u64,
    /// Rows and states that are not drawn.
    pub left_out: (usize, usize),
}

/// A row of a strip.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Row {
    pub name: String,
    /// From, to, and the place of the state in `states`.
    pub spans: Vec<(Time, Time, usize)>,
    /// The greatest level in each slice.
    pub levels: Vec<f64>,
}

/// The strips of a lab that have anything to show.
pub(crate) fn strips(
    lab: &LabSpec,
    run: &Run,
    findings: &Findings,
    over_time: &OverTimeReport,
) -> Vec<Drawn> {
    let drawn = lab.strips.iter().map(|strip| match strip.source {
        StripSource::States(turns) => states::draw(strip, turns, run, key_of(findings)),
        StripSource::Within { .. } => levels::within(strip, run),
        StripSource::Queues => levels::queues(strip, over_time),
        StripSource::Levels(event) => levels::told(strip, event, run),
    });
    drawn.filter(|drawn| !drawn.rows.is_empty()).collect()
}

/// When each node crashed.
fn crashes(run: &Run) -> BTreeMap<&str, Vec<Time>> {
    let mut crashes: BTreeMap<&str, Vec<Time>> = BTreeMap::new();
    for event in &run.trace {
        if matches!(event.kind, TraceKind::Crash { .. }) {
            crashes.entry(&event.node).or_default().push(event.at);
        }
    }
    crashes
}

/// The key of the first violation.
fn key_of(findings: &Findings) -> Option<&str> {
    let mut witnesses = findings.expectations.iter().filter_map(|it| it.witness.as_ref());
    witnesses.find_map(|witness| witness.key.as_deref())
}

/// The events of these names, recorded or shown, in order of time.
fn events<'a>(run: &'a Run, names: &[&str]) -> Vec<&'a LabEvent> {
    let all = run.events.iter().chain(&run.shown);
    let mut found: Vec<_> = all.filter(|event| names.contains(&&*event.name)).collect();
    found.sort_by_key(|event| event.at);
    found
}

/// The value of a field; `None` where it is missing or null.
fn text_of(event: &LabEvent, field: &Field) -> Option<String> {
    let value = match event.detail.get(field.name)? {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_u64() {
            Some(number) => (number + field.first).to_string(),
            None => number.to_string(),
        },
        other => other.to_string(),
    };
    Some(format!("{}{value}", field.prefix))
}

/// The row of an event.
fn row_of(event: &LabEvent, rows: &StripRows) -> Option<String> {
    match rows {
        StripRows::Node | StripRows::NodeOfOne(_) => Some(event.node.to_string()),
        StripRows::Each(field) => text_of(event, field),
        StripRows::NodeAnd(field) => Some(format!("{} {}", event.node, text_of(event, field)?)),
    }
}

/// The events of each row, of the rows with the most events; and the number of the others.
fn by_row<'a>(
    strip: &Strip,
    events: &[&'a LabEvent],
) -> (BTreeMap<Natural, Vec<&'a LabEvent>>, usize) {
    let mut rows: BTreeMap<Natural, Vec<&LabEvent>> = BTreeMap::new();
    for event in events {
        if let Some(row) = row_of(event, &strip.rows) {
            rows.entry(Natural::new(row)).or_default().push(event);
        }
    }
    let all = rows.len();
    let mut order: Vec<_> = rows.into_iter().collect();
    order.sort_by_key(|(_, events)| Reverse(events.len()));
    order.truncate(ROWS_MAX);
    let kept: BTreeMap<_, _> = order.into_iter().collect();
    let left_out = all - kept.len();
    (kept, left_out)
}

/// A name that sorts by the number at its end: `k2` before `k10`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Natural {
    letters: String,
    number: u64,
    name: String,
}

impl Natural {
    fn new(name: String) -> Natural {
        let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = name[letters.len()..].parse().unwrap_or(0);
        Natural { letters: letters.to_owned(), number, name }
    }
}

impl Drawn {
    fn new(strip: &Strip) -> Drawn {
        Drawn {
            title: strip.title.to_owned(),
            summary: strip.summary,
            rows: Vec::new(),
            states: Vec::new(),
            limit: None,
            slice: 0,
            left_out: (0, 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use netsplit_history::TraceEvent;
    use netsplit_scenario::Turn;
    use serde_json::json;

    use super::*;

    fn event(at: u64, node: &str, name: &str, detail: Value) -> LabEvent {
        LabEvent { at: Time::from_nanos(at), node: node.into(), name: name.into(), detail }
    }

    fn strip(rows: StripRows, source: StripSource) -> Strip {
        Strip { title: "title", summary: "", rows, source }
    }

    fn spans(drawn: &Drawn) -> Vec<(&str, u64, u64, &str)> {
        let mut all = Vec::new();
        for row in &drawn.rows {
            for (from, to, state) in &row.spans {
                let state = drawn.states[*state].as_str();
                all.push((row.name.as_str(), from.as_nanos(), to.as_nanos(), state));
            }
        }
        all
    }

    const LEADS: &[Turn] =
        &[Turn::tells("leads", Field::new("term").after("term ")), Turn::ends("follows")];

    #[test]
    fn a_state_lasts_until_the_next_event_of_its_row() {
        let run = Run {
            end: Time::from_nanos(100),
            events: vec![
                event(10, "n2", "leads", json!({"term": 1})),
                event(20, "n10", "leads", json!({"term": 2})),
                event(30, "n2", "follows", Value::Null),
                event(40, "n10", "leads", json!({"term": 2})),
            ],
            ..Run::default()
        };
        let drawn =
            states::draw(&strip(StripRows::Node, StripSource::States(LEADS)), LEADS, &run, None);
        assert_eq!(spans(&drawn), [("n2", 10, 30, "term 1"), ("n10", 20, 100, "term 2")]);
    }

    #[test]
    fn one_key_is_drawn_the_violated_one_or_the_one_with_most_events() {
        let turns: &[Turn] = const { &[Turn::tells("stored", Field::new("is"))] };
        let stored = |at, key, is| event(at, "n1", "stored", json!({"key": key, "is": is}));
        let run = Run {
            end: Time::from_nanos(9),
            shown: vec![stored(1, 0, "a"), stored(2, 1, "b"), stored(3, 1, "c")],
            ..Run::default()
        };
        let strip =
            strip(StripRows::NodeOfOne(Field::named("key", "k")), StripSource::States(turns));
        let drawn = states::draw(&strip, turns, &run, None);
        assert_eq!(spans(&drawn), [("n1", 2, 3, "b"), ("n1", 3, 9, "c")]);
        assert_eq!(drawn.title, "title: k2");
        let drawn = states::draw(&strip, turns, &run, Some("k1"));
        assert_eq!(spans(&drawn), [("n1", 1, 9, "a")]);
    }

    #[test]
    fn a_level_lasts_until_the_next_one_of_its_row_or_a_crash() {
        let level = |at, level: u64| event(at, "s1", "queue", json!(level));
        let crash = TraceEvent {
            at: Time::from_nanos(4500),
            node: "s1".into(),
            wake: 0,
            fingerprint: 0,
            kind: TraceKind::Crash { why: "".into() },
        };
        let run = Run {
            duration: Time::from_nanos(6000),
            shown: vec![level(1001, 2), level(1002, 5), level(1003, 1), level(5000, 7)],
            trace: vec![crash],
            ..Run::default()
        };
        let strip = strip(StripRows::Node, StripSource::Levels("queue"));
        let drawn = levels::told(&strip, "queue", &run);
        let levels = &drawn.rows[0].levels;
        let at = |nanos: usize| levels[nanos / 10];
        assert_eq!(drawn.slice, 10);
        assert_eq!([at(990), at(1000), at(1010), at(4490)], [0., 5., 1., 1.]);
        assert_eq!([at(4500), at(4510), at(5000), at(5990)], [1., 0., 7., 7.]);
    }

    #[test]
    fn events_within_a_window_are_counted_against_the_limit() {
        let source = StripSource::Within {
            event: "admitted",
            announced: "policy",
            window_ns: "window_ns",
            limit: "limit",
        };
        let admitted = |at| event(at, "g1", "admitted", json!({"tenant": 3}));
        let run = Run {
            duration: Time::from_nanos(6000),
            events: vec![
                event(0, "s1", "policy", json!({"window_ns": 1000, "limit": 2})),
                admitted(900),
                admitted(950),
                admitted(1050),
                admitted(1900),
                admitted(5000),
            ],
            ..Run::default()
        };
        let drawn = levels::within(&strip(StripRows::Each(Field::new("tenant")), source), &run);
        assert_eq!((drawn.limit, drawn.slice), (Some(2.0), 10));
        let levels = &drawn.rows[0].levels;
        assert_eq!(drawn.rows[0].name, "3");
        let at = |nanos: usize| levels[nanos / 10];
        assert_eq!(
            [at(890), at(900), at(1050), at(1800), at(1890), at(1900)],
            [0., 1., 3., 3., 3., 3.]
        );
        assert_eq!([at(1910), at(3000), at(5000)], [3., 0., 1.]);
    }
}
