//! Invariants: what a lab says must hold after each of its recorded events.
//!
//! [`check_invariant`] shows the state of an [`Invariant`] every [`LabEvent`] in order and
//! reports the first one that breaks it. Invariants in this sense are safety properties of
//! the trace (Alpern & Schneider, "Defining liveness", 1985): once broken, broken for good.
//!
//! Left out: what nodes do not record. An invariant over events that never happened holds
//! of nothing, which is why [`InvariantFinding::relevant`] counts those it looked at.

use netsplit_history::{Invariant, LabEvent, Time};
use serde::Serialize;

/// What came of an invariant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InvariantFinding {
    /// Events that it is about.
    pub relevant: usize,
    /// The first event that broke it.
    pub broken: Option<Broken>,
}

/// The event that broke an invariant.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Broken {
    /// Its place among the run's events, from 1.
    pub number: usize,
    /// When.
    pub at: Time,
    /// On which node.
    pub node: String,
    /// The event's name.
    pub event: String,
    /// What is wrong.
    pub why: String,
}

/// Evaluates `invariant` at every event, up to the first that breaks it.
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
