//! The memory of a cache: a bounded number of entries that expire.
//!
//! It is pure: it is given the time, and how long each entry is good for. An entry that has expired
//! is a miss, and is removed when somebody asks for it; until then it takes a place, as in most
//! caches.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::eviction::Eviction;
use crate::types::{Entry, Key};

/// A bounded cache.
pub struct Cache {
    capacity: usize,
    eviction: Box<dyn Eviction>,
    slots: BTreeMap<Key, Slot>,
}

/// What a cache has of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The entry.
    pub entry: Entry,
    /// When it expires; `None` for never. Entries of a key that expire at different times are
    /// different entries.
    pub expires: Option<Duration>,
    /// How long its fetch took.
    pub cost: Duration,
}

impl Cache {
    /// An empty cache for this many entries, at least 1.
    pub fn new(capacity: usize, eviction: Box<dyn Eviction>) -> Cache {
        Cache { capacity, eviction, slots: BTreeMap::new() }
    }

    /// Reads a key.
    pub fn get(&mut self, key: Key, now: Duration) -> Option<Slot> {
        let slot = *self.slots.get(&key)?;
        if slot.expires.is_some_and(|expires| expires <= now) {
            self.remove(key);
            return None;
        }
        self.eviction.hit(key);
        Some(slot)
    }

    /// What is there of a key, without reading it.
    pub fn peek(&self, key: Key, now: Duration) -> Option<Slot> {
        let slot = self.slots.get(&key).copied();
        slot.filter(|slot| slot.expires.is_none_or(|expires| now < expires))
    }

    /// Has the entry of a key expire at this time; `None` for never.
    pub fn expire_at(&mut self, key: Key, expires: Option<Duration>) {
        if let Some(slot) = self.slots.get_mut(&key) {
            slot.expires = expires;
        }
    }

    /// Stores an entry, in place of one that is there. Returns the key that had to go for it.
    pub fn set(&mut self, key: Key, slot: Slot) -> Option<Key> {
        let is_new = !self.slots.contains_key(&key);
        let full = is_new && self.slots.len() >= self.capacity;
        let evicted = if full { self.eviction.evict() } else { None };
        if let Some(evicted) = evicted {
            self.slots.remove(&evicted);
        }
        self.slots.insert(key, slot);
        if is_new {
            self.eviction.inserted(key);
        }
        evicted
    }

    /// Removes a key.
    pub fn remove(&mut self, key: Key) {
        if self.slots.remove(&key).is_some() {
            self.eviction.removed(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eviction::Lru;
    use crate::types::Version;

    const SECOND: Duration = Duration::from_secs(1);

    fn slot(value: u64, expires: Option<Duration>) -> Slot {
        let entry = Entry { value: Some(value), version: Version(value) };
        Slot { entry, expires, cost: SECOND }
    }

    #[test]
    fn an_entry_expires_at_its_instant() {
        let mut cache = Cache::new(2, Box::new(Lru::default()));
        let entry = slot(1, Some(SECOND));
        cache.set(Key(1), entry);
        assert_eq!(cache.get(Key(1), Duration::from_nanos(999_999_999)), Some(entry));
        assert_eq!(cache.get(Key(1), SECOND), None);
    }

    #[test]
    fn a_full_cache_gives_up_one_entry_for_a_new_key_only() {
        let mut cache = Cache::new(2, Box::new(Lru::default()));
        assert_eq!(cache.set(Key(1), slot(1, None)), None);
        assert_eq!(cache.set(Key(2), slot(2, None)), None);
        assert_eq!(cache.set(Key(2), slot(3, None)), None);
        assert_eq!(cache.set(Key(3), slot(3, None)), Some(Key(1)));
        assert_eq!(cache.get(Key(1), SECOND), None);
        assert_eq!(cache.get(Key(2), SECOND), Some(slot(3, None)));
    }
}
