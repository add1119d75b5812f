//! Writes that a node keeps for another that did not answer.
//!
//! A sloppy coordinator that misses a holder of a key sends the write to a stand-in, with a
//! hint whom it is for (Dynamo, section 4.6). The stand-in keeps it in [`Hints`], apart from its
//! own keys, and hands it over once the owner answers again.
//!
//! Left out: hints expire in real systems (Cassandra: three hours) and are limited in size;
//! a node that is away for longer is brought up to date by anti-entropy.

use std::collections::BTreeMap;

use crate::ring::{Key, Replica};
use crate::siblings::Siblings;
use crate::versions::Versions;

/// What a node keeps for others.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// No inner map is empty.
    kept: BTreeMap<Replica, BTreeMap<Key, Siblings>>,
}

impl Hints {
    /// Keeps a write for its owner.
    pub fn keep(&mut self, rule: &dyn Versions, owner: Replica, key: Key, what: &Siblings) {
        let of_owner = self.kept.entry(owner).or_default();
        of_owner.entry(key).or_default().merge(rule, what);
    }

    /// What is kept of a key, for whichever owners.
    pub fn of(&self, key: Key) -> impl Iterator<Item = &Siblings> {
        self.kept.values().filter_map(move |of_owner| of_owner.get(&key))
    }

    /// How many writes are kept.
    pub fn len(&self) -> usize {
        self.kept.values().map(BTreeMap::len).sum()
    }

    /// For whom something is kept.
    pub fn owners(&self) -> Vec<Replica> {
        self.kept.keys().copied().collect()
    }

    /// Up to `most` keys that are kept for `owner`.
    pub fn for_owner(&self, owner: Replica, most: usize) -> Vec<(Key, Siblings)> {
        let of_owner = self.kept.get(&owner).into_iter().flatten();
        of_owner.take(most).map(|(key, what)| (*key, what.clone())).collect()
    }

    /// The owner has `what` now. Returns whether that was all there was to keep: a write that
    /// came meanwhile stays.
    pub fn delivered(
        &mut self,
        rule: &dyn Versions,
        owner: Replica,
        key: Key,
        what: &Siblings,
    ) -> bool {
        let Some(of_owner) = self.kept.get_mut(&owner) else {
            return false;
        };
        let done = of_owner.get(&key).is_some_and(|kept| what.covers(rule, kept));
        if done {
            of_owner.remove(&key);
            if of_owner.is_empty() {
                self.kept.remove(&owner);
            }
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::siblings::{Datum, Versioned};
    use crate::versions::{Actor, ByVector, Version};

    fn write(count: u64) -> Siblings {
        let mut version = Version::default();
        version.vector.learn(Actor(1), count);
        Versioned { version, datum: Datum(count) }.into()
    }

    #[test]
    fn what_came_during_a_handover_is_kept() {
        let (owner, key) = (Replica(2), Key(7));
        let mut hints = Hints::default();
        hints.keep(&ByVector, owner, key, &write(1));
        let sent = hints.for_owner(owner, 10);
        hints.keep(&ByVector, owner, key, &write(2));
        assert!(!hints.delivered(&ByVector, owner, key, &sent[0].1));
        assert_eq!(hints.for_owner(owner, 10), [(key, write(2))]);
        assert!(hints.delivered(&ByVector, owner, key, &write(2)));
        assert_eq!(hints.len(), 0);
    }

    #[test]
    fn each_owner_gets_its_own() {
        let mut hints = Hints::default();
        hints.keep(&ByVector, Replica(1), Key(1), &write(1));
        hints.keep(&ByVector, Replica(2), Key(1), &write(2));
        hints.keep(&ByVector, Replica(2), Key(3), &write(3));
        assert_eq!(hints.owners(), [Replica(1), Replica(2)]);
        assert_eq!(hints.for_owner(Replica(1), 10), [(Key(1), write(1))]);
        assert_eq!(hints.for_owner(Replica(2), 1), [(Key(1), write(2))]);
        assert_eq!(hints.of(Key(1)).count(), 2);
    }
}
