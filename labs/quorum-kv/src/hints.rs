//! Hinted handoff: writes that a node keeps for another that did not answer.
//!
//! A sloppy coordinator that misses a holder of a key sends the write to a stand-in, with a hint
//! that names the holder (Dynamo, section 4.6). The stand-in keeps it in its [`Hints`], apart from
//! its own keys, and hands it over once the owner answers again. The seat [`Handoff`] decides what
//! is kept, what is sent, and what may be forgotten.
//!
//! Left out: hints expire in real systems (Cassandra: three hours) and are limited in size; a node
//! that is away for longer is brought up to date by anti-entropy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ring::{Key, Replica};
use crate::siblings::Siblings;
use crate::versions::Versions;

/// A write that a node keeps for another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    /// The node that should have stored it.
    pub owner: Replica,
    /// The key.
    pub key: Key,
    /// What was written.
    pub write: Siblings,
}

/// The writes that a node keeps for others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// By owner and key.
    pub kept: BTreeMap<Replica, BTreeMap<Key, Siblings>>,
}

impl Hints {
    /// The writes of a key, whichever their owners. A read sees them as well as the node's own.
    pub fn of(&self, key: Key) -> impl Iterator<Item = &Siblings> {
        self.kept.values().filter_map(move |of_owner| of_owner.get(&key))
    }

    /// The number of (owner, key) pairs for which a write is kept.
    pub fn len(&self) -> usize {
        self.kept.values().map(BTreeMap::len).sum()
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The seat `hints`: what a stand-in keeps, hands over, and forgets.
///
/// A node calls [`keep`](Handoff::keep) for each write with a hint. Every `handoff_every` it goes
/// through the owners in [`Hints::kept`] and sends each of them batches
/// ([`next_batch`](Handoff::next_batch)) until one is empty, not confirmed in full, or the same as
/// the last; one that was confirmed comes to [`on_stored`](Handoff::on_stored), hint by hint. After a crash, the calls of
/// `keep` and `on_stored` are repeated from the journal, in their order.
pub trait Handoff: Sync {
    /// A write arrives that its owner should have stored.
    fn keep(&self, versions: &dyn Versions, hints: &mut Hints, hint: &Hint);

    /// What to send to `owner` next: at most `limit` of the hints that are kept for it, or nothing.
    fn next_batch(&self, hints: &Hints, owner: Replica, limit: usize) -> Vec<Hint>;

    /// The owner has stored what was sent. Further writes to the key may have arrived for it since.
    fn on_stored(&self, versions: &dyn Versions, hints: &mut Hints, sent: &Hint);
}

/// Keeps each write until its owner has it.
#[derive(Clone, Copy, Debug)]
pub struct UntilStored;

impl Handoff for UntilStored {
    fn keep(&self, versions: &dyn Versions, hints: &mut Hints, hint: &Hint) {
        let known = hints.kept.entry(hint.owner).or_default().entry(hint.key).or_default();
        // Merged, not replaced: hints may arrive out of order, and concurrent ones are siblings.
        *known = versions.merge(known, &hint.write);
    }

    fn next_batch(&self, hints: &Hints, owner: Replica, limit: usize) -> Vec<Hint> {
        let of_owner = hints.kept.get(&owner).into_iter().flatten();
        let hint =
            |(key, write): (&Key, &Siblings)| Hint { owner, key: *key, write: write.clone() };
        of_owner.take(limit).map(hint).collect()
    }

    fn on_stored(&self, versions: &dyn Versions, hints: &mut Hints, sent: &Hint) {
        let Some(of_owner) = hints.kept.get_mut(&sent.owner) else { return };
        // A write that arrived during the handover is not in `sent`, so the hint stays.
        if of_owner.get(&sent.key).is_some_and(|kept| versions.covers(&sent.write, kept)) {
            of_owner.remove(&sent.key);
        }
        if of_owner.is_empty() {
            hints.kept.remove(&sent.owner);
        }
    }
}

/// Forgets all that it keeps of a key once any of it is stored.
#[derive(Clone, Copy, Debug)]
pub struct ForgetsNewer;

impl Handoff for ForgetsNewer {
    fn keep(&self, versions: &dyn Versions, hints: &mut Hints, hint: &Hint) {
        UntilStored.keep(versions, hints, hint);
    }

    fn next_batch(&self, hints: &Hints, owner: Replica, limit: usize) -> Vec<Hint> {
        UntilStored.next_batch(hints, owner, limit)
    }

    fn on_stored(&self, _: &dyn Versions, hints: &mut Hints, sent: &Hint) {
        if let Some(of_owner) = hints.kept.get_mut(&sent.owner) {
            of_owner.remove(&sent.key);
        }
    }
}

/// Keeps hints, and never hands them over.
#[derive(Clone, Copy, Debug)]
pub struct NoHandoff;

impl Handoff for NoHandoff {
    fn keep(&self, versions: &dyn Versions, hints: &mut Hints, hint: &Hint) {
        UntilStored.keep(versions, hints, hint);
    }

    fn next_batch(&self, _: &Hints, _: Replica, _: usize) -> Vec<Hint> {
        Vec::new()
    }

    fn on_stored(&self, versions: &dyn Versions, hints: &mut Hints, sent: &Hint) {
        UntilStored.on_stored(versions, hints, sent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::siblings::{Datum, Versioned};
    use crate::versions::{Actor, ByVector, Version};

    fn hint(owner: u32, key: u64, count: u64) -> Hint {
        let mut version = Version::default();
        version.vector.learn(Actor(1), count);
        let write = Versioned { version, datum: Datum(count) }.into();
        Hint { owner: Replica(owner), key: Key(key), write }
    }

    #[test]
    fn a_write_that_arrives_during_a_handover_is_kept() {
        let mut hints = Hints::default();
        UntilStored.keep(&ByVector, &mut hints, &hint(2, 7, 1));
        let sent = UntilStored.next_batch(&hints, Replica(2), 10);
        UntilStored.keep(&ByVector, &mut hints, &hint(2, 7, 2));
        UntilStored.on_stored(&ByVector, &mut hints, &sent[0]);
        assert_eq!(UntilStored.next_batch(&hints, Replica(2), 10), [hint(2, 7, 2)]);
        UntilStored.on_stored(&ByVector, &mut hints, &hint(2, 7, 2));
        assert_eq!(hints, Hints::default());
    }

    #[test]
    fn each_owner_gets_its_own() {
        let mut hints = Hints::default();
        for (owner, key, count) in [(1, 1, 1), (2, 1, 2), (2, 3, 3)] {
            UntilStored.keep(&ByVector, &mut hints, &hint(owner, key, count));
        }
        assert_eq!(UntilStored.next_batch(&hints, Replica(1), 10), [hint(1, 1, 1)]);
        assert_eq!(UntilStored.next_batch(&hints, Replica(2), 1), [hint(2, 1, 2)]);
        assert_eq!((hints.of(Key(1)).count(), hints.len()), (2, 3));
        assert!(!hints.is_empty() && Hints::default().is_empty());
        assert_eq!(NoHandoff.next_batch(&hints, Replica(2), 10), []);
    }
}
