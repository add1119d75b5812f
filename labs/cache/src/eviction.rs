//! Evictions: which entry a full cache gives up, as a trait with five answers.
//!
//! A policy sees the keys that come, are hit and go, and nothing else: no sizes, no times. All five
//! keep their keys in an [`Order`] of insertion. LRU also moves what is hit, FIFO does not, CLOCK
//! and SIEVE mark it and look at the mark when they have to choose, LFU counts.
//!
//! What this leaves out: sizes, admission (W-TinyLFU asks whether the new key deserves its place)
//! and adaptation (ARC).

use std::collections::{BTreeMap, BTreeSet};

use crate::order::Order;
use crate::types::Key;

/// Chooses the keys that a full cache gives up.
pub trait Eviction {
    /// A key that was not in the cache is now.
    fn inserted(&mut self, key: Key);

    /// A key in the cache was read.
    fn hit(&mut self, key: Key);

    /// A key has left the cache by itself: it expired or was deleted.
    fn removed(&mut self, key: Key);

    /// Chooses a key to give up, and forgets it. `None` when there is none.
    fn evict(&mut self) -> Option<Key>;
}

/// Creates the policy of an empty cache.
pub type MakeEviction = fn() -> Box<dyn Eviction>;

/// Gives up the key that was not read for the longest time.
#[derive(Clone, Debug, Default)]
pub struct Lru(Order);

impl Eviction for Lru {
    fn inserted(&mut self, key: Key) {
        self.0.push(key);
    }

    fn hit(&mut self, key: Key) {
        self.0.push(key);
    }

    fn removed(&mut self, key: Key) {
        self.0.remove(key);
    }

    fn evict(&mut self) -> Option<Key> {
        self.0.pop_oldest()
    }
}

/// Gives up the key that came first, whether it is read or not.
#[derive(Clone, Debug, Default)]
pub struct Fifo(Order);

impl Eviction for Fifo {
    fn inserted(&mut self, key: Key) {
        self.0.push(key);
    }

    fn hit(&mut self, _: Key) {}

    fn removed(&mut self, key: Key) {
        self.0.remove(key);
    }

    fn evict(&mut self) -> Option<Key> {
        self.0.pop_oldest()
    }
}

/// FIFO with a second chance: a key that was hit goes to the end of the queue once more (Corbato, "A
/// paging experiment with the Multics system", 1968).
#[derive(Clone, Debug, Default)]
pub struct Clock {
    order: Order,
    visited: BTreeSet<Key>,
}

impl Eviction for Clock {
    fn inserted(&mut self, key: Key) {
        self.order.push(key);
    }

    fn hit(&mut self, key: Key) {
        self.visited.insert(key);
    }

    fn removed(&mut self, key: Key) {
        self.order.remove(key);
        self.visited.remove(&key);
    }

    fn evict(&mut self) -> Option<Key> {
        loop {
            let key = self.order.pop_oldest()?;
            if !self.visited.remove(&key) {
                return Some(key);
            }
            self.order.push(key);
        }
    }
}

/// SIEVE: a hand moves from old keys to new ones and gives up the first that was not hit since the
/// hand last passed; the others keep their places (Zhang and others, "SIEVE is simpler than LRU",
/// NSDI 2024, algorithm 1). A new key that nobody asks for again is soon under the hand.
#[derive(Clone, Debug, Default)]
pub struct Sieve {
    order: Order,
    visited: BTreeSet<Key>,
    /// The place of the key under the hand; 0 for the oldest.
    hand: u64,
}

impl Sieve {
    /// Moves the hand past a place: to the next newer key, or behind the newest to the oldest.
    fn pass(&mut self, place: u64) {
        self.hand = self.order.from(place + 1).map_or(0, |(next, _)| next);
    }
}

impl Eviction for Sieve {
    fn inserted(&mut self, key: Key) {
        self.order.push(key);
    }

    fn hit(&mut self, key: Key) {
        self.visited.insert(key);
    }

    fn removed(&mut self, key: Key) {
        self.visited.remove(&key);
        if let Some(place) = self.order.remove(key).filter(|place| *place == self.hand) {
            self.pass(place);
        }
    }

