//! Invariants: properties that a lab's recorded events must satisfy.
//!
//! A lab declares an [`Invariant`] by its name and a constructor of an [`InvariantState`]; a
//! checker feeds every [`LabEvent`] in order to that state.

use std::fmt;

use crate::LabEvent;

/// A safety property over the recorded events of a run.
#[derive(Clone, Copy)]
pub struct Invariant {
    /// Its name, in kebab-case.
    pub name: &'static str,
    /// The property, in one line.
    pub summary: &'static str,
    /// The names of the events without which nothing can violate it: over a run that has none of
    /// one of them, it shows nothing.
    pub needs: &'static [&'static str],
    /// Makes the initial state.
    pub new: fn() -> Box<dyn InvariantState>,
}

/// The state of an invariant after the events so far.
pub trait InvariantState {
    /// Processes the next event.
    ///
    /// # Errors
    /// When the event violates the invariant: the message names the event and the earlier one that
    /// it contradicts.
    fn observe(&mut self, event: &LabEvent) -> Result<(), String>;

    /// Whether the invariant observes events of this name. Default: all.
    fn concerns(&self, _name: &str) -> bool {
        true
    }
}

impl fmt::Debug for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invariant({})", self.name)
    }
}
