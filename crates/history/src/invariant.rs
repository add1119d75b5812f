//! Invariants: what a lab says must hold after each of its recorded events.
//!
//! A lab declares an [`Invariant`] by its name and a function that makes an
//! [`InvariantState`]; a checker shows that state every [`LabEvent`] in order.

use std::fmt;

use crate::LabEvent;

/// A property over the events of a run that a lab declares.
#[derive(Clone, Copy)]
pub struct Invariant {
    /// Its name, in kebab-case.
    pub name: &'static str,
    /// What must hold, in one line.
    pub summary: &'static str,
    /// Makes the state from before the first event.
    pub new: fn() -> Box<dyn InvariantState>,
}

/// What an invariant remembers of the events so far.
pub trait InvariantState {
    /// Takes the next event in.
    ///
    /// # Errors
    /// When the event breaks the invariant: says what is wrong, and with what before.
    fn observe(&mut self, event: &LabEvent) -> Result<(), String>;

    /// Whether the invariant is about events of this name.
    fn concerns(&self, _name: &str) -> bool {
        true
    }
}

impl fmt::Debug for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invariant({})", self.name)
    }
}
