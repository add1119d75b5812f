//! Every server's log, from what it recorded.

use std::collections::BTreeMap;
use std::sync::Arc;

use netsplit_history::LabEvent;
use serde_json::Value;

/// An entry: its term, and a digest of what it holds.
pub type Digest = (u64, u64);

/// One server's log and role.
#[derive(Clone, Debug, Default)]
pub struct ServerLog {
    /// Where the snapshot ends.
    pub index: u64,
    /// The term there.
    pub term: u64,
    /// The entries after it.
    pub entries: Vec<Digest>,
    /// The term that it leads, if any.
    pub leads: Option<u64>,
}

/// All logs.
#[derive(Debug, Default)]
pub struct Ledger(pub BTreeMap<Arc<str>, ServerLog>);

impl ServerLog {
    /// The last index.
    pub fn last(&self) -> u64 {
        self.index + self.entries.len() as u64
    }

    /// The term at an index; `None` where it is unknown.
    pub fn term_at(&self, index: u64) -> Option<u64> {
        if index == self.index {
            return Some(self.term);
        }
        self.get(index).map(|(term, _)| term)
    }

    /// The entry at an index.
    pub fn get(&self, index: u64) -> Option<Digest> {
        let place = index.checked_sub(self.index + 1)?;
        self.entries.get(place as usize).copied()
    }
}

impl Ledger {
    /// The events that change it.
    pub const EVENTS: &[&str] =
        &["started", "appended", "compacted", "became-leader", "stepped-down", "applied"];

    /// Applies an event.
    pub fn observe(&mut self, event: &LabEvent) {
        let kept = self.0.entry(event.node.clone()).or_default();
        let detail = &event.detail;
        match &*event.name {
            "started" => {
                *kept = ServerLog {
                    index: number(&detail[0]),
                    term: number(&detail[1]),
                    entries: entries(&detail[2]),
                    leads: None,
                };
            }
            "appended" => {
                let after = number(&detail[0]).saturating_sub(kept.index);
                kept.entries.truncate(after as usize);
                kept.entries.extend(entries(&detail[1]));
            }
            "compacted" => compact(kept, number(&detail[0]), number(&detail[1])),
            "became-leader" => kept.leads = Some(number(&detail["term"])),
            "stepped-down" => kept.leads = None,
            _ => {}
        }
    }
}

fn compact(kept: &mut ServerLog, index: u64, term: u64) {
    let covered = index.saturating_sub(kept.index) as usize;
    if kept.term_at(index) == Some(term) {
        kept.entries.drain(..covered);
    } else {
        kept.entries.clear();
    }
    (kept.index, kept.term) = (index, term);
}

/// A number in a detail.
pub fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

/// Entries in a detail.
pub fn entries(value: &Value) -> Vec<Digest> {
    let all = value.as_array().into_iter().flatten();
    all.map(|entry| (number(&entry[0]), number(&entry[1]))).collect()
}
