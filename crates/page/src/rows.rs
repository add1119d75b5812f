//! The rows of the page's tables, from the trace of a run.

use std::collections::{BTreeMap, BTreeSet};

use netsplit_history::{Cause, Operation, Run, Status, Time, TraceEvent, TraceKind, Wake};
use serde_json::Value;

use crate::columns::Columns;
use crate::kept::Kept;
use crate::words::Words;

/// How a copy of a message ended.
pub(crate) const FATES: &[&str] =
    &["delivered", "lost", "cut", "receiver down", "receiver restarted", "no listener"];
/// The kinds of other events.
pub(crate) const NOTES: &[&str] =
    &["start", "crash", "role", "record", "write", "sync", "action", "strike", "heal"];
/// What woke node code.
pub(crate) const CAUSES: &[&str] =
    &["start", "action", "request", "gave up", "message", "timer", "job", "sync"];
/// How a request ended.
pub(crate) const STATUSES: &[&str] = &["ok", "failed", "timed out", "rejected"];

/// The rows of all tables, with the texts that they name.
#[derive(Default)]
pub(crate) struct Rows {
    pub hosts: Words,
    pub clients: BTreeSet<String>,
    pub kinds: Words,
    pub texts: Words,
    /// Events that are in the page.
    pub events: usize,
    messages: Vec<[u64; 8]>,
    fates: Vec<[u64; 3]>,
    notes: Vec<[u64; 6]>,
    requests: Vec<[u64; 12]>,
    /// The row of each wake that is needed; 0 for the others.
    wakes: Vec<u32>,
    /// The places of the names of timers among the texts.
    timers: BTreeMap<&'static str, u64>,
    /// The rows of messages, by their numbers.
    sent: BTreeMap<u64, u64>,
}

/// What the first event of a request says about it.
type Asked<'a> = (&'a str, &'a str, &'a str);

impl Rows {
    /// Reads what is kept of a run.
    pub fn read(&mut self, run: &Run, kept: &Kept) {
        self.name_hosts(run);
        self.texts.place("");
        self.wakes = vec![0; run.wakes.len()];
        let mut asked = BTreeMap::new();
        let mut operations = run.operations.iter();
        for event in &run.trace {
            match &event.kind {
                TraceKind::Request { op, key, id } => {
                    let key = key.as_deref().unwrap_or("");
                    asked.insert(*id, (&*event.node, &**op, key));
                    self.events += usize::from(kept.has(event.at));
                }
                TraceKind::Reply { id, content, .. } => {
                    self.events += usize::from(kept.has(event.at));
                    let operation =
                        operations.next().filter(|operation| kept.has_request(operation));
                    if let (Some(asked), Some(operation)) = (asked.remove(id), operation) {
                        self.use_wake(event.wake);
                        self.add_request(*id, asked, operation, content, event.wake);
                    }
                }
                TraceKind::Deliver { id, .. } => self.end(*id, event.at, 0),
                TraceKind::Drop { id, why, .. } => {
                    let what = FATES.iter().position(|fate| fate == why).unwrap_or(1);
                    self.end(*id, event.at, what as u64);
                }
                kind if kept.has(event.at) || is_state(kind) => self.add(event),
                _ => {}
            }
        }
        self.close_wakes(run, kept);
    }

    /// The hosts to which anything happened, nodes first, and which of them are clients.
    fn name_hosts(&mut self, run: &Run) {
        let mut seen = BTreeSet::new();
        for event in &run.trace {
            seen.insert(&*event.node);
            if matches!(event.kind, TraceKind::Request { .. })
                && !self.clients.contains(&*event.node)
            {
                self.clients.insert(event.node.to_string());
            }
        }
        for name in run.hosts.iter().filter(|name| seen.contains(&***name)) {
            self.hosts.place(name);
        }
    }

