//! Version vectors, and the rules that decide which of two writes is the newer one.
//!
//! A [`Version`] carries two answers. Its [`VersionVector`] says which writes its author had seen:
//! one vector covers another when its author had seen that write, and when neither covers the
//! other, the writes are concurrent and both are kept (Dynamo, section 4.4). Its [`Stamp`] puts all
//! writes in one order, so that one of them can always be called the newest. The seat [`Versions`]
//! decides which of the two counts:
//!
//! - [`ByVector`], the reference: causality decides, and concurrent writes become siblings;
//! - [`ByStamp`]: the order of hybrid logical clocks decides (Kulkarni et al. 2014), and of two
//!   concurrent writes the later stamp wins;
//! - [`ByWallClock`]: last writer wins by the coordinator's wall clock;
//! - [`ByArrival`]: the last write to arrive wins, as if there were no versions.
//!
//! An entry of a vector belongs to the client session that wrote, not to the node that
//! coordinated: a session does one operation at a time, so its writes are in order, and no counter
//! has to survive a node's crash.
//!
//! Left out: Dynamo truncates vectors with more than ten entries; ours grow by one entry per
//! session that ever wrote the key, which costs message size on keys that many sessions write.
//! Dotted version vectors (Preguica et al. 2010) would bound them by the number of nodes.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::HybridClock;
use crate::siblings::{Siblings, covers_by, merge_by};

/// A client session, by a number that no other session has.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Actor(pub u64);

/// One write of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Writer {
    /// The session.
    pub actor: Actor,
    /// The number of the write among the session's writes, from 1.
    pub count: u64,
}

/// A point in a total order of writes: by time, then by what distinguishes equal times.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Stamp {
    /// Nanoseconds of a wall clock; a hybrid clock's may be ahead of it.
    pub wall_ns: u64,
    /// Orders events within a nanosecond of `wall_ns`.
    pub logical: u32,
    /// The session that wrote: no two sessions write the same stamp.
    pub actor: Actor,
}

/// The number of writes of each session that a version's author had seen, its own included.
/// Sessions without an entry count as 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VersionVector(pub BTreeMap<Actor, u64>);

impl VersionVector {
    /// Whether every write that `other` counts is counted here.
    pub fn covers(&self, other: &VersionVector) -> bool {
        let count = |actor| self.0.get(actor).copied().unwrap_or(0);
        other.0.iter().all(|(actor, theirs)| count(actor) >= *theirs)
    }

    /// Adds the writes that `other` counts: the maximum, session by session.
    pub fn join(&mut self, other: &VersionVector) {
        for (actor, count) in &other.0 {
            self.learn(*actor, *count);
        }
    }

    /// Adds the first `count` writes of a session.
    pub fn learn(&mut self, actor: Actor, count: u64) {
        let known = self.0.entry(actor).or_default();
        *known = count.max(*known);
    }
}

/// The identity of a write, and which writes it replaces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Version {
    /// The writes that its author had seen, and the write itself.
    pub vector: VersionVector,
    /// Its place in the order of all writes.
    pub stamp: Stamp,
}

/// A write that has no version yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWrite {
    /// The merge of what R nodes answered to the read before the write; empty where there was no
    /// such read.
    pub seen: Siblings,
    /// The session, and the number of the write in it.
    pub writer: Writer,
    /// The time that the coordinator's wall clock shows, since the start of the run.
    pub wall: Duration,
}

/// The seat `versions`: the version of a new write, and which writes replace which.
///
/// The coordinator calls [`asks_first`](Versions::asks_first) and then
/// [`version`](Versions::version) for each write; every node calls [`merge`](Versions::merge) for
/// each write that reaches it; coordinators and background repair compare nodes by
/// [`covers`](Versions::covers).
pub trait Versions: Sync {
    /// Whether a write first reads R nodes, to learn which versions it replaces.
    fn asks_first(&self) -> bool;

    /// The version of a new write. `clock` is the coordinator's hybrid clock, which has observed
    /// every stamp that the coordinator has met in answers.
    fn version(&self, write: &NewWrite, clock: &mut HybridClock) -> Version;

    /// What a node knows that knew `ours` and hears of `theirs`: every write of either that no
    /// other one of them replaces.
    ///
    /// Nodes hear of the same writes in different orders, some of them twice. They agree in the
    /// end only if this is commutative, associative and idempotent.
    fn merge(&self, ours: &Siblings, theirs: &Siblings) -> Siblings;

    /// Whether `ours` lacks nothing of `theirs`: each write of `theirs` is among `ours`, or one of
    /// `ours` replaces it.
    fn covers(&self, ours: &Siblings, theirs: &Siblings) -> bool;
}

/// Causality decides; concurrent writes become siblings.
#[derive(Clone, Copy, Debug)]
pub struct ByVector;

impl ByVector {
    /// Whether the author of `new` had seen `old`.
    fn replaces(new: &Version, old: &Version) -> bool {
        // A vector covers itself, and a write does not replace itself.
        new.vector != old.vector && new.vector.covers(&old.vector)
    }
}

