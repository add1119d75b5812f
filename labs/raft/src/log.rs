//! The log: entries by index and term, less a prefix that a snapshot replaces (section 7).
//!
//! Invariants of a [`Log`]: indices are consecutive, terms never decrease, and everything at or
//! below `snapshot.index` has been committed.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

/// A term: time as Raft counts it, at most one leader each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Term(pub u64);

/// A place in the log, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Index(pub u64);

/// A server, by its place among the cluster's nodes, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Server(pub u32);

/// The servers whose votes count.
pub type Members = BTreeSet<Server>;

impl Index {
    /// The next place.
    pub fn next(self) -> Index {
        self.plus(1)
    }

    /// So many places on.
    pub fn plus(self, places: usize) -> Index {
        Index(self.0 + places as u64)
    }

    /// The place before; the first has none but 0.
    pub fn previous(self) -> Index {
        Index(self.0.saturating_sub(1))
    }
}

/// What an entry holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Payload {
    /// Nothing: a new leader's first entry, which lets it commit what it inherited.
    Noop,
    /// The cluster's members from here on (thesis, section 4.1).
    Members(Members),
    /// A command to the state machine.
    Command(Rc<[u8]>),
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The term of the leader that created it.
    pub term: Term,
    /// What it holds.
    pub payload: Payload,
}

/// What stands for the log's beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The last entry that it covers, `lastIncludedIndex`.
    pub index: Index,
    /// That entry's term, `lastIncludedTerm`.
    pub term: Term,
    /// The members as of that entry.
    pub members: Members,
    /// The state machine's state.
    pub state: Rc<[u8]>,
}

/// A server's log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// What was compacted.
    pub snapshot: Snapshot,
    entries: Vec<Entry>,
}

impl Log {
    /// A log of these entries behind a snapshot.
    pub fn new(snapshot: Snapshot, entries: Vec<Entry>) -> Log {
        Log { snapshot, entries }
    }

    /// All entries behind the snapshot.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The index of the last entry; the snapshot's when there is none.
    pub fn last_index(&self) -> Index {
        self.snapshot.index.plus(self.entries.len())
    }

    /// The term of the last entry.
    pub fn last_term(&self) -> Term {
        self.entries.last().map_or(self.snapshot.term, |entry| entry.term)
    }

    fn place(&self, index: Index) -> Option<usize> {
        (index > self.snapshot.index).then(|| (index.0 - self.snapshot.index.0 - 1) as usize)
    }

    /// The entry at an index, unless it is compacted or not there yet.
    pub fn get(&self, index: Index) -> Option<&Entry> {
        self.entries.get(self.place(index)?)
    }

    /// The term at an index; `None` before the snapshot and behind the end.
    pub fn term_at(&self, index: Index) -> Option<Term> {
        let of_snapshot = (index == self.snapshot.index).then_some(self.snapshot.term);
        of_snapshot.or_else(|| self.get(index).map(|entry| entry.term))
    }

    /// Whether an entry of `term` stands at an index. What the snapshot covers is committed, and
    /// so the same everywhere.
    pub fn has(&self, index: Index, term: Term) -> bool {
        index < self.snapshot.index || self.term_at(index) == Some(term)
    }

    /// The last index, and at most `index`, whose term is at most `term`.
    pub fn last_up_to(&self, index: Index, term: Term) -> Index {
        let count = self.entries.partition_point(|entry| entry.term <= term);
        self.snapshot.index.plus(count).min(index)
    }

    /// At most `count` entries from an index on.
    pub fn from(&self, index: Index, count: usize) -> Vec<Entry> {
        let start = self.place(index).unwrap_or(0);
        self.entries.iter().skip(start).take(count).cloned().collect()
    }

    /// Replaces all that stands behind `after`.
    pub fn replace(&mut self, after: Index, entries: Vec<Entry>) {
        let keep = (after.0 - self.snapshot.index.0) as usize;
        self.entries.truncate(keep);
        self.entries.extend(entries);
    }

    /// Puts a snapshot in the place of what it covers. Entries behind it stay if they follow
    /// from it (section 7: "retain log entries following it").
    pub fn compact(&mut self, snapshot: Snapshot) {
        let follows = self.term_at(snapshot.index) == Some(snapshot.term);
        let covered = (snapshot.index.0 - self.snapshot.index.0) as usize;
        self.entries.drain(..if follows { covered } else { self.entries.len() });
        self.snapshot = snapshot;
    }

    /// The members as of an index: those of the last such entry up to it.
    pub fn members_at(&self, index: Index) -> &Members {
        let count =
            (index.0.saturating_sub(self.snapshot.index.0) as usize).min(self.entries.len());
        let named = self.entries[..count].iter().rev();
        let mut changes = named.filter_map(|entry| match &entry.payload {
            Payload::Members(members) => Some(members),
            _ => None,
        });
        changes.next().unwrap_or(&self.snapshot.members)
    }
}
