//! What a node knows of one key: the writes that nothing it has seen replaces.
//!
//! [`Siblings::merge`] is how any two nodes come to agree: it keeps what is new, drops what is
//! replaced, and under a rule that is a partial order its result does not depend on the order in
//! which writes arrive. One entry is the rule; several are siblings of concurrent writes, which
//! stay until a write whose author knew them all.

use std::hash::Hasher;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3Default;

use crate::versions::{Version, VersionVector, Versions};

/// What clients store: written values are unique in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Datum(pub u64);

/// A write.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Versioned {
    /// Which.
    pub version: Version,
    /// Of what.
    pub datum: Datum,
}

/// Versions of one key, none of which supersedes another. The newest stamp comes first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Siblings(Vec<Versioned>);

impl From<Versioned> for Siblings {
    fn from(only: Versioned) -> Siblings {
        Siblings(vec![only])
    }
}

impl Siblings {
    /// Takes in what another node knows; returns whether anything was new.
    pub fn merge(&mut self, rule: &dyn Versions, other: &Siblings) -> bool {
        let mut changed = false;
        for versioned in &other.0 {
            changed |= self.insert(rule, versioned);
        }
        changed
    }

    fn insert(&mut self, rule: &dyn Versions, new: &Versioned) -> bool {
        let replaced_by = |old: &Versioned| {
            rule.supersedes(&old.version, &new.version)
                && !rule.supersedes(&new.version, &old.version)
        };
        if self.0.iter().any(|old| old == new || replaced_by(old)) {
            return false;
        }
        self.0.retain(|old| !rule.supersedes(&new.version, &old.version));
        let place = self.0.partition_point(|old| old.version.stamp > new.version.stamp);
        self.0.insert(place, new.clone());
        true
    }

    /// Whether all of `other` is here, or replaced by something here.
    pub fn covers(&self, rule: &dyn Versions, other: &Siblings) -> bool {
        let known = |theirs: &Versioned| {
            let knows = |ours: &Versioned| {
                ours == theirs || rule.supersedes(&ours.version, &theirs.version)
            };
            self.0.iter().any(knows)
        };
        other.0.iter().all(known)
    }

    /// What the author of a new write learns by reading this.
    pub fn context(&self) -> VersionVector {
        let mut all = VersionVector::default();
        self.0.iter().for_each(|sibling| all.join(&sibling.version.vector));
        all
    }

    /// The one with the latest stamp.
    pub fn newest(&self) -> Option<&Versioned> {
        self.0.first()
    }

    /// All of them, newest first.
    pub fn iter(&self) -> impl Iterator<Item = &Versioned> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the key was never written, as far as is known here.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A hash of the stamps and data; equal siblings have equal digests on every machine.
    pub fn digest(&self) -> u64 {
        let mut hasher = Xxh3Default::new();
        for Versioned { version, datum } in &self.0 {
            hasher.write_u64(version.stamp.wall_ns);
            hasher.write_u32(version.stamp.logical);
            hasher.write_u64(version.stamp.actor.0);
            hasher.write_u64(datum.0);
        }
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::versions::{Actor, ByArrival, ByStamp, ByVector, Stamp};

    /// The `count`th write of a session that knew the first `known` writes of session 0.
    fn written(actor: u64, count: u64, known: u64) -> Versioned {
        let mut version = Version::default();
        if known > 0 {
            version.vector.learn(Actor(0), known);
        }
        version.vector.learn(Actor(actor), count);
        version.stamp =
            Stamp { wall_ns: count + known, logical: count as u32, actor: Actor(actor) };
        Versioned { version, datum: Datum(actor * 100 + count * 10 + known) }
    }

    fn writes() -> impl Strategy<Value = Vec<Versioned>> {
        let write = (1..4u64, 1..4u64, 0..3u64);
        let all = vec(write, 0..8);
        all.prop_map(|mut all| {
            all.sort_unstable();
            all.dedup_by_key(|(actor, count, _)| (*actor, *count));
            all.into_iter().map(|(a, c, k)| written(a, c, k)).collect()
        })
    }

    fn gathered(rule: &dyn Versions, writes: &[Versioned]) -> Siblings {
        let mut siblings = Siblings::default();
        for write in writes {
            siblings.merge(rule, &write.clone().into());
        }
        siblings
    }

    proptest! {
        #[test]
        fn nodes_agree_whatever_the_order_of_arrival(
            writes in writes(), shuffled in any::<prop::sample::Index>()
        ) {
            let turn = shuffled.index(writes.len().max(1)).min(writes.len());
            let mut other = writes.clone();
            other.rotate_left(turn);
            other.reverse();
            let (a, b) = (gathered(&ByVector, &writes), gathered(&ByVector, &other));
            prop_assert_eq!(a.digest(), b.digest());
            prop_assert_eq!(a, b);
            prop_assert!(gathered(&ByStamp, &writes).len() <= 1);
        }

        #[test]
        fn a_merge_covers_both_sides_and_is_idempotent(a in writes(), b in writes()) {
            let (a, b) = (gathered(&ByVector, &a), gathered(&ByVector, &b));
            let mut both = a.clone();
            both.merge(&ByVector, &b);
            prop_assert!(both.covers(&ByVector, &a) && both.covers(&ByVector, &b));
            let again = both.clone();
            prop_assert!(!both.merge(&ByVector, &a));
            prop_assert_eq!(both, again);
        }
    }

    #[test]
    fn concurrent_writes_are_siblings_until_one_who_knows_both() {
        let mut siblings = gathered(&ByVector, &[written(1, 1, 0), written(2, 1, 0)]);
        assert_eq!(siblings.len(), 2);
        let mut version = Version { vector: siblings.context(), stamp: Stamp::default() };
        version.vector.learn(Actor(3), 1);
        let merged = Versioned { version, datum: Datum(7) };
        assert!(siblings.merge(&ByVector, &merged.clone().into()));
        assert_eq!(siblings, merged.into());
    }

    #[test]
    fn without_versions_the_last_to_arrive_wins() {
        let (old, new) = (written(1, 1, 0), written(1, 2, 0));
        let late = gathered(&ByArrival, &[new, old.clone()]);
        assert_eq!(late, old.into());
    }
}