impl Versions for ByVector {
    fn asks_first(&self) -> bool {
        true
    }

    fn version(&self, write: &NewWrite, clock: &mut HybridClock) -> Version {
        let NewWrite { seen, writer, wall } = write;
        // All siblings, not only the newest: the write replaces exactly what its vector covers.
        let mut vector = VersionVector::default();
        seen.iter().for_each(|sibling| vector.join(&sibling.version.vector));
        vector.learn(writer.actor, writer.count);
        let (wall_ns, logical) = clock.tick(*wall);
        Version { vector, stamp: Stamp { wall_ns, logical, actor: writer.actor } }
    }

    fn merge(&self, ours: &Siblings, theirs: &Siblings) -> Siblings {
        merge_by(ByVector::replaces, ours, theirs)
    }

    fn covers(&self, ours: &Siblings, theirs: &Siblings) -> bool {
        covers_by(ByVector::replaces, ours, theirs)
    }
}

/// Hybrid logical time decides.
#[derive(Clone, Copy, Debug)]
pub struct ByStamp;

impl ByStamp {
    /// A total order, so there is always exactly one sibling, and the other write is gone.
    fn replaces(new: &Version, old: &Version) -> bool {
        new.stamp > old.stamp
    }
}

impl Versions for ByStamp {
    fn asks_first(&self) -> bool {
        // The clock must have met the stamps that the new one is to be later than.
        true
    }

    fn version(&self, write: &NewWrite, clock: &mut HybridClock) -> Version {
        ByVector.version(write, clock)
    }

    fn merge(&self, ours: &Siblings, theirs: &Siblings) -> Siblings {
        merge_by(ByStamp::replaces, ours, theirs)
    }

    fn covers(&self, ours: &Siblings, theirs: &Siblings) -> bool {
        covers_by(ByStamp::replaces, ours, theirs)
    }
}

/// The coordinator's wall clock decides, whatever other stamps it has met.
#[derive(Clone, Copy, Debug)]
pub struct ByWallClock;

impl Versions for ByWallClock {
    fn asks_first(&self) -> bool {
        false
    }

    fn version(&self, write: &NewWrite, clock: &mut HybridClock) -> Version {
        let Version { vector, .. } = ByVector.version(write, clock);
        let wall_ns = write.wall.as_nanos() as u64;
        Version { vector, stamp: Stamp { wall_ns, logical: 0, actor: write.writer.actor } }
    }

    fn merge(&self, ours: &Siblings, theirs: &Siblings) -> Siblings {
        ByStamp.merge(ours, theirs)
    }

    fn covers(&self, ours: &Siblings, theirs: &Siblings) -> bool {
        ByStamp.covers(ours, theirs)
    }
}

/// The last write to arrive replaces the others.
#[derive(Clone, Copy, Debug)]
pub struct ByArrival;

impl Versions for ByArrival {
    fn asks_first(&self) -> bool {
        false
    }

    fn version(&self, write: &NewWrite, clock: &mut HybridClock) -> Version {
        ByVector.version(write, clock)
    }

    fn merge(&self, ours: &Siblings, theirs: &Siblings) -> Siblings {
        if theirs.is_empty() { ours.clone() } else { theirs.clone() }
    }

    fn covers(&self, ours: &Siblings, theirs: &Siblings) -> bool {
        // Without versions nobody can tell, so every value is as good as another.
        !ours.is_empty() || theirs.is_empty()
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
        fn an_author_who_had_seen_a_write_replaces_it_and_is_not_replaced(
            a in vector(), n in 4..9u64
        ) {
            let mut later = a.clone();
            later.learn(Actor(0), n);
            let version = |vector| Version { vector, stamp: Stamp::default() };
            let (old, new) = (version(a), version(later));
            prop_assert!(ByVector::replaces(&new, &old));
            prop_assert!(!ByVector::replaces(&old, &new));
        }
    }

    #[test]
    fn authors_who_had_not_seen_each_other_do_not_replace_each_other() {
        let by = |actor| {
            let mut version = Version::default();
            version.vector.learn(Actor(actor), 1);
            version.stamp.actor = Actor(actor);
            version
        };
        assert!(!ByVector::replaces(&by(1), &by(2)));
        assert!(!ByVector::replaces(&by(2), &by(1)));
        assert!(ByStamp::replaces(&by(2), &by(1)));
    }

    #[test]
    fn a_wall_clock_ignores_the_stamps_that_it_has_met() {
        let mut clock = HybridClock::default();
        let ahead = Stamp { wall_ns: 900, ..Stamp::default() };
        clock.observe(&ahead);
        let mut stamp = |rule: &dyn Versions| {
            let write = NewWrite {
                seen: Siblings::default(),
                writer: Writer { actor: Actor(1), count: 1 },
                wall: Duration::from_nanos(5),
            };
            rule.version(&write, &mut clock).stamp
        };
        assert!(stamp(&ByStamp) > ahead);
        assert!(stamp(&ByWallClock) < ahead);
    }
}
