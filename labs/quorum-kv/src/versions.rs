//! Which of two writes is the newer one, and what to do when neither is.
//!
//! A [`Version`] carries two answers. Its [`VersionVector`] says which writes its author knew:
//! one vector covers another when its author knew that write, and when neither covers the
//! other, the writes are concurrent and both are kept (Dynamo, section 4.4). Its [`Stamp`]
//! puts all writes in one order, so that something can always be called the newest. The seat
//! [`Versions`] says which of the two decides:
//!
//! - [`ByVector`], the reference: causality decides, and concurrent writes become siblings;
//! - [`ByStamp`]: the order of hybrid logical clocks decides (Kulkarni et al. 2014), and of two
//!   concurrent writes the later stamp wins;
//! - [`ByWallClock`]: last writer wins by the coordinator's wall clock, as if clocks agreed;
//! - [`ByArrival`]: what arrives last wins, as if there were no versions at all.
//!
//! An entry of a vector belongs to the client session that wrote, not to the node that
//! coordinated: a session does one thing at a time, so its writes are in order, and no counter
//! has to survive a node's crash.
//!
//! Left out: Dynamo truncates vectors with more than ten entries; ours grow by one entry per
//! session that ever wrote the key, which costs message size on keys that many sessions write.
//! Dotted version vectors (Preguica et al. 2010) would bound them by the number of nodes.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::HybridClock;

/// A client session, as versions know it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Actor(pub u64);

/// A point in a total order of writes: time first, then what tells equal times apart.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Stamp {
    /// Nanoseconds of a wall clock, or ahead of it.
    pub wall_ns: u64,
    /// Orders events within a nanosecond of `wall_ns`.
    pub logical: u32,
    /// Who wrote: no two sessions write the same stamp.
    pub actor: Actor,
}

/// How many writes of each session a version's author knew, itself included.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VersionVector(BTreeMap<Actor, u64>);

impl VersionVector {
    /// Whether everything that `other` knew is known here.
    pub fn covers(&self, other: &VersionVector) -> bool {
        let known = |actor| self.0.get(actor).copied().unwrap_or(0);
        other.0.iter().all(|(actor, count)| known(actor) >= *count)
    }

    /// Learns all that `other` knows.
    pub fn join(&mut self, other: &VersionVector) {
        for (actor, count) in &other.0 {
            self.learn(*actor, *count);
        }
    }

    /// Learns of the first `count` writes of a session.
    pub fn learn(&mut self, actor: Actor, count: u64) {
        let known = self.0.entry(actor).or_default();
        *known = count.max(*known);
    }
}

/// What identifies a write, and tells which writes it replaces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Version {
    /// What its author knew.
    pub vector: VersionVector,
    /// Its place in the order of all writes.
    pub stamp: Stamp,
}

/// The seat `versions`: which of two versions replaces the other.
pub trait Versions {
    /// Whether `new` replaces `old`, two versions of one key.
    fn supersedes(&self, new: &Version, old: &Version) -> bool;

    /// Whether a write must first learn which versions it replaces.
    fn asks_first(&self) -> bool {
        true
    }

    /// The time of a write at a coordinator whose wall clock shows `wall`.
    fn stamp(&self, clock: &mut HybridClock, wall: Duration, actor: Actor) -> Stamp {
        let (wall_ns, logical) = clock.tick(wall);
        Stamp { wall_ns, logical, actor }
    }
}

/// Causality decides; concurrent versions stay side by side.
#[derive(Clone, Copy, Debug)]
pub struct ByVector;

impl Versions for ByVector {
    fn supersedes(&self, new: &Version, old: &Version) -> bool {
        new.vector != old.vector && new.vector.covers(&old.vector)
    }
}

/// Hybrid logical time decides.
#[derive(Clone, Copy, Debug)]
pub struct ByStamp;

impl Versions for ByStamp {
    fn supersedes(&self, new: &Version, old: &Version) -> bool {
        new.stamp > old.stamp
    }
}

/// The coordinator's wall clock decides, whatever it has heard from others.
#[derive(Clone, Copy, Debug)]
pub struct ByWallClock;

impl Versions for ByWallClock {
    fn supersedes(&self, new: &Version, old: &Version) -> bool {
        ByStamp.supersedes(new, old)
    }

    fn asks_first(&self) -> bool {
        false
    }

    fn stamp(&self, _: &mut HybridClock, wall: Duration, actor: Actor) -> Stamp {
        Stamp { wall_ns: wall.as_nanos() as u64, logical: 0, actor }
    }
}

/// Whatever arrives replaces what is there.
#[derive(Clone, Copy, Debug)]
pub struct ByArrival;

impl Versions for ByArrival {
    fn supersedes(&self, _: &Version, _: &Version) -> bool {
        true
    }

    fn asks_first(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn vector() -> impl Strategy<Value = VersionVector> {
        vec((0..4u64, 1..4u64), 0..5).prop_map(|entries| {
            let mut vector = VersionVector::default();
            for (actor, count) in entries {
                vector.learn(Actor(actor), count);
            }
            vector
        })
    }

    fn joined(a: &VersionVector, b: &VersionVector) -> VersionVector {
        let mut both = a.clone();
        both.join(b);
        both
    }

    proptest! {
        #[test]
        fn covering_is_a_partial_order(a in vector(), b in vector(), c in vector()) {
            prop_assert!(a.covers(&a));
            prop_assert!(!(a.covers(&b) && b.covers(&a)) || a == b);
            prop_assert!(!(a.covers(&b) && b.covers(&c)) || a.covers(&c));
        }

        #[test]
        fn joining_gives_the_least_vector_that_covers_both(
            a in vector(), b in vector(), c in vector()
        ) {
            let both = joined(&a, &b);
            prop_assert!(both.covers(&a) && both.covers(&b));
            prop_assert!(!(c.covers(&a) && c.covers(&b)) || c.covers(&both));
            prop_assert_eq!(joined(&b, &a), joined(&a, &b));
            prop_assert_eq!(joined(&both, &c), joined(&a, &joined(&b, &c)));
            prop_assert_eq!(joined(&a, &a), a);
        }

        #[test]
        fn an_author_who_knew_a_write_replaces_it_and_is_not_replaced(a in vector(), n in 4..9u64) {
            let mut later = a.clone();
            later.learn(Actor(0), n);
            let version = |vector| Version { vector, stamp: Stamp::default() };
            let (old, new) = (version(a), version(later));
            prop_assert!(ByVector.supersedes(&new, &old));
            prop_assert!(!ByVector.supersedes(&old, &new));
        }
    }

    #[test]
    fn authors_who_did_not_know_each_other_do_not_replace_each_other() {
        let by = |actor| {
            let mut version = Version::default();
            version.vector.learn(Actor(actor), 1);
            version.stamp.actor = Actor(actor);
            version
        };
        assert!(!ByVector.supersedes(&by(1), &by(2)));
        assert!(!ByVector.supersedes(&by(2), &by(1)));
        assert!(ByStamp.supersedes(&by(2), &by(1)));
    }

    #[test]
    fn a_wall_clock_ignores_what_it_has_heard() {
        let mut clock = HybridClock::default();
        let ahead = Stamp { wall_ns: 900, ..Stamp::default() };
        clock.observe(&ahead);
        let now = Duration::from_nanos(5);
        assert!(ByStamp.stamp(&mut clock, now, Actor(1)) > ahead);
        assert!(ByWallClock.stamp(&mut clock, now, Actor(1)) < ahead);
    }
}
