//! A space-time diagram of a short part of a run, as SVG that needs no script.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use netsplit_history::{Parting, Run, Time, TraceEvent, TraceKind};

/// Events of each run before and after the centre, about.
const BEFORE: usize = 40;
const AFTER: usize = 60;
/// The most hosts, and the most events of a diagram.
const HOSTS_MAX: usize = 16;
const EVENTS_MAX: usize = 400;
/// The shortest time on either side of the centre.
const LEAST: Duration = Duration::from_micros(100);

/// The picture, in its own units.
const WIDTH: f64 = 960.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 24.0;
const LANE: f64 = 36.0;

/// What both diagrams share: the hosts, and the time around the centre.
pub(super) struct Focus<'a> {
    runs: [&'a Run; 2],
    centres: [Time; 2],
    before: Duration,
    after: Duration,
    hosts: Vec<&'a str>,
}

/// A diagram.
pub(super) struct Diagram {
    pub width: f64,
    pub height: f64,
    pub left: f64,
    pub right: f64,
    /// Where the line stands.
    pub centre: f64,
    pub lanes: Vec<Lane>,
    pub lines: Vec<Line>,
    pub notes: Vec<Note>,
    pub ticks: Vec<Tick>,
    /// The events that only this run has here.
    pub own: usize,
}

pub(super) struct Lane {
    pub name: String,
    pub y: f64,
}

/// A message.
pub(super) struct Line {
    pub from: (f64, f64),
    pub to: (f64, f64),
    /// Whether only this run has it.
    pub own: bool,
    /// `∨` where it arrived, `✕` where it was dropped.
    pub end: &'static str,
    pub said: String,
}

/// Another event of a host.
pub(super) struct Note {
    pub at: (f64, f64),
    pub own: bool,
    pub said: String,
}

pub(super) struct Tick {
    pub x: f64,
    pub said: String,
}

