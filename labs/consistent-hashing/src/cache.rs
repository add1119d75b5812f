//! The memory of a cache node: a bounded number of entries, evicted least recently used first.
//!
//! Every value has the [`Version`] that the backing store gave it, and of two entries of one key
//! the newer stays, whichever came first. So an entry that was handed over, or fetched a moment
//! ago, never replaces a newer write.
//!
//! Left out: expiry, sizes of values, and the versions of evicted entries: an old fetch that
//! arrives after its key was written and evicted brings the old value back. Memcache at Facebook
//! (NSDI 2013, section 3.2.1) has leases against that.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::placement::{KeyHash, hash};

/// A key, by its rank: `k1` has rank 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key(pub u64);

impl Key {
    /// The key's position in the hash space.
    pub fn hash(self) -> KeyHash {
        KeyHash(hash(0, [self.0, 1]))
    }
}

/// The number of writes of a key so far; 0 for a key that was never written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version(pub u64);

/// The value of a key at some version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The value; `None` when the key was never written.
    pub value: Option<u64>,
    /// The version; the higher, the newer.
    pub version: Version,
}

/// A cache that evicts the least recently used entry.
///
/// Invariants: `by_use` has exactly one entry for each of `entries`, and there are at most
/// `capacity`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    capacity: usize,
    entries: BTreeMap<Key, (Entry, u64)>,
    by_use: BTreeMap<u64, Key>,
    uses: u64,
}

impl Cache {
    /// An empty cache of `capacity` entries.
    pub fn new(capacity: usize) -> Cache {
        Cache { capacity, entries: BTreeMap::new(), by_use: BTreeMap::new(), uses: 0 }
    }

    /// The entry of a key, which counts as a use of it.
    pub fn get(&mut self, key: Key) -> Option<Entry> {
        let (entry, _) = *self.entries.get(&key)?;
        self.put(key, entry);
        Some(entry)
    }

    /// Inserts an entry, unless a newer one is there, and evicts another if the cache is full.
    pub fn insert(&mut self, key: Key, entry: Entry) {
        let known = self.entries.get(&key).map(|(known, _)| *known);
        let newer = known.filter(|known| known.version > entry.version);
        self.put(key, newer.unwrap_or(entry));
        if self.entries.len() > self.capacity
            && let Some((_, oldest)) = self.by_use.pop_first()
        {
            self.entries.remove(&oldest);
        }
    }

    /// The keys of all entries, in order.
    pub fn keys(&self) -> impl Iterator<Item = Key> {
        self.entries.keys().copied()
    }

    /// Removes the entries of `keys`, and returns those that there were.
    pub fn take(&mut self, keys: &[Key]) -> Vec<(Key, Entry)> {
        let take = |key: &Key| {
            let (entry, used) = self.entries.remove(key)?;
            self.by_use.remove(&used);
            Some((*key, entry))
        };
        keys.iter().filter_map(take).collect()
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.by_use.clear();
    }

    fn put(&mut self, key: Key, entry: Entry) {
        self.uses += 1;
        if let Some((_, used)) = self.entries.insert(key, (entry, self.uses)) {
            self.by_use.remove(&used);
        }
        self.by_use.insert(self.uses, key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(version: u64) -> Entry {
        Entry { value: Some(10 * version), version: Version(version) }
    }

    #[test]
    fn the_least_recently_used_entry_is_evicted() {
        let mut cache = Cache::new(2);
        cache.insert(Key(1), entry(1));
        cache.insert(Key(2), entry(1));
        cache.get(Key(1));
        cache.insert(Key(3), entry(1));
        assert_eq!(cache.get(Key(2)), None);
        assert_eq!((cache.get(Key(1)), cache.get(Key(3))), (Some(entry(1)), Some(entry(1))));
        assert_eq!((cache.entries.len(), cache.by_use.len()), (2, 2));
    }

    #[test]
    fn an_older_entry_never_replaces_a_newer_one() {
        let mut cache = Cache::new(2);
        cache.insert(Key(1), entry(2));
        cache.insert(Key(1), entry(1));
        assert_eq!(cache.get(Key(1)), Some(entry(2)));
        cache.insert(Key(1), entry(3));
        assert_eq!(cache.get(Key(1)), Some(entry(3)));
    }

    #[test]
    fn taken_entries_are_gone() {
        let mut cache = Cache::new(10);
        (0..6).for_each(|key| cache.insert(Key(key), entry(1)));
        let taken = cache.take(&[0, 2, 4, 9].map(Key));
        assert_eq!(taken, [0, 2, 4].map(|key| (Key(key), entry(1))));
        assert_eq!((cache.entries.len(), cache.by_use.len()), (3, 3));
        assert_eq!(cache.get(Key(2)), None);
    }
}