    fn add_request(
        &mut self,
        id: u64,
        (host, op, key): Asked<'_>,
        operation: &Operation,
        content: &str,
        wake: u32,
    ) {
        let input = &operation.input;
        let input = if input.is_null() { 0 } else { self.texts.place(&input.to_string()) };
        self.requests.push([
            id,
            self.hosts.place(host),
            operation.client.into(),
            self.texts.place(&operation.load),
            self.texts.place(op),
            self.texts.place(key),
            operation.intended.as_nanos(),
            operation.latency().as_nanos() as u64,
            status(operation.status),
            input,
            self.texts.place(content),
            u64::from(wake),
        ]);
    }

    /// Adds a message, or an event that is about neither a message nor a request.
    fn add(&mut self, event: &TraceEvent) {
        let (at, wake) = (event.at.as_nanos(), u64::from(event.wake));
        if let TraceKind::Send { to, message, bytes, id, content } = &event.kind {
            self.sent.insert(*id, self.messages.len() as u64);
            self.messages.push([
                *id,
                at,
                self.hosts.place(&event.node),
                self.hosts.place(to),
                self.kinds.place(message),
                *bytes as u64,
                self.texts.place(content),
                wake,
            ]);
        } else if let Some((what, text, more)) = note(&event.kind) {
            let host = if event.node.is_empty() { 0 } else { self.hosts.place(&event.node) + 1 };
            let (text, more) = (self.texts.place(text), self.texts.place(&more));
            self.notes.push([at, host, what, text, more, wake]);
        }
        self.events += 1;
        self.use_wake(event.wake);
    }

    /// Adds the end of a copy of a message that is kept.
    fn end(&mut self, id: u64, at: Time, what: u64) {
        if let Some(message) = self.sent.get(&id) {
            self.fates.push([*message, at.as_nanos(), what]);
            self.events += 1;
        }
    }

    fn use_wake(&mut self, wake: u32) {
        if let Some(row) = self.wakes.get_mut(wake as usize) {
            *row = 1;
        }
    }

    /// Adds the wakes on the chains of those that are used, and numbers their rows.
    fn close_wakes(&mut self, run: &Run, kept: &Kept) {
        for (index, wake) in run.wakes.iter().enumerate().rev() {
            if !kept.has(wake.at) {
                self.wakes[index] = 0;
            } else if self.wakes[index] == 1 {
                self.use_wake(wake.by);
            }
        }
        let used = |(wake, row): (&Wake, &u32)| (*row == 1).then_some(wake.cause);
        for cause in run.wakes.iter().zip(&self.wakes).filter_map(used) {
            if let Cause::Timer(name) = cause {
                let place = self.texts.place(name);
                self.timers.insert(name, place);
            }
        }
        let mut last = 0;
        for used in self.wakes.iter_mut().skip(1).filter(|used| **used == 1) {
            last += 1;
            *used = last;
        }
        if let Some(first) = self.wakes.first_mut() {
            *first = 0;
        }
    }

    /// Writes the rows as columns.
    pub fn write(&self, run: &Run, columns: &mut Columns) {
        let row_of = |wake: u64| u64::from(self.wakes.get(wake as usize).copied().unwrap_or(0));
        let message = |index: usize| self.messages.iter().map(move |row| row[index]);
        columns.differences("message.id", message(0));
        columns.differences("message.at", message(1));
        columns.plain("message.from", message(2));
        columns.plain("message.to", message(3));
        columns.plain("message.kind", message(4));
        columns.plain("message.bytes", message(5));
        columns.differences("message.content", message(6));
        columns.differences("message.wake", message(7).map(row_of));
        let fate = |index: usize| self.fates.iter().map(move |row| row[index]);
        columns.differences("fate.message", fate(0));
        columns.differences("fate.at", fate(1));
        columns.plain("fate.what", fate(2));
        let note = |index: usize| self.notes.iter().map(move |row| row[index]);
        columns.differences("note.at", note(0));
        columns.plain("note.host", note(1));
        columns.plain("note.what", note(2));
        columns.differences("note.text", note(3));
        columns.differences("note.more", note(4));
        columns.differences("note.wake", note(5).map(row_of));
        let request = |index: usize| self.requests.iter().map(move |row| row[index]);
        columns.differences("request.id", request(0));
        columns.plain("request.host", request(1));
        columns.plain("request.session", request(2));
        columns.differences("request.load", request(3));
        columns.differences("request.op", request(4));
        columns.differences("request.key", request(5));
        columns.differences("request.intended", request(6));
        columns.plain("request.latency", request(7));
        columns.plain("request.status", request(8));
        columns.differences("request.input", request(9));
        columns.differences("request.output", request(10));
        columns.differences("request.wake", request(11).map(row_of));
        self.write_wakes(run, columns);
    }

