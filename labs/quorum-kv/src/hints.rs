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

use crate::ring::{Key, Replica};
use crate::siblings::Siblings;
use crate::versions::Versions;

/// The writes that a node keeps for others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// By owner, which is the node that should have stored them, and key.
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
/// ([`next_batch`](Handoff::next_batch)) until one is empty or a write in it is not confirmed.
/// Each write of a batch that was confirmed in full comes to [`on_stored`](Handoff::on_stored). All
/// three are replayed or rebuilt from the journal after a crash.
pub trait Handoff: Sync {
    /// A write to `key` arrives that `owner` should have stored.
    fn keep(
        &self,
        versions: &dyn Versions,
        hints: &mut Hints,
        owner: Replica,
        key: Key,
        write: &Siblings,
    );

    /// What to send to `owner` next: at most `limit` keys with the writes kept for it, or nothing.
    fn next_batch(&self, hints: &Hints, owner: Replica, limit: usize) -> Vec<(Key, Siblings)>;

    /// `owner` has stored `sent` as its value of `key`. Further writes may have arrived for it
    /// since it was sent.
    fn on_stored(
        &self,
        versions: &dyn Versions,
        hints: &mut Hints,
        owner: Replica,
        key: Key,
        sent: &Siblings,
    );
}

/// Keeps each write until its owner has it.
#[derive(Clone, Copy, Debug)]
pub struct UntilStored;

impl Handoff for UntilStored {
    fn keep(
        &self,
        versions: &dyn Versions,
        hints: &mut Hints,
        owner: Replica,
        key: Key,
        write: &Siblings,
    ) {
        let known = hints.kept.entry(owner).or_default().entry(key).or_default();
        // Merged, not replaced: hints may arrive out of order, and concurrent ones are siblings.
        *known = versions.merge(known, write);
    }

    fn next_batch(&self, hints: &Hints, owner: Replica, limit: usize) -> Vec<(Key, Siblings)> {
        let of_owner = hints.kept.get(&owner).into_iter().flatten();
        of_owner.take(limit).map(|(key, write)| (*key, write.clone())).collect()
    }

    fn on_stored(
        &self,
        versions: &dyn Versions,
        hints: &mut Hints,
        owner: Replica,
        key: Key,
        sent: &Siblings,
    ) {
        let Some(of_owner) = hints.kept.get_mut(&owner) else { return };
        // A write that arrived during the handover is not in `sent`, so the hint stays.
        if of_owner.get(&key).is_some_and(|kept| versions.covers(sent, kept)) {
            of_owner.remove(&key);
        }
        if of_owner.is_empty() {
            hints.kept.remove(&owner);
        }
    }
}

/// Keeps hints, and never hands them over.
#[derive(Clone, Copy, Debug)]
pub struct NoHandoff;

impl Handoff for NoHandoff {
    fn keep(
        &self,
        versions: &dyn Versions,
        hints: &mut Hints,
        owner: Replica,
        key: Key,
        write: &Siblings,
    ) {
        UntilStored.keep(versions, hints, owner, key, write);
    }

    fn next_batch(&self, _: &Hints, _: Replica, _: usize) -> Vec<(Key, Siblings)> {
        Vec::new()
    }

    fn on_stored(
        &self,
        versions: &dyn Versions,
        hints: &mut Hints,
        owner: Replica,
        key: Key,
        sent: &Siblings,
    ) {
        UntilStored.on_stored(versions, hints, owner, key, sent);
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
    fn a_write_that_arrives_during_a_handover_is_kept() {
        let (owner, key) = (Replica(2), Key(7));
        let mut hints = Hints::default();
        UntilStored.keep(&ByVector, &mut hints, owner, key, &write(1));
        let sent = UntilStored.next_batch(&hints, owner, 10);
        UntilStored.keep(&ByVector, &mut hints, owner, key, &write(2));
        UntilStored.on_stored(&ByVector, &mut hints, owner, key, &sent[0].1);
        assert_eq!(UntilStored.next_batch(&hints, owner, 10), [(key, write(2))]);
        UntilStored.on_stored(&ByVector, &mut hints, owner, key, &write(2));
        assert_eq!(hints, Hints::default());
    }

    #[test]
    fn each_owner_gets_its_own() {
        let mut hints = Hints::default();
        for (owner, key, count) in [(1, 1, 1), (2, 1, 2), (2, 3, 3)] {
            UntilStored.keep(&ByVector, &mut hints, Replica(owner), Key(key), &write(count));
        }
        assert_eq!(UntilStored.next_batch(&hints, Replica(1), 10), [(Key(1), write(1))]);
        assert_eq!(UntilStored.next_batch(&hints, Replica(2), 1), [(Key(1), write(2))]);
        assert_eq!((hints.of(Key(1)).count(), hints.len()), (2, 3));
        assert_eq!(NoHandoff.next_batch(&hints, Replica(2), 10), []);
    }
}
