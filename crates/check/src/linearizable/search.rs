//! The search for a legal order.
//!
//! Wing & Gong ("Testing and verifying concurrent objects", JPDC 17, 1993) repeatedly take an
//! operation that no remaining one precedes and whose answer fits the state, and backtrack where
//! none fits; Lowe (2017) remembers the configurations that failed. [`Search`] adds two
//! optimisations that keep the verdict and save most of the work:
//!
//! - An operation that changes nothing is taken as soon as its answer fits, with no other
//!   choice tried: any order that takes it later stays legal with it taken now.
//! - Operations of unknown outcome are tried last, and never have to be taken.
//!
//! Left out: symmetry between equal writes. Such histories cost more steps, and `Unknown`
//! sooner.

use super::events::{END, Event, Events, HEAD};
use crate::budget::{Exhausted, Meter};
use crate::model::Model;
use crate::partition::Entry;
use crate::visited::{Taken, Visited};

/// Operations of unknown outcome that are passed over in the time of one action that is tried.
const SKIPPED_PER_STEP: u64 = 64;

/// Where the search continues in the current configuration.
#[derive(Clone, Copy, Debug)]
enum Cursor {
    /// At a node of the list.
    Known(u32),
    /// At an operation of unknown outcome, after all known ones.
    Unknown(usize),
}

/// One operation taken.
#[derive(Debug)]
struct Frame {
    entry: u32,
    /// The state before it.
    state: u32,
    /// Taken without trying alternatives.
    forced: bool,
}

struct Search<'a, M: Model> {
    model: &'a M,
    entries: &'a [Entry<M::Action>],
    meter: &'a mut Meter,
    events: Events,
    visited: Visited<M::State>,
    /// The index of each entry among the known or the unknown ones.
    rank: Vec<usize>,
    unknowns: Vec<u32>,
    known_taken: Taken,
    unknown_taken: Taken,
    /// Known operations that have not been taken.
    left: usize,
    state: u32,
    frames: Vec<Frame>,
    /// The latest return that no order has passed, as a node.
    furthest: u32,
}

/// Looks for a legal order of `entries`. `Some` names the operation whose return no order
/// gets past, when there is no legal order.
pub(super) fn search<M: Model>(
    model: &M,
    entries: &[Entry<M::Action>],
    meter: &mut Meter,
) -> Result<Option<usize>, Exhausted> {
    let unknowns: Vec<u32> = positions(entries, |entry| entry.unknown);
    let knowns: Vec<u32> = positions(entries, |entry| !entry.unknown);
    let mut rank = vec![0; entries.len()];
    for of_a_kind in [&unknowns, &knowns] {
        for (index, &entry) in of_a_kind.iter().enumerate() {
            rank[entry as usize] = index;
        }
    }
    let mut visited = Visited::new();
    let state = visited.number(model.initial(), 0, meter)?;
    let mut search = Search {
        model,
        entries,
        meter,
        events: Events::new(entries),
        visited,
        rank,
        known_taken: Taken::new(knowns.len()),
        unknown_taken: Taken::new(unknowns.len()),
        unknowns,
        left: knowns.len(),
        state,
        frames: Vec::new(),
        furthest: HEAD,
    };
    search.run()
}

fn positions<A>(entries: &[Entry<A>], keep: impl Fn(&Entry<A>) -> bool) -> Vec<u32> {
    (0..entries.len() as u32).filter(|&entry| keep(&entries[entry as usize])).collect()
}

