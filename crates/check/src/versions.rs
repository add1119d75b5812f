//! Candidate writes of each read's value, and a partial order of their ages.
//!
//! The session guarantees and staleness compare ages of values, but histories carry no version
//! numbers. [`Versions`] derives two things from what clients observed: the writes that a read's
//! value may come from ([`Bases`]), and that a write which returned before another began is
//! older. Where overlap leaves an order open, no checker built on this reports a violation.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use netsplit_history::Time;
use serde_json::Value;

use crate::model::{CellAction, Model};
use crate::partition::{Entry, Partition};

/// Nanoseconds; the initial value counts as written at -1.
pub(crate) type Instant = i128;

/// Converts a time of the history.
pub(crate) fn instant(time: Time) -> Instant {
    Instant::from(time.as_nanos())
}

/// The writes that a read's value may come from, ignoring appends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bases {
    /// The earliest invocation among them.
    pub(crate) earliest_invoke: Instant,
    /// The latest return among them.
    pub(crate) latest_finish: Instant,
    /// The only one, when there is only one.
    pub(crate) sole: Option<Base>,
}

/// The origin of a value, ignoring appends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Base {
    /// The initial value.
    Initial,
    /// The write at this position.
    Write(usize),
}

/// The values of one key and their writers.
pub(crate) struct Versions<'a, M: Model<Action = CellAction>> {
    model: &'a M,
    pub(crate) partition: &'a Partition<CellAction>,
    by_value: IndexMap<&'a Value, Vec<usize>>,
    by_client: BTreeMap<u32, Vec<usize>>,
    /// Entries that replace the whole value.
    pub(crate) overwriters: Vec<usize>,
    /// Entries that append.
    pub(crate) appends: Vec<usize>,
}

impl<'a, M: Model<Action = CellAction>> Versions<'a, M> {
    pub(crate) fn new(model: &'a M, partition: &'a Partition<CellAction>) -> Self {
        let mut versions = Versions {
            model,
            partition,
            by_value: IndexMap::new(),
            by_client: BTreeMap::new(),
            overwriters: Vec::new(),
            appends: Vec::new(),
        };
        for (position, entry) in partition.entries.iter().enumerate() {
            if !entry.read {
                let own = versions.by_client.entry(entry.client).or_default();
                own.push(position);
            }
            if let Some(value) = written(&entry.action) {
                versions.by_value.entry(value).or_default().push(position);
                versions.overwriters.push(position);
            } else if let CellAction::Append(_) = entry.action {
                versions.appends.push(position);
            }
        }
        versions
    }

    pub(crate) fn entry(&self, position: usize) -> &'a Entry<CellAction> {
        &self.partition.entries[position]
    }

    /// When the first operation that may have changed the value began.
    pub(crate) fn first_change(&self) -> Option<Time> {
        let first = [self.overwriters.first(), self.appends.first()];
        first.into_iter().flatten().map(|&change| self.entry(change).invoke).min()
    }

    /// The reads and the values they returned, by invocation.
    pub(crate) fn reads(&self) -> impl Iterator<Item = (usize, &'a Value)> {
        let entries = self.partition.entries.iter().enumerate();
        entries.filter_map(|(position, entry)| match &entry.action {
            CellAction::Read(found) => Some((position, found)),
            _ => None,
        })
    }

    /// Whether the value of `read` may come from `write`.
    pub(crate) fn may_see(&self, write: usize, read: usize) -> bool {
        let (write, read) = (&self.entry(write).action, &self.entry(read).action);
        self.model.may_see(write, read, self.appends.is_empty())
    }

    /// The writes of a client, by invocation.
    pub(crate) fn by_client(&self, client: u32) -> &[usize] {
        self.by_client.get(&client).map_or(&[], Vec::as_slice)
    }

    /// Whether `found` may be `earlier` with zero or more pieces appended.
    pub(crate) fn extends(&self, found: &Value, earlier: &Value) -> bool {
        let read = CellAction::Read(found.clone());
        read.may_see(&CellAction::Write(earlier.clone()), self.appends.is_empty())
    }

    /// How many entries appended exactly `piece`.
    pub(crate) fn appenders(&self, piece: &Value) -> usize {
        let same = |&&entry: &&usize| self.entry(entry).action == CellAction::Append(piece.clone());
        self.appends.iter().filter(same).count()
    }

    /// How many entries wrote exactly `value`.
    pub(crate) fn writers(&self, value: &Value) -> usize {
        self.by_value.get(value).map_or(0, Vec::len)
    }

    /// The bases of the value of `read`; `None` when no write can have produced it.
    pub(crate) fn bases(&self, read: usize, found: &Value) -> Option<Bases> {
        let mut bases = None;
        if self.appends.is_empty() {
            if found.is_null() {
                add(&mut bases, Base::Initial, -1, -1);
            }
            for &write in self.by_value.get(found).into_iter().flatten() {
                self.add(&mut bases, write);
            }
        } else {
            if found.is_null() || found.is_string() || found.is_array() {
                add(&mut bases, Base::Initial, -1, -1);
            }
            for &write in self.overwriters.iter().filter(|&&w| self.may_see(w, read)) {
                self.add(&mut bases, write);
            }
        }
        bases
    }

    fn add(&self, bases: &mut Option<Bases>, write: usize) {
        let entry = self.entry(write);
        let (invoke, finish) = (instant(entry.invoke), instant(entry.finish));
        add(bases, Base::Write(write), invoke, finish);
    }
}

fn add(bases: &mut Option<Bases>, base: Base, invoke: Instant, finish: Instant) {
    *bases = Some(match *bases {
        None => Bases { earliest_invoke: invoke, latest_finish: finish, sole: Some(base) },
        Some(before) => Bases {
            earliest_invoke: before.earliest_invoke.min(invoke),
            latest_finish: before.latest_finish.max(finish),
            sole: None,
        },
    });
}

/// The new value, if the action replaces the whole value.
pub(crate) fn written(action: &CellAction) -> Option<&Value> {
    match action {
        CellAction::Write(value) => Some(value),
        CellAction::Cas { new, swapped, .. } if *swapped != Some(false) => Some(new),
        _ => None,
    }
}