    fn evict(&mut self) -> Option<Key> {
        loop {
            let (place, key) = self.order.from(self.hand)?;
            self.pass(place);
            if !self.visited.remove(&key) {
                self.order.remove(key);
                return Some(key);
            }
        }
    }
}

/// Gives up the key with the fewest reads since the start, of equal ones the oldest. It counts the
/// reads of keys that it has given up as well: the best there is, as long as popularity stands still.
#[derive(Clone, Debug, Default)]
pub struct Lfu {
    order: Order,
    reads: BTreeMap<Key, u64>,
    /// (reads, place, key) of what is in the cache.
    ranked: BTreeSet<(u64, u64, Key)>,
}

impl Lfu {
    fn count(&mut self, key: Key, place: u64) {
        let reads = self.reads.entry(key).or_default();
        self.ranked.remove(&(*reads, place, key));
        *reads += 1;
        self.ranked.insert((*reads, place, key));
    }
}

impl Eviction for Lfu {
    fn inserted(&mut self, key: Key) {
        let place = self.order.push(key);
        self.count(key, place);
    }

    fn hit(&mut self, key: Key) {
        if let Some(place) = self.order.place(key) {
            self.count(key, place);
        }
    }

    fn removed(&mut self, key: Key) {
        if let (Some(place), Some(reads)) = (self.order.remove(key), self.reads.get(&key)) {
            self.ranked.remove(&(*reads, place, key));
        }
    }

    fn evict(&mut self) -> Option<Key> {
        let (_, _, key) = self.ranked.pop_first()?;
        self.order.remove(key);
        Some(key)
    }
}

/// Wrong: gives up what came last, so the first keys stay for ever.
#[derive(Clone, Debug, Default)]
pub(crate) struct EvictsNewest(Order);

impl Eviction for EvictsNewest {
    fn inserted(&mut self, key: Key) {
        self.0.push(key);
    }

    fn hit(&mut self, _: Key) {}

    fn removed(&mut self, key: Key) {
        self.0.remove(key);
    }

    fn evict(&mut self) -> Option<Key> {
        self.0.pop_newest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys that a policy gives up, one by one, after 1 to 4 came and `hits` were read.
    fn evicted(mut policy: impl Eviction, hits: &[u64]) -> Vec<u64> {
        (1..=4).for_each(|key| policy.inserted(Key(key)));
        hits.iter().for_each(|key| policy.hit(Key(*key)));
        std::iter::from_fn(|| policy.evict()).map(|key| key.0).collect()
    }

    #[test]
    fn each_policy_gives_up_another_key() {
        let hits = [1, 3, 3];
        assert_eq!(evicted(Lru::default(), &hits), [2, 4, 1, 3]);
        assert_eq!(evicted(Fifo::default(), &hits), [1, 2, 3, 4]);
        assert_eq!(evicted(Clock::default(), &hits), [2, 4, 1, 3]);
        assert_eq!(evicted(Sieve::default(), &hits), [2, 4, 1, 3]);
        assert_eq!(evicted(Lfu::default(), &hits), [2, 4, 1, 3]);
    }

    #[test]
    fn sieve_keeps_places_and_its_hand() {
        let mut sieve = Sieve::default();
        (1..=3).for_each(|key| sieve.inserted(Key(key)));
        sieve.hit(Key(1));
        assert_eq!(sieve.evict(), Some(Key(2)), "the hand passed 1 and stands at 3");
        sieve.inserted(Key(4));
        assert_eq!(sieve.evict(), Some(Key(3)), "CLOCK would say 3 too");
        sieve.hit(Key(4));
        assert_eq!(sieve.evict(), Some(Key(1)), "it passes 4 and starts again");
    }

    #[test]
    fn lfu_remembers_what_it_gave_up() {
        let mut lfu = Lfu::default();
        lfu.inserted(Key(1));
        lfu.hit(Key(1));
        lfu.removed(Key(1));
        lfu.inserted(Key(2));
        lfu.hit(Key(2));
        lfu.inserted(Key(1));
        assert_eq!(lfu.evict(), Some(Key(2)), "1 was read three times");
    }
}