impl<M: Model> Search<'_, M> {
    fn run(&mut self) -> Result<Option<usize>, Exhausted> {
        self.take_reads()?;
        let mut cursor = Cursor::Known(self.events.after(HEAD));
        while self.left > 0 {
            if self.advance(cursor)? {
                cursor = Cursor::Known(self.events.after(HEAD));
            } else if let Some(next) = self.retreat() {
                cursor = next;
            } else {
                let Event::Return(stuck) = self.events.event(self.furthest) else {
                    unreachable!("the search stops at returns only");
                };
                return Ok(Some(stuck as usize));
            }
        }
        Ok(None)
    }

    /// Takes the next operation that leads to a new configuration; returns whether there was one.
    fn advance(&mut self, cursor: Cursor) -> Result<bool, Exhausted> {
        let (mut node, first_unknown) = match cursor {
            Cursor::Known(node) => (node, 0),
            Cursor::Unknown(index) => (self.events.after(HEAD), index),
        };
        let trying_known = matches!(cursor, Cursor::Known(_));
        while let Event::Call(entry) = self.events.event(node) {
            // A read whose answer fits has been taken already.
            if trying_known && !self.entries[entry as usize].read && self.take(entry)? {
                return Ok(true);
            }
            node = self.events.after(node);
        }
        self.furthest = self.furthest.max(node);
        let Event::Return(gate) = self.events.event(node) else {
            unreachable!("the loop above stops at a return");
        };
        let gate = self.entries[gate as usize].finish;
        self.meter.step((self.unknowns.len() - first_unknown) as u64 / SKIPPED_PER_STEP)?;
        for index in first_unknown..self.unknowns.len() {
            let entry = self.unknowns[index];
            if self.entries[entry as usize].invoke > gate {
                break;
            }
            if !self.unknown_taken.contains(index) && self.take(entry)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes `entry` if its answer fits and the configuration that it leads to is new.
    fn take(&mut self, entry: u32) -> Result<bool, Exhausted> {
        let Some(state) = self.step(entry)? else {
            return Ok(false);
        };
        if self.entries[entry as usize].unknown && state == self.state {
            return Ok(false);
        }
        self.push(entry, state, false);
        self.take_reads()?;
        let taken = [&self.known_taken, &self.unknown_taken];
        if self.visited.enter(self.state, &[], &taken, self.meter)? {
            return Ok(true);
        }
        self.retreat();
        Ok(false)
    }

    /// Takes every callable read whose answer fits the state.
    fn take_reads(&mut self) -> Result<(), Exhausted> {
        let mut node = self.events.after(HEAD);
        while node != END {
            let Event::Call(entry) = self.events.event(node) else {
                break;
            };
            let mut before = node;
            if self.entries[entry as usize].read && self.step(entry)?.is_some() {
                before = self.push(entry, self.state, true);
            }
            node = self.events.after(before);
        }
        Ok(())
    }

    /// The number of the state after `entry`, or `None` where its answer does not fit.
    fn step(&mut self, entry: u32) -> Result<Option<u32>, Exhausted> {
        self.meter.step(1)?;
        let entry = &self.entries[entry as usize];
        let now = self.visited.state(self.state);
        let Some(next) = self.model.step(now, &entry.action) else {
            return Ok(None);
        };
        if entry.read {
            return Ok(Some(self.state));
        }
        let bytes = self.model.state_bytes(&next);
        self.visited.number(next, bytes, self.meter).map(Some)
    }

    /// Returns the node before the entry's call, for a known one.
    fn push(&mut self, entry: u32, state: u32, forced: bool) -> u32 {
        let at = entry as usize;
        let before = if self.entries[at].unknown {
            self.unknown_taken.insert(self.rank[at]);
            HEAD
        } else {
            self.known_taken.insert(self.rank[at]);
            self.left -= 1;
            self.events.lift(entry)
        };
        let frame = Frame { entry, state: self.state, forced };
        self.frames.push(frame);
        self.state = state;
        before
    }

    /// Backtracks to the last choice; returns where to continue.
    fn retreat(&mut self) -> Option<Cursor> {
        loop {
            let frame = self.frames.pop()?;
            let at = frame.entry as usize;
            self.state = frame.state;
            let cursor = if self.entries[at].unknown {
                self.unknown_taken.remove(self.rank[at]);
                Cursor::Unknown(self.rank[at] + 1)
            } else {
                self.known_taken.remove(self.rank[at]);
                self.left += 1;
                self.events.unlift(frame.entry);
                Cursor::Known(self.events.after(self.events.call(frame.entry)))
            };
            if !frame.forced {
                return Some(cursor);
            }
        }
    }
}
