//! Evaluation of a lab's invariants over its recorded events.
//!
//! [`check_invariant`] feeds every [`LabEvent`] in order to the state of an [`Invariant`] and
//! reports the first event that violates it. Invariants in this sense are safety properties of
//! the trace (Alpern & Schneider, "Defining liveness", 1985): a violation cannot be undone.
//!
//! Left out: whatever nodes do not record. An invariant over events that never happened holds
//! vacuously, which is why [`InvariantFinding::relevant`] counts the events it observed.

use netsplit_history::{Invariant, LabEvent, Time};
use serde::Serialize;

/// The result of evaluating an invariant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InvariantFinding {
    /// Events that it observed.
    pub relevant: usize,
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
    let mut state = (invariant.new)();
    let mut relevant = 0;
    for (number, event) in (1..).zip(events) {
        if !state.concerns(&event.name) {
            continue;
        }
        relevant += 1;
        if let Err(why) = state.observe(event) {
            let broken = Broken {
                number,
                at: event.at,
                node: event.node.to_string(),
                event: event.name.to_string(),
                why,
            };
            return InvariantFinding { relevant, broken: Some(broken) };
        }
    }
    InvariantFinding { relevant, broken: None }
}
