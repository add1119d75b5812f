//! The set of configurations that a search has visited.
//!
//! Lowe's improvement of Wing and Gong's algorithm ("Testing for linearizability",
//! Concurrency and Computation 29(4), 2017, section 3): two prefixes of the same operations that
//! end in the same state have the same continuations. [`Visited`] numbers states and stores pairs
//! of (operations taken, state). [`Taken`] packs the first: operations are sorted by invocation,
//! so the set is a full prefix and a few bits beyond it.
//!
//! Configurations are stored whole, not as hashes: a collision would give a wrong verdict.

use std::hash::Hash;

use indexmap::IndexSet;

use crate::budget::{Exhausted, Meter};

/// Approximate overhead per stored item, in bytes.
const OVERHEAD: usize = 64;

/// The words of a configuration that cost as much as one action that is tried.
const WORDS_PER_STEP: u64 = 8;

/// A set of entries, as bits.
#[derive(Debug)]
pub(crate) struct Taken {
    words: Vec<u64>,
    /// Words before this one are full.
    full: usize,
    /// Words from this one on are empty.
    used: usize,
}

impl Taken {
    pub(crate) fn new(entries: usize) -> Taken {
        Taken { words: vec![0; entries.div_ceil(64)], full: 0, used: 0 }
    }

    pub(crate) fn contains(&self, entry: usize) -> bool {
        self.words[entry / 64] & (1 << (entry % 64)) != 0
    }

    pub(crate) fn insert(&mut self, entry: usize) {
        self.words[entry / 64] |= 1 << (entry % 64);
        self.used = self.used.max(entry / 64 + 1);
        while self.full < self.words.len() && self.words[self.full] == u64::MAX {
            self.full += 1;
        }
    }

    pub(crate) fn remove(&mut self, entry: usize) {
        self.words[entry / 64] &= !(1 << (entry % 64));
        self.full = self.full.min(entry / 64);
        while self.used > 0 && self.words[self.used - 1] == 0 {
            self.used -= 1;
        }
    }

    fn pack(&self, into: &mut Vec<u64>) {
        let words = &self.words[self.full..self.used.max(self.full)];
        into.push((self.full as u64) << 32 | words.len() as u64);
        into.extend_from_slice(words);
    }
}

/// Numbered states, and the configurations visited.
#[derive(Debug)]
pub(crate) struct Visited<S> {
    states: IndexSet<S>,
    seen: IndexSet<Box<[u64]>>,
    key: Vec<u64>,
}

impl<S: Hash + Eq> Visited<S> {
    pub(crate) fn new() -> Visited<S> {
        Visited { states: IndexSet::new(), seen: IndexSet::new(), key: Vec::new() }
    }

    /// The number of a state that owns `bytes` of heap.
    pub(crate) fn number(
        &mut self,
        state: S,
        bytes: usize,
        meter: &mut Meter,
    ) -> Result<u32, Exhausted> {
        let (number, new) = self.states.insert_full(state);
        if new {
            meter.allocate(bytes + size_of::<S>() + OVERHEAD)?;
        }
        Ok(number as u32)
    }

    pub(crate) fn state(&self, number: u32) -> &S {
        &self.states[number as usize]
    }

    /// Inserts a configuration; returns whether it is new. All calls on one instance must pass
    /// the same number of `positions` and of sets.
    pub(crate) fn enter(
        &mut self,
        state: u32,
        positions: &[u32],
        taken: &[&Taken],
        meter: &mut Meter,
    ) -> Result<bool, Exhausted> {
        self.key.clear();
        self.key.push(u64::from(state));
        let pairs = positions.chunks(2);
        self.key.extend(pairs.map(|pair| {
            pair.iter().fold(0, |packed, position| packed << 32 | u64::from(*position))
        }));
        for set in taken {
            set.pack(&mut self.key);
        }
        // Comparing a long configuration takes longer than trying an action.
        meter.step(self.key.len() as u64 / WORDS_PER_STEP)?;
        if self.seen.contains(self.key.as_slice()) {
            return Ok(false);
        }
        meter.allocate(self.key.len() * 8 + OVERHEAD)?;
        self.seen.insert(self.key.as_slice().into());
        Ok(true)
    }
}
