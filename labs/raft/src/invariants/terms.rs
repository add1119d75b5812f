//! Invariants of terms: one leader, and one vote of each server.

use std::collections::BTreeMap;
use std::sync::Arc;

use netsplit_history::{InvariantState, LabEvent};

use super::ledger::number;

/// Election Safety (section 5.2).
#[derive(Debug, Default)]
pub struct ElectionSafety(BTreeMap<u64, Arc<str>>);

impl InvariantState for ElectionSafety {
    fn observe(&mut self, event: &LabEvent) -> Result<(), String> {
        let term = number(&event.detail["term"]);
        let leader = self.0.entry(term).or_insert_with(|| event.node.clone());
        if *leader == event.node {
            return Ok(());
        }
        Err(format!("{} leads term {term}, and so does {leader}", event.node))
    }

    fn concerns(&self, name: &str) -> bool {
        name == "became-leader"
    }
}

/// One vote per server and term, on which Election Safety rests.
#[derive(Debug, Default)]
pub struct SingleVote(BTreeMap<(Arc<str>, u64), u64>);

impl InvariantState for SingleVote {
    fn observe(&mut self, event: &LabEvent) -> Result<(), String> {
        let (term, server) = (number(&event.detail["term"]), number(&event.detail["for"]));
        let first = *self.0.entry((event.node.clone(), term)).or_insert(server);
        if first == server {
            return Ok(());
        }
        let name = |server| format!("n{}", server + 1);
        Err(format!(
            "{} votes for {} in term {term}, after {}",
            event.node,
            name(server),
            name(first)
        ))
    }

    fn concerns(&self, name: &str) -> bool {
        name == "voted"
    }
}
