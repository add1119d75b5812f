//! Bounded loads (Mirrokni, Thorup and Zadimoghaddam, SODA 2018, section 1): when a request is
//! admitted, the node that takes it has at most ceil((1 + epsilon) m/N) of all m, or its weight's
//! share of that. Here m is the number of requests that a router has in flight. Writes count, and
//! go to the owner in any case, so only reads are checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use netsplit_history::{InvariantState, LabEvent};

use super::{Views, number};

/// The events that the invariant reads.
const EVENTS: [&str; 4] = [Views::EVENT, "started", "routed", "ended"];

/// ceil((1 + epsilon) m w / W), for a node of weight w among nodes of weight W in all, which have m
/// requests together. Epsilon is in millionths.
pub fn bound(epsilon_millionths: u64, all: u64, weight: u64, weights: u64) -> u64 {
    let share = u128::from(1_000_000 + epsilon_millionths) * u128::from(all) * u128::from(weight);
    share.div_ceil(1_000_000 * u128::from(weights)) as u64
}

/// The number of reads that exceeded their bound.
pub fn exceeded(events: &[LabEvent]) -> usize {
    let mut invariant = BoundedLoad::default();
    let events = events.iter().filter(|event| EVENTS.contains(&&*event.name));
    events.filter(|event| invariant.observe(event).is_err()).count()
}

/// The requests that each router has in flight, by node.
#[derive(Debug, Default)]
pub struct BoundedLoad {
    views: Views,
    epsilon_millionths: u64,
    in_flight: BTreeMap<Arc<str>, BTreeMap<u64, u64>>,
}

impl InvariantState for BoundedLoad {
    fn observe(&mut self, event: &LabEvent) -> Result<(), String> {
        let detail = &event.detail;
        if &*event.name == Views::EVENT {
            self.epsilon_millionths = number(&detail["epsilon"]);
            self.views.add(event);
            return Ok(());
        }
        if &*event.name == "started" {
            self.in_flight.remove(&event.node);
            return Ok(());
        }
        let Some(to) = detail["to"].as_u64() else {
            return Ok(());
        };
        let loads = self.in_flight.entry(event.node.clone()).or_default();
        let load = loads.entry(to).or_default();
        if &*event.name == "ended" {
            *load -= 1;
            return Ok(());
        }
        *load += 1;
        let (has, all) = (*load, loads.values().sum());
        let members = self.views.of(number(&detail["epoch"]))?;
        let weight = members.get(&to).copied().unwrap_or(0);
        let most = bound(self.epsilon_millionths, all, weight, members.values().sum());
        if has <= most || detail["reads"] == false {
            return Ok(());
        }
        let to = to + 1;
        Err(format!("n{to} has {has} of {all} requests in flight; at most {most} are allowed"))
    }

    fn concerns(&self, name: &str) -> bool {
        EVENTS.contains(&name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{broken, view};
    use super::*;

    fn sent(to: u64, reads: bool) -> (&'static str, Value) {
        ("routed", json!({ "to": to, "epoch": 1, "reads": reads }))
    }

    fn ended(to: u64) -> (&'static str, Value) {
        ("ended", json!({ "to": to }))
    }

    #[test]
    fn the_bound_is_exact() {
        // 1.1 times 110 is 121, and by floating point numbers a little more.
        assert_eq!(bound(100_000, 1100, 1, 10), 121);
        assert_eq!(bound(250_000, 3, 1, 4), 1);
        assert_eq!(bound(250_000, 4, 1, 4), 2);
        assert_eq!(bound(0, 9, 2, 6), 3);
    }

    #[test]
    fn a_node_may_reach_its_bound_and_not_exceed_it() {
        let first = || [view(1, &[0, 1]), sent(0, true), sent(1, true)];
        let fine = first().into_iter().chain([sent(0, true), sent(1, true)]);
        assert_eq!(broken(BoundedLoad::default(), fine), None);
        let third = first().into_iter().chain([sent(0, true), sent(0, true)]);
        assert_eq!(broken(BoundedLoad::default(), third), None, "3 of 4: ceil(2.5)");
        let twice = [view(1, &[0, 1, 2, 3]), sent(0, true), sent(0, true)];
        assert_eq!(broken(BoundedLoad::default(), twice), Some(2));
    }

    #[test]
    fn requests_that_ended_do_not_count_and_writes_are_not_checked() {
        let start = || [view(1, &[0, 1, 2, 3]), sent(0, true)];
        let again = start().into_iter().chain([ended(0), sent(0, true)]);
        assert_eq!(broken(BoundedLoad::default(), again), None);
        let restarted = start().into_iter().chain([("started", Value::Null), sent(0, true)]);
        assert_eq!(broken(BoundedLoad::default(), restarted), None);
        let written = start().into_iter().chain([sent(0, false), sent(0, true)]);
        assert_eq!(broken(BoundedLoad::default(), written), Some(3));
    }
}
