//! The log: entries by index and term, after a prefix that a snapshot replaces (section 7).
//!
//! Invariants of a [`Log`]: indices are consecutive, terms never decrease, and everything at or
//! below `snapshot.index` has been committed.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

/// A term: Raft's logical time, with at most one leader each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Term(pub u64);

/// The index of an entry in the log, from 1; 0 is before the first.
#[must_use]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Index(pub u64);

/// A server, by its number among the cluster's nodes, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Server(pub u32);

/// The servers whose votes count.
pub type Members = BTreeSet<Server>;

impl Index {
    /// The next index.
    pub fn next(self) -> Index {
        self.plus(1)
    }

    /// The index `count` entries later.
    pub fn plus(self, count: usize) -> Index {
        Index(self.0 + count as u64)
    }

    /// The index before; 0 for 0.
    pub fn previous(self) -> Index {
        Index(self.0.saturating_sub(1))
    }
}

/// The content of an entry.
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
    /// The content.
    pub payload: Payload,
}

/// The state that replaces the log's beginning.
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
    /// The state as of the last compacted entry.
    pub snapshot: Snapshot,
    entries: Vec<Entry>,
}

impl Log {
    /// A log of these entries after a snapshot.
    pub fn new(snapshot: Snapshot, entries: Vec<Entry>) -> Log {
        Log { snapshot, entries }
    }

    /// All entries after the snapshot.
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

    /// The term at an index; `None` before the snapshot's last entry and after the end.
    pub fn term_at(&self, index: Index) -> Option<Term> {
        let of_snapshot = (index == self.snapshot.index).then_some(self.snapshot.term);
        of_snapshot.or_else(|| self.get(index).map(|entry| entry.term))
    }

    /// Whether the entry at an index has this term. What the snapshot covers is committed, and so
    /// the same in every log that has it.
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

    /// Replaces everything after `after`.
    pub fn replace(&mut self, after: Index, entries: Vec<Entry>) {
        let keep = (after.0 - self.snapshot.index.0) as usize;
        self.entries.truncate(keep);
        self.entries.extend(entries);
    }

    /// Replaces what a snapshot covers by the snapshot. Entries after it stay if they follow from
    /// it (section 7: "retain log entries following it").
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
