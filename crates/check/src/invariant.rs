//! Evaluation of a lab's invariants over its recorded events.
//!
//! [`check_invariant`] feeds every [`LabEvent`] in order to the state of an [`Invariant`] and
//! reports the first event that violates it. Invariants in this sense are safety properties of
//! the trace (Alpern & Schneider, "Defining liveness", 1985): a violation cannot be undone.
//!
//! Left out: whatever nodes do not record. An invariant over events that never happened holds
//! vacuously, which is why [`InvariantFinding::missing`] lists those that it needed in vain.

use netsplit_history::{Invariant, LabEvent, Time};
use serde::Serialize;

/// The result of evaluating an invariant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InvariantFinding {
    /// The events that it needs and that nobody recorded.
    pub missing: Vec<&'static str>,
    /// The first event that violated it.
    pub broken: Option<Broken>,
}

/// The event that violated an invariant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Broken {
    /// Its position among the run's events, from 1.
    pub number: usize,
    /// When it happened.
    pub at: Time,
    /// The node that recorded it.
    pub node: String,
    /// The event's name.
    pub event: String,
    /// The violation, in a sentence.
    pub why: String,
}

/// Evaluates `invariant` at every event, up to the first that violates it.
pub fn check_invariant(invariant: &Invariant, events: &[LabEvent]) -> InvariantFinding {
    let recorded = |name: &str| events.iter().any(|event| *event.name == *name);
    let missing = invariant.needs.iter().copied().filter(|name| !recorded(name)).collect();
    let mut state = (invariant.new)();
    let broken = (1..).zip(events).find_map(|(number, event)| {
        if !state.concerns(&event.name) {
            return None;
        }
        let why = state.observe(event).err()?;
        let (node, event_name) = (event.node.to_string(), event.name.to_string());
        Some(Broken { number, at: event.at, node, event: event_name, why })
    });
    InvariantFinding { missing, broken }
}
