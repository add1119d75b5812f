//! Faults: their schedule, their targets, and the application of their effects.
//!
//! A fault of the scenario has firings, each from its injection until it heals. A firing resolves
//! the fault's selectors to hosts or links ([`targets`]) and puts an effect in force there
//! ([`apply`]) until it heals; what went differently because of it is counted ([`touches`]).
//! Overlapping effects are combined by [`Machine`] and [`Links`]:
//! partitions, delays, factors and clock errors accumulate; of other settings the latest holds.
//!
//! [`Machine`]: crate::machine::state::Machine
//! [`Links`]: crate::network::links::Links

pub(crate) mod apply;
pub(crate) mod schedule;
pub(crate) mod selectors;
pub(crate) mod targets;
pub(crate) mod touches;

use std::ops::{Index, IndexMut};
use std::time::Duration;

use netsplit_history::Touch;
use netsplit_scenario::Scenario;

use self::targets::FaultState;
use crate::engine::core::Core;
use crate::engine::events::{Event, FaultId};

/// All faults of a scenario, and the lab events that faults and actions wait for.
pub(crate) struct Faults {
    list: Vec<FaultState>,
    waiting: Vec<EventTrigger>,
}

/// A fault or action that waits for the lab's n-th event of a name.
struct EventTrigger {
    event: String,
    /// Occurrences still to come.
    left: u32,
    then: Event,
    plus: Duration,
}

impl Faults {
    pub fn new(scenario: &Scenario, seed: u64) -> Faults {
        Faults {
            list: scenario.faults.iter().map(|fault| FaultState::new(fault, seed)).collect(),
            waiting: Vec::new(),
        }
    }

    fn ids(&self) -> impl Iterator<Item = FaultId> + use<> {
        (0..self.list.len() as u32).map(FaultId)
    }

    /// Records that a fault changed the fate of a message between two hosts.
    pub fn count_message(&mut self, fault: FaultId, touch: Touch, ends: (&str, &str)) {
        let record = &mut self[fault].record;
        record.touched[touch] += 1;
        for name in [ends.0, ends.1] {
            if !record.affected_nodes.contains(name) {
                record.affected_nodes.insert(name.to_owned());
            }
        }
    }

    /// Moves the faults' records into the record of the run.
    pub fn finish(&mut self, core: &mut Core) {
        let duration = core.run.duration;
        for fault in &mut self.list {
            fault.record.spans.iter_mut().for_each(|span| span.1 = span.1.min(duration));
            core.run.faults.push(std::mem::take(&mut fault.record));
        }
        for trigger in &self.waiting {
            let event = &trigger.event;
            if let Event::Act { action, .. } = trigger.then {
                core.run.actions[action as usize].why = format!("the event {event} never came");
                continue;
            }
            core.inconclusive(format!(
                "the event {event}, which a trigger of the scenario waits for, never came"
            ));
        }
    }
}

impl Index<FaultId> for Faults {
    type Output = FaultState;

    fn index(&self, id: FaultId) -> &FaultState {
        &self.list[id.0 as usize]
    }
}

impl IndexMut<FaultId> for Faults {
    fn index_mut(&mut self, id: FaultId) -> &mut FaultState {
        &mut self.list[id.0 as usize]
    }
}
