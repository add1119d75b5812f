//! Rows of levels: the greatest in each slice of time.

use std::cmp::Reverse;
use std::collections::VecDeque;

use netsplit_history::{LabEvent, Run, Slices, Time};
use netsplit_report::OverTimeReport;
use netsplit_scenario::{Strip, StripSource};
use serde_json::Value;

use super::{Drawn, Natural, ROWS_MAX, Row, by_row, crashes, events};

/// Slices of a strip that counts events.
const SLICES: usize = 600;

/// Events within a window, against a limit.
pub(super) fn within(strip: &Strip, run: &Run) -> Drawn {
    let StripSource::Within { event, announced, window_ns, limit } = strip.source else {
        unreachable!("the caller has looked");
    };
    let mut drawn = Drawn::new(strip);
    let announced = events(run, &[announced]);
    let told = |field| announced.first().and_then(|event| event.detail.get(field));
    let Some(window) = told(window_ns).and_then(Value::as_u64) else {
        return drawn;
    };
    drawn.limit = told(limit).and_then(Value::as_f64);
    let slices = Slices::of(run.duration, SLICES);
    drawn.slice = slices.length.as_nanos() as u64;
    let (rows, left_out) = by_row(strip, &events(run, &[event]));
    drawn.left_out.0 = left_out;
    drawn.rows.extend(rows.into_iter().map(|(Natural { name, .. }, events)| Row {
        name,
        spans: Vec::new(),
        levels: greatest(&events, window, slices),
    }));
    drawn
}

/// The greatest number of events in a window that ends within each slice. An event leaves the
/// window as long after it as the window is.
fn greatest(events: &[&LabEvent], window: u64, slices: Slices) -> Vec<f64> {
    let mut levels = vec![0.0; slices.count];
    let mut inside: VecDeque<Time> = VecDeque::new();
    let mut next = events.iter().map(|event| event.at).peekable();
    for (index, level) in levels.iter_mut().enumerate() {
        let (from, to) = (slices.start(index).as_nanos(), slices.start(index + 1));
        let leave = |inside: &mut VecDeque<Time>, now: u64| {
            while inside.front().is_some_and(|at| at.as_nanos() + window <= now) {
                inside.pop_front();
            }
        };
        leave(&mut inside, from);
        let mut most = inside.len();
        while let Some(at) = next.next_if(|at| *at < to) {
            leave(&mut inside, at.as_nanos());
            inside.push_back(at);
            most = most.max(inside.len());
        }
        *level = most as f64;
    }
    levels
}

/// Levels that events tell.
pub(super) fn told(strip: &Strip, event: &str, run: &Run) -> Drawn {
    let mut drawn = Drawn::new(strip);
    let slices = Slices::of(run.duration, SLICES);
    drawn.slice = slices.length.as_nanos() as u64;
    let (rows, left_out) = by_row(strip, &events(run, &[event]));
    drawn.left_out.0 = left_out;
    let crashes = crashes(run);
    for (Natural { name, .. }, events) in rows {
        let ends = events.first().and_then(|event| crashes.get(&*event.node));
        let told = events.iter().map(|event| (event.at, event.detail.as_f64().unwrap_or(0.0)));
        let mut changes: Vec<_> = told.collect();
        changes.extend(ends.into_iter().flatten().map(|at| (*at, 0.0)));
        changes.sort_by_key(|(at, _)| *at);
        let levels = highest(&changes, slices);
        if levels.iter().any(|level| *level > 0.0) {
            drawn.rows.push(Row { name, spans: Vec::new(), levels });
        }
    }
    drawn
}

/// The highest level in each slice, from its changes.
fn highest(changes: &[(Time, f64)], slices: Slices) -> Vec<f64> {
    let mut changes = changes.iter().peekable();
    let mut now = 0.0;
    let slice = |index| {
        let end = slices.start(index + 1);
        let mut most = now;
        while let Some((_, level)) = changes.next_if(|(at, _)| *at < end) {
            now = *level;
            most = f64::max(most, now);
        }
        most
    };
    (0..slices.count).map(slice).collect()
}

/// The longest queue of each node in each slice.
pub(super) fn queues(strip: &Strip, over_time: &OverTimeReport) -> Drawn {
    let mut drawn = Drawn::new(strip);
    drawn.slice = (over_time.slice_s * 1e9).round() as u64;
    let mut queues: Vec<_> = over_time.queues.iter().collect();
    queues.retain(|(_, levels)| levels.max.iter().any(|level| *level > 0));
    queues.sort_by_key(|(_, levels)| Reverse(levels.max.iter().max().copied()));
    drawn.left_out.0 = queues.len().saturating_sub(ROWS_MAX);
    queues.truncate(ROWS_MAX);
    queues.sort_by_key(|(name, _)| Natural::new((*name).clone()));
    drawn.rows.extend(queues.into_iter().map(|(name, levels)| Row {
        name: name.clone(),
        spans: Vec::new(),
        levels: levels.max.iter().map(|level| *level as f64).collect(),
    }));
    drawn
}
