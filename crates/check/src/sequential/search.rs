//! The search for an order that keeps every client's: like the linearizability search, with
//! one position per client in place of the list of calls and returns.

use super::Programs;
use crate::budget::{Exhausted, Meter};
use crate::model::Model;
use crate::partition::Entry;
use crate::visited::{Taken, Visited};

/// One operation taken.
struct Frame {
    choice: usize,
    state: u32,
    /// Taken without trying alternatives.
    forced: bool,
}

struct Search<'a, M: Model> {
    model: &'a M,
    entries: &'a [Entry<M::Action>],
    programs: &'a Programs,
    meter: &'a mut Meter,
    visited: Visited<M::State>,
    /// How many operations of each client have been taken.
    positions: Vec<u32>,
    unknown_taken: Taken,
    /// Answered operations that have not been taken.
    left: usize,
    state: u32,
    frames: Vec<Frame>,
}

/// Whether there is a legal order.
pub(super) fn search<M: Model>(
    model: &M,
    entries: &[Entry<M::Action>],
    programs: &Programs,
    meter: &mut Meter,
) -> Result<bool, Exhausted> {
    let mut visited = Visited::new();
    let state = visited.number(model.initial(), 0, meter)?;
    let mut search = Search {
        model,
        entries,
        programs,
        meter,
        visited,
        positions: vec![0; programs.known.len()],
        unknown_taken: Taken::new(programs.unknown.len()),
        left: programs.known.iter().map(Vec::len).sum(),
        state,
        frames: Vec::new(),
    };
    search.run()
}

impl<M: Model> Search<'_, M> {
    fn run(&mut self) -> Result<bool, Exhausted> {
        self.take_reads()?;
        let mut choice = 0;
        while self.left > 0 {
            if self.advance(choice)? {
                choice = 0;
            } else if let Some(failed) = self.retreat() {
                choice = failed + 1;
            } else {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes the first choice from `first` on that leads to a new configuration. Choices are the
    /// clients, then the operations of unknown outcome.
    fn advance(&mut self, first: usize) -> Result<bool, Exhausted> {
        let choices = self.programs.known.len() + self.programs.unknown.len();
        for choice in first..choices {
            let Some(entry) = self.candidate(choice) else {
                continue;
            };
            let Some(state) = self.step(entry)? else {
                continue;
            };
            if self.entries[entry].unknown && state == self.state {
                continue;
            }
            self.push(choice, state, false);
            self.take_reads()?;
            let taken = [&self.unknown_taken];
            if self.visited.enter(self.state, &self.positions, &taken, self.meter)? {
                return Ok(true);
            }
            self.retreat();
        }
        Ok(false)
    }

    /// The operation that a choice would take now.
    fn candidate(&self, choice: usize) -> Option<usize> {
        let clients = self.programs.known.len();
        if choice < clients {
            let position = self.positions[choice] as usize;
            return self.programs.known[choice].get(position).copied();
        }
        let (client, after, entry) = self.programs.unknown[choice - clients];
        let free = !self.unknown_taken.contains(choice - clients);
        (free && self.positions[client] as usize >= after).then_some(entry)
    }

    /// Takes every client's next operation that changes nothing and whose answer fits.
    fn take_reads(&mut self) -> Result<(), Exhausted> {
        for client in 0..self.programs.known.len() {
            while let Some(entry) = self.candidate(client) {
                if !self.entries[entry].read || self.step(entry)?.is_none() {
                    break;
                }
                self.push(client, self.state, true);
            }
        }
        Ok(())
    }

    fn step(&mut self, entry: usize) -> Result<Option<u32>, Exhausted> {
        self.meter.step(1)?;
        let now = self.visited.state(self.state);
        let Some(next) = self.model.step(now, &self.entries[entry].action) else {
            return Ok(None);
        };
        let bytes = self.model.state_bytes(&next);
        self.visited.number(next, bytes, self.meter).map(Some)
    }

    fn push(&mut self, choice: usize, state: u32, forced: bool) {
        let frame = Frame { choice, state: self.state, forced };
        self.frames.push(frame);
        self.state = state;
        if let Some(unknown) = choice.checked_sub(self.positions.len()) {
            self.unknown_taken.insert(unknown);
        } else {
            self.positions[choice] += 1;
            self.left -= 1;
        }
    }

    /// Backtracks to the last choice, and returns it.
    fn retreat(&mut self) -> Option<usize> {
        loop {
            let frame = self.frames.pop()?;
            self.state = frame.state;
            if let Some(unknown) = frame.choice.checked_sub(self.positions.len()) {
                self.unknown_taken.remove(unknown);
            } else {
                self.positions[frame.choice] -= 1;
                self.left += 1;
            }
            if !frame.forced {
                return Some(frame.choice);
            }
        }
    }
}