impl<'a> Focus<'a> {
    /// The surroundings of an instant of each run.
    pub fn of((a, b): (&'a Run, &'a Run), centres: (Time, Time)) -> Focus<'a> {
        let runs = [a, b];
        let centres = [centres.0, centres.1];
        let reach = |(run, centre): (&Run, Time)| {
            let place = run.trace.partition_point(|event| event.at < centre);
            let earliest = run.trace.get(place.saturating_sub(BEFORE)).map_or(centre, |it| it.at);
            let latest = run.trace.get(place + AFTER).or(run.trace.last());
            (centre.since(earliest), latest.map_or(LEAST, |event| event.at.since(centre)))
        };
        let [(before_a, after_a), (before_b, after_b)] =
            [(a, centres[0]), (b, centres[1])].map(reach);
        let after = after_a.min(after_b).max(LEAST);
        let before = before_a.min(before_b).max(LEAST).min(after * 2);
        let mut focus = Focus { runs, centres, before, after, hosts: Vec::new() };
        let mut busy = BTreeSet::new();
        for side in 0..2 {
            busy.extend(focus.events(side).map(|(_, event)| &*event.node));
        }
        let named = a.hosts.iter().chain(&b.hosts).map(|host| &**host);
        let mut seen = BTreeSet::new();
        let shown = named.filter(|host| busy.contains(host) && seen.insert(*host));
        focus.hosts = shown.take(HOSTS_MAX).collect();
        focus
    }

    /// The events of a run in view, with their places.
    fn events(&self, side: usize) -> impl Iterator<Item = (usize, &'a TraceEvent)> {
        let (run, centre) = (self.runs[side], self.centres[side]);
        let (from, to) = (centre - self.before, centre + self.after);
        let first = run.trace.partition_point(|event| event.at < from);
        let events = run.trace[first..].iter().take(EVENTS_MAX).take_while(move |it| it.at <= to);
        events.enumerate().map(move |(place, event)| (first + place, event))
    }

    /// Both diagrams.
    pub fn draw(&self) -> [Diagram; 2] {
        let [a, b] = self.runs;
        let parting = Parting::of(&a.trace, &b.trace);
        let last = |side| self.events(side).last().map_or(0, |(place, _)| place + 1);
        let after = last(0).max(last(1)).saturating_sub(parting.alike).min(EVENTS_MAX);
        let pairs = parting.around((&a.trace, &b.trace), 0, after);
        let both = pairs.iter().filter(|pair| pair.a.is_some() && pair.b.is_some());
        let both: Vec<_> = both.collect();
        let known = [
            both.iter().filter_map(|pair| pair.a).collect(),
            both.iter().filter_map(|pair| pair.b).collect(),
        ];
        let is_own = |known: &BTreeSet<usize>, place: usize| {
            place >= parting.alike && !known.contains(&place)
        };
        let [in_a, in_b]: [BTreeSet<usize>; 2] = known;
        [
            self.diagram(0, &|place| is_own(&in_a, place)),
            self.diagram(1, &|place| is_own(&in_b, place)),
        ]
    }

    /// A diagram; `own` says whether only this run has the event of a place.
    fn diagram(&self, side: usize, own: &dyn Fn(usize) -> bool) -> Diagram {
        let messages = Messages::of(self.runs[side], self.events(side).map(|(_, event)| event));
        let lanes = self.hosts.iter();
        let mut diagram = Diagram {
            width: WIDTH,
            height: TOP + LANE * self.hosts.len() as f64 + 24.0,
            left: LEFT,
            right: WIDTH - RIGHT,
            centre: self.x(side, self.centres[side]),
            lanes: lanes.map(|name| Lane { name: (*name).to_owned(), y: self.y(name) }).collect(),
            lines: Vec::new(),
            notes: Vec::new(),
            ticks: self.ticks(),
            own: 0,
        };
        let mut drawn = BTreeSet::new();
        for (place, event) in self.events(side) {
            let own = own(place);
            diagram.own += usize::from(own);
            match &event.kind {
                TraceKind::Send { id, .. }
                | TraceKind::Deliver { id, .. }
                | TraceKind::Drop { id, .. } => {
                    let new = drawn.insert(*id).then(|| self.lines(side, messages.get(*id), own));
                    diagram.lines.extend(new.into_iter().flatten());
                }
                _ if self.hosts.contains(&&*event.node) => diagram.notes.push(Note {
                    at: (self.x(side, event.at), self.y(&event.node)),
                    own,
                    said: event.to_string(),
                }),
                _ => {}
            }
        }
        diagram
    }

    /// The lines of a message: one per copy that ended.
    fn lines(
        &self,
        side: usize,
        (sent, ends): (Option<&TraceEvent>, &[&TraceEvent]),
        own: bool,
    ) -> Vec<Line> {
        let Some(sent) = sent else { return Vec::new() };
        let TraceKind::Send { to, .. } = &sent.kind else { return Vec::new() };
        if ![&*sent.node, &**to].iter().all(|host| self.hosts.contains(host)) {
            return Vec::new();
        }
        let from = (self.x(side, sent.at), self.y(&sent.node));
        let line = |end: &&TraceEvent| {
            let dropped = matches!(end.kind, TraceKind::Drop { .. });
            let (x, y) = (self.x(side, end.at), self.y(to));
            // What is dropped on its way ends halfway.
            let y = if dropped { f64::midpoint(from.1, y) } else { y };
            let x = if dropped { x.max(from.0 + 8.0) } else { x };
            let end_mark = if dropped { "✕" } else { "∨" };
            Line { from, to: (x, y), own, end: end_mark, said: format!("{sent}\n{end}") }
        };
        ends.iter().map(line).collect()
    }

    fn x(&self, side: usize, at: Time) -> f64 {
        let from = self.centres[side].as_nanos() as f64 - self.before.as_nanos() as f64;
        let span = (self.before + self.after).as_nanos() as f64;
        rounded(LEFT + (at.as_nanos() as f64 - from) / span * (WIDTH - LEFT - RIGHT))
    }

    fn y(&self, host: &str) -> f64 {
        let lane = self.hosts.iter().position(|name| *name == host).unwrap_or(0);
        TOP + LANE * (lane as f64 + 0.5)
    }

    /// Times from the centre, at round steps.
    fn ticks(&self) -> Vec<Tick> {
        let span = (self.before + self.after).as_nanos() as f64;
        let unit = 10f64.powf((span / 8.0).log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].map(|times| times * unit);
        let step = steps.into_iter().find(|step| span / step <= 10.0).unwrap_or(unit * 10.0);
        let first = -(self.before.as_nanos() as f64 / step).floor() as i64;
        let last = (self.after.as_nanos() as f64 / step).floor() as i64;
        let scale = (WIDTH - LEFT - RIGHT) / span;
        let tick = |number: i64| {
            let nanos = number as f64 * step;
            let x = LEFT + (nanos + self.before.as_nanos() as f64) * scale;
            let said = if number == 0 { "0".to_owned() } else { format!("{:+} ms", nanos / 1e6) };
            Tick { x: rounded(x), said }
        };
        (first..=last).map(tick).collect()
    }
}

/// A coordinate with one decimal.
fn rounded(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// The sends and ends of the messages in view.
struct Messages<'a> {
    sent: BTreeMap<u64, &'a TraceEvent>,
    ends: BTreeMap<u64, Vec<&'a TraceEvent>>,
}

impl<'a> Messages<'a> {
    /// Of a run, the messages that these events are about.
    fn of(run: &'a Run, events: impl Iterator<Item = &'a TraceEvent>) -> Messages<'a> {
        let ids: BTreeSet<u64> = events.filter_map(id).collect();
        let mut messages = Messages { sent: BTreeMap::new(), ends: BTreeMap::new() };
        for event in &run.trace {
            let Some(id) = id(event).filter(|id| ids.contains(id)) else { continue };
            if matches!(event.kind, TraceKind::Send { .. }) {
                messages.sent.insert(id, event);
            } else {
                messages.ends.entry(id).or_default().push(event);
            }
        }
        messages
    }

    fn get(&self, id: u64) -> (Option<&'a TraceEvent>, &[&'a TraceEvent]) {
        (self.sent.get(&id).copied(), self.ends.get(&id).map_or(&[], Vec::as_slice))
    }
}

/// The number of an event's message.
fn id(event: &TraceEvent) -> Option<u64> {
    match &event.kind {
        TraceKind::Send { id, .. } | TraceKind::Deliver { id, .. } | TraceKind::Drop { id, .. } => {
            Some(*id)
        }
        _ => None,
    }
}
