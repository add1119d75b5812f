//! The trace and its fingerprint.
//!
//! Every event is written, as a tag, the time and its content, to a byte stream that is hashed as
//! it grows. The full trace, as data, is kept only on request, and with it the contents of messages
//! and the causes of node code. Neither enters the fingerprint. A record that has taken its share of
//! the memory ends there, and the run goes on: whether a run is recorded must not decide it.

use std::collections::BTreeSet;
use std::sync::Arc;

use netsplit_history::{Cause, LabEvent, Time, TraceEvent, TraceKind, Wake};
use xxhash_rust::xxh3::Xxh3Default;

use super::executor::{cause, set_cause};
use crate::machine::id::NodeId;

/// Bytes that are buffered before they are hashed.
const CHUNK: usize = 16 * 1024;

/// The longest head of an event: its tag, its time, four numbers and the length of its bytes.
const HEAD: usize = 1 + 8 * 5 + 4;

/// Bytes around a content in the set of them.
const AROUND_CONTENT: usize = 48;

pub(crate) struct Tracer {
    hash: Xxh3Default,
    pending: Vec<u8>,
    record: Option<Record>,
}

/// What is kept of a recorded run.
struct Record {
    events: Vec<TraceEvent>,
    wakes: Vec<Wake>,
    shown: Vec<LabEvent>,
    contents: BTreeSet<Arc<str>>,
    /// Bytes so far, and how many there may be.
    bytes: usize,
    bytes_max: usize,
    /// When it was full.
    ended: Option<Time>,
}

impl Record {
    /// Makes room for bytes; false when there is none.
    fn hold(&mut self, bytes: usize) -> bool {
        self.bytes += bytes;
        self.bytes <= self.bytes_max
    }
}

/// What is kept of a run.
#[derive(Default)]
pub(crate) struct Recorded {
    pub fingerprint: u64,
    pub events: Vec<TraceEvent>,
    pub wakes: Vec<Wake>,
    pub shown: Vec<LabEvent>,
    pub ended: Option<Time>,
}

impl Tracer {
    /// A tracer that, with `record`, keeps events up to this many bytes.
    pub fn new(record: bool, bytes_max: usize) -> Tracer {
        Tracer {
            hash: Xxh3Default::new(),
            pending: Vec::with_capacity(2 * CHUNK),
            record: record.then(|| Record {
                events: Vec::new(),
                wakes: vec![Wake {
                    at: Time::ZERO,
                    node: "".into(),
                    cause: Cause::Start,
                    since: Time::ZERO,
                    started: Time::ZERO,
                    by: 0,
                }],
                shown: Vec::new(),
                contents: BTreeSet::new(),
                bytes: 0,
                bytes_max,
                ended: None,
            }),
        }
    }

    /// Adds an event: `tag` is its kind, `numbers` and `bytes` its content.
    pub fn note(&mut self, at: Time, tag: u8, numbers: &[u64], bytes: &[u8]) {
        // Of a constant length, so that it is copied without a call; what is not used is cut off.
        let mut head = [0; HEAD];
        head[0] = tag;
        let words = [at.as_nanos()].into_iter().chain(numbers.iter().copied());
        for (place, word) in head[1..].chunks_exact_mut(8).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        let end = 1 + 8 * (1 + numbers.len());
        head[end..end + 4].copy_from_slice(&(bytes.len() as u32).to_le_bytes());
        let start = self.pending.len();
        self.pending.extend_from_slice(&head);
        self.pending.truncate(start + end + 4);
        self.pending.extend_from_slice(bytes);
        if self.pending.len() > CHUNK {
            self.hash.update(&self.pending);
            self.pending.clear();
        }
    }

    /// The record, as long as there is room in it.
    fn recording(&mut self) -> Option<&mut Record> {
        self.record.as_mut().filter(|record| record.ended.is_none())
    }

    /// Keeps an event as data, if the trace is recorded.
    pub fn keep(&mut self, at: Time, node: &Arc<str>, kind: impl FnOnce() -> TraceKind) {
        if self.records() {
            self.record(at, node, kind);
        }
    }

    #[inline(never)]
    fn record(&mut self, at: Time, node: &Arc<str>, kind: impl FnOnce() -> TraceKind) {
        let Some(record) = &mut self.record else { return };
        if !record.hold(size_of::<TraceEvent>()) {
            record.ended = Some(at);
            return;
        }
        self.hash.update(&self.pending);
        self.pending.clear();
        record.events.push(TraceEvent {
            at,
            node: node.clone(),
            kind: kind(),
            wake: cause(),
            fingerprint: self.hash.digest(),
        });
    }

    /// Whether the trace is kept as data.
    pub fn records(&self) -> bool {
        self.record.as_ref().is_some_and(|record| record.ended.is_none())
    }

    /// Keeps a wake, if the trace is recorded, and makes it the cause of what runs next.
    pub fn wake(&mut self, wake: impl FnOnce() -> Wake) {
        if let Some(record) = self.recording() {
            record.hold(size_of::<Wake>());
            record.wakes.push(wake());
            set_cause(record.wakes.len() as u32 - 1);
        }
    }

    /// Keeps what a node shows, if the trace is recorded; `bytes` is what its detail takes.
    pub fn show(&mut self, event: LabEvent, bytes: usize) {
        if let Some(record) = self.recording() {
            record.hold(size_of::<LabEvent>() + bytes);
            record.shown.push(event);
        }
    }

    /// The one copy of a content; empty if the trace is not recorded.
    pub fn share(&mut self, content: String) -> Arc<str> {
        let Some(record) = self.recording() else { return Arc::default() };
        if let Some(known) = record.contents.get(content.as_str()) {
            return known.clone();
        }
        record.hold(content.len() + AROUND_CONTENT);
        let content = Arc::from(content);
        record.contents.insert(Arc::clone(&content));
        content
    }

    /// The fingerprint of all events so far, and what was recorded.
    pub fn finish(&mut self) -> Recorded {
        self.hash.update(&self.pending);
        self.pending.clear();
        let fingerprint = self.hash.digest();
        match self.record.take() {
            Some(Record { events, wakes, shown, ended, .. }) => {
                Recorded { fingerprint, events, wakes, shown, ended }
            }
            None => Recorded { fingerprint, ..Recorded::default() },
        }
    }
}

/// Tags of the byte stream.
pub(crate) mod tag {
    pub const SEND: u8 = 1;
    pub const DELIVER: u8 = 2;
    pub const DROP: u8 = 3;
    pub const REQUEST: u8 = 4;
    pub const REPLY: u8 = 5;
    pub const DISK: u8 = 6;
    pub const DRAW: u8 = 7;
    pub const ROLE: u8 = 8;
    pub const RECORD: u8 = 9;
    pub const CRASH: u8 = 10;
    pub const START: u8 = 11;
    pub const INJECT: u8 = 12;
    pub const HEAL: u8 = 13;
    pub const ACTION: u8 = 14;
    pub const TIMER: u8 = 15;
    pub const JOB: u8 = 16;
    pub const COUNT: u8 = 17;
    pub const OBSERVE: u8 = 18;
}

/// A node as a number of the byte stream.
pub(crate) fn number(node: NodeId) -> u64 {
    u64::from(node.0)
}
