//! Siblings: what a node knows of one key, the writes that nothing it has seen replaces.
//!
//! One write is the rule; several are concurrent writes, which stay until a write whose author had
//! seen them all. Any two nodes come to agree by merging what they know ([`Versions::merge`]):
//! under a rule that is a partial order, the result does not depend on the order in which writes
//! arrive.
//!
//! [`Versions::merge`]: crate::versions::Versions::merge

use std::cmp::Reverse;
use std::hash::Hasher;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3Default;

use crate::versions::Version;

/// A stored value; no two writes of a run have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Datum(pub u64);

/// A write.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Versioned {
    /// Its version.
    pub version: Version,
    /// The value that it wrote.
    pub datum: Datum,
}

/// The writes of one key that a node knows, none of which replaces another.
///
/// Invariant: each write once, the newest stamp first. Collecting an iterator of writes sees to
/// it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Siblings(Vec<Versioned>);

impl From<Versioned> for Siblings {
    fn from(only: Versioned) -> Siblings {
        Siblings(vec![only])
    }
}

impl FromIterator<Versioned> for Siblings {
    fn from_iter<I: IntoIterator<Item = Versioned>>(writes: I) -> Siblings {
        let mut all: Vec<_> = writes.into_iter().collect();
        // The datum as well, so that nodes agree on the order whatever came first.
        all.sort_by_key(|write| Reverse((write.version.stamp, write.datum)));
        all.dedup();
        Siblings(all)
    }
}

impl Siblings {
    /// The write with the latest stamp.
    pub fn newest(&self) -> Option<&Versioned> {
        self.0.first()
    }

    /// All writes, newest first.
    pub fn iter(&self) -> impl Iterator<Item = &Versioned> {
        self.0.iter()
    }

    /// The number of writes.
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

/// The writes of both sides that none of them replaces.
pub(crate) fn merge_by(
    replaces: impl Fn(&Version, &Version) -> bool,
    ours: &Siblings,
    theirs: &Siblings,
) -> Siblings {
    // The maximal elements of the union: they do not depend on the order of arrival.
    let all = || ours.iter().chain(theirs.iter());
    let is_replaced = |old: &Versioned| all().any(|new| replaces(&new.version, &old.version));
    all().filter(|write| !is_replaced(write)).cloned().collect()
}

/// Whether each write of `theirs` is among `ours` or replaced by one of them.
pub(crate) fn covers_by(
    replaces: impl Fn(&Version, &Version) -> bool,
    ours: &Siblings,
    theirs: &Siblings,
) -> bool {
    let is_known = |their: &Versioned| {
        ours.iter().any(|our| our == their || replaces(&our.version, &their.version))
    };
    theirs.iter().all(is_known)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::clock::HybridClock;
    use crate::versions::{Actor, ByArrival, ByStamp, ByVector, NewWrite, Stamp, Versions, Writer};

    /// The `count`th write of a session that had seen the first `known` writes of session 0.
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
            siblings = rule.merge(&siblings, &write.clone().into());
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
            let both = ByVector.merge(&a, &b);
            prop_assert!(ByVector.covers(&both, &a) && ByVector.covers(&both, &b));
            prop_assert_eq!(ByVector.merge(&both, &a), both);
        }
    }

    #[test]
    fn concurrent_writes_are_siblings_until_a_write_that_has_seen_both() {
        let siblings = gathered(&ByVector, &[written(1, 1, 0), written(2, 1, 0)]);
        assert_eq!(siblings.len(), 2);
        let writer = Writer { actor: Actor(3), count: 1 };
        let write = NewWrite { seen: siblings.clone(), writer, wall: Duration::ZERO };
        let version = ByVector.version(&write, &mut HybridClock::default());
        let merged = Siblings::from(Versioned { version, datum: Datum(7) });
        assert_eq!(ByVector.merge(&siblings, &merged), merged);
        assert_eq!(ByVector.merge(&merged, &siblings), merged);
    }

    #[test]
    fn without_versions_the_last_to_arrive_wins() {
        let (old, new) = (written(1, 1, 0), written(1, 2, 0));
        let late = gathered(&ByArrival, &[new, old.clone()]);
        assert_eq!(late, old.into());
    }
}