    fn write_wakes(&self, run: &Run, columns: &mut Columns) {
        let used: Vec<_> = run
            .wakes
            .iter()
            .zip(&self.wakes)
            .enumerate()
            .filter(|(index, (_, row))| *index == 0 || **row > 0)
            .map(|(_, (wake, _))| wake)
            .collect();
        let host = |name: &str| {
            let known = self.hosts.list.iter().position(|host| **host == *name);
            known.map_or(0, |place| place as u64 + 1)
        };
        columns.differences("wake.at", used.iter().map(|wake| wake.at.as_nanos()));
        let since = |from: Time, to: Time| to.since(from).as_nanos() as u64;
        columns.plain("wake.waited", used.iter().map(|wake| since(wake.since, wake.at)));
        columns.plain("wake.served", used.iter().map(|wake| since(wake.started, wake.at)));
        columns.plain("wake.cause", used.iter().map(|wake| self.cause(wake.cause).0));
        columns.differences("wake.of", used.iter().map(|wake| self.cause(wake.cause).1));
        columns.plain("wake.host", used.iter().map(|wake| host(&wake.node)));
        let row_of = |wake: u32| u64::from(self.wakes[wake as usize]);
        columns.differences("wake.by", used.iter().map(|wake| row_of(wake.by)));
    }

    /// A cause as its place in `CAUSES`, and the number of its message or request, or the place of
    /// its timer's name.
    fn cause(&self, cause: Cause) -> (u64, u64) {
        match cause {
            Cause::Start => (0, 0),
            Cause::Action => (1, 0),
            Cause::Request(id) => (2, id),
            Cause::GaveUp(id) => (3, id),
            Cause::Message(id) => (4, id),
            Cause::Timer(name) => (5, self.timers.get(name).copied().unwrap_or(0)),
            Cause::Job => (6, 0),
            Cause::Sync => (7, 0),
        }
    }
}

/// Whether an event changes what a host is, which later windows need to know.
fn is_state(kind: &TraceKind) -> bool {
    matches!(
        kind,
        TraceKind::Start | TraceKind::Crash { .. } | TraceKind::Role(_) | TraceKind::Strike { .. }
    )
}

/// An event as a row of notes: its kind, and its texts.
fn note(kind: &TraceKind) -> Option<(u64, &str, String)> {
    let plain = |what, text| Some((what, text, String::new()));
    match kind {
        TraceKind::Start => plain(0, ""),
        TraceKind::Crash { why } => plain(1, why),
        TraceKind::Role(role) => plain(2, role),
        TraceKind::Record { name, detail: Value::Null } => plain(3, name),
        TraceKind::Record { name, detail } => Some((3, name, detail.to_string())),
        TraceKind::Write { path, bytes } => Some((4, path, format!("{bytes} bytes"))),
        TraceKind::Sync { path } => plain(5, path),
        TraceKind::Action(action) => plain(6, action),
        TraceKind::Strike { fault, targets } => Some((7, fault, targets.to_string())),
        TraceKind::Heal { fault } => plain(8, fault),
        _ => None,
    }
}

/// The place of a status in `STATUSES`.
fn status(status: Status) -> u64 {
    match status {
        Status::Ok => 0,
        Status::Failed => 1,
        Status::TimedOut => 2,
        Status::Rejected => 3,
    }
}
