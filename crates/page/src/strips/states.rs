//! Rows of states: each begins with an event and lasts until the next one of its row.

use std::collections::BTreeMap;

use netsplit_history::{LabEvent, Run, Time};
use netsplit_scenario::{Field, Strip, StripRows, StripState, Turn};

use super::{Drawn, Natural, Row, by_row, crashes, events, text_of};
use crate::words::Words;

/// States of a strip; what happens after them is left out.
const STATES_MAX: usize = 20_000;

/// Draws a strip of states; `key` is that of a violation.
pub(super) fn draw(strip: &Strip, turns: &[Turn], run: &Run, key: Option<&str>) -> Drawn {
    let names: Vec<_> = turns.iter().map(|turn| turn.event).collect();
    let mut events = events(run, &names);
    let mut drawn = Drawn::new(strip);
    if let StripRows::NodeOfOne(field) = &strip.rows
        && let Some(one) = one_of(&events, field, key)
    {
        events.retain(|event| text_of(event, field).as_ref() == Some(&one));
        drawn.title = format!("{}: {one}", strip.title);
    }
    let (rows, left_out) = by_row(strip, &events);
    let crashes = crashes(run);
    let mut states = Words::default();
    let mut room = STATES_MAX;
    for (Natural { name, .. }, events) in rows {
        let per_node = !matches!(strip.rows, StripRows::Each(_));
        let crashes = events.first().and_then(|event| crashes.get(&*event.node));
        let crashes = crashes.filter(|_| per_node).map_or(&[][..], Vec::as_slice);
        let mut spans = spans(turns, &events, crashes, run.end, &mut states);
        let more = spans.len().saturating_sub(room);
        spans.truncate(room);
        room -= spans.len();
        drawn.left_out.1 += more;
        drawn.rows.push(Row { name, spans, levels: Vec::new() });
    }
    drawn.rows.retain(|row| !row.spans.is_empty());
    drawn.states = states.list.iter().map(ToString::to_string).collect();
    drawn.left_out.0 = left_out;
    drawn
}

/// The value of a field that is drawn.
fn one_of(events: &[&LabEvent], field: &Field, key: Option<&str>) -> Option<String> {
    let mut counts: BTreeMap<Natural, usize> = BTreeMap::new();
    for text in events.iter().filter_map(|event| text_of(event, field)) {
        *counts.entry(Natural::new(text)).or_default() += 1;
    }
    if let Some(key) = key.filter(|key| counts.contains_key(&Natural::new((*key).to_owned()))) {
        return Some(key.to_owned());
    }
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count)?;
    Some(most.0.name)
}

/// The states of a row: from, to, and the place of the state's name.
fn spans(
    turns: &[Turn],
    events: &[&LabEvent],
    crashes: &[Time],
    end: Time,
    states: &mut Words,
) -> Vec<(Time, Time, usize)> {
    let changes = events.iter().map(|event| (event.at, state(turns, event)));
    let mut changes: Vec<_> = changes.chain(crashes.iter().map(|at| (*at, None))).collect();
    changes.sort_by_key(|(at, _)| *at);
    changes.push((end, None));
    let mut spans = Vec::new();
    let mut open: Option<(Time, String)> = None;
    for (at, state) in changes {
        if open.as_ref().map(|(_, open)| open) == state.as_ref() {
            continue;
        }
        if let Some((from, open)) = open.take()
            && from < at
        {
            spans.push((from, at, states.place(&open) as usize));
        }
        open = state.map(|state| (at, state));
    }
    spans
}

/// The state that an event begins.
fn state(turns: &[Turn], event: &LabEvent) -> Option<String> {
    let turn = turns.iter().find(|turn| *turn.event == *event.name)?;
    match turn.state.as_ref()? {
        StripState::Named(name) => Some((*name).to_owned()),
        StripState::Told(field) => text_of(event, field),
    }
}
