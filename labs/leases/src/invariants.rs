//! Invariants of locks and tokens, checked at each event from the recorded events alone.

use std::collections::BTreeMap;

use netsplit_sim::prelude::*;

/// All invariants.
pub(crate) const INVARIANTS: &[Invariant] = &[
    Invariant {
        name: "one-holder",
        summary: "Nobody takes a lock while another believes to hold it",
        needs: &["took"],
        new: || Box::new(OneHolder),
    },
    Invariant {
        name: "tokens-never-decrease",
        summary: "The storage takes no write of a key under a smaller token than one before it",
        needs: &["written"],
        new: || Box::new(TokensNeverDecrease::default()),
    },
    Invariant {
        name: "releases-own",
        summary: "A release ends no lease but its owner's",
        needs: &["freed"],
        new: || Box::new(ReleasesOwn),
    },
];

fn number(event: &LabEvent, field: &str) -> u64 {
    event.detail[field].as_u64().unwrap_or_default()
}

struct OneHolder;

impl InvariantState for OneHolder {
    fn observe(&mut self, event: &LabEvent) -> Result<(), String> {
        let (key, owner) = (number(event, "key") + 1, number(event, "owner"));
        match event.detail["others"].as_array().and_then(|others| others.first()) {
            Some(other) => {
                Err(format!("owner {owner} took the lock of k{key} while owner {other} held it"))
            }
            None => Ok(()),
        }
    }

    fn concerns(&self, name: &str) -> bool {
        name == "took"
    }
}

/// The greatest token of each key.
#[derive(Default)]
struct TokensNeverDecrease(BTreeMap<u64, u64>);

impl InvariantState for TokensNeverDecrease {
    fn observe(&mut self, event: &LabEvent) -> Result<(), String> {
        let Some(token) = event.detail["token"].as_u64() else { return Ok(()) };
        let key = number(event, "key");
        let greatest = self.0.entry(key).or_default();
        if token < *greatest {
            return Err(format!("k{} was written under {token} after {greatest}", key + 1));
        }
        *greatest = token;
        Ok(())
    }

    fn concerns(&self, name: &str) -> bool {
        name == "written"
    }
}

struct ReleasesOwn;

impl InvariantState for ReleasesOwn {
    fn observe(&mut self, event: &LabEvent) -> Result<(), String> {
        let (owner, by) = (number(event, "owner"), number(event, "by"));
        if owner == by {
            return Ok(());
        }
        Err(format!("owner {by} released k{} of owner {owner}", number(event, "key") + 1))
    }

    fn concerns(&self, name: &str) -> bool {
        name == "freed"
    }
}
