//! Invariants of leases, checked at each event from the recorded events alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use netsplit_history::Time;
use netsplit_sim::prelude::*;

/// All invariants.
pub(crate) const INVARIANTS: &[Invariant] = &[
    Invariant {
        name: "fills-after-deletes",
        summary: "A reader's fill is stored only if it was granted after the key's last delete",
        needs: &["filled"],
        new: || Box::new(FillsAfterDeletes::default()),
    },
    Invariant {
        name: "one-lease",
        summary: "No key has a second lease before the first is used, deleted or too old",
        needs: &["granted"],
        new: || Box::new(OneLease::default()),
    },
];

/// A key on a cache node.
type Place = (Arc<str>, u64);

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

fn place(event: &LabEvent) -> Place {
    (event.node.clone(), number(&event.detail["key"]))
}

/// The tokens of each key since its last delete.
#[derive(Default)]
struct FillsAfterDeletes(BTreeMap<Place, BTreeSet<u64>>);

impl InvariantState for FillsAfterDeletes {
    fn observe(&mut self, event: &LabEvent) -> Result<(), String> {
        let tokens = self.0.entry(place(event)).or_default();
        let token = number(&event.detail["token"]);
        match &*event.name {
            "granted" => {
                tokens.insert(token);
            }
            "filled" if !tokens.contains(&token) => {
                let key = number(&event.detail["key"]) + 1;
                return Err(format!(
                    "k{key} was filled under token {token}, granted before its last delete"
                ));
            }
            "filled" => {}
            _ => tokens.clear(),
        }
        Ok(())
    }

    fn concerns(&self, name: &str) -> bool {
        ["granted", "filled", "deleted", "replaced"].contains(&name)
    }
}

/// The lease of each key: its token, and when it is too old.
#[derive(Default)]
struct OneLease(BTreeMap<Place, (u64, Time)>);

impl InvariantState for OneLease {
    fn observe(&mut self, event: &LabEvent) -> Result<(), String> {
        if &*event.name == "started" {
            self.0.retain(|(node, _), _| *node != event.node);
            return Ok(());
        }
        let out = self.0.remove(&place(event));
        if &*event.name != "granted" {
            return Ok(());
        }
        let token = number(&event.detail["token"]);
        let until = event.at + Duration::from_nanos(number(&event.detail["lease_ns"]));
        self.0.insert(place(event), (token, until));
        match out {
            Some((other, until)) if event.at < until => {
                let key = number(&event.detail["key"]) + 1;
                Err(format!("k{key} was leased under {token} while {other} was out"))
            }
            _ => Ok(()),
        }
    }

    fn concerns(&self, name: &str) -> bool {
        ["started", "granted", "filled", "released", "deleted", "replaced"].contains(&name)
    }
}
