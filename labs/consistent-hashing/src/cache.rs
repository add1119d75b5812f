//! What a cache node remembers: so many entries, and when full, not the least recently used.
//!
//! Every value has the [`Version`] that the backing store gave it, and of two entries of one
//! key the newer stays, whichever came first. So an entry that was handed over, or fetched a
//! moment ago, never covers a write that was quicker.
//!
//! Left out: expiry, sizes of values, and remembering versions of what was evicted: an old
//! fetch that arrives after its key was written and evicted brings the old value back.
//! Memcache at Facebook (NSDI 2013, section 3.2.1) has leases against that.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::placement::{KeyHash, hash};

/// A key, by the rank that loads draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key(pub u64);

impl Key {
    /// Where the key lies in the hash space.
    pub fn hash(self) -> KeyHash {
        KeyHash(hash(0, [self.0, 1]))
    }
}

/// How many writes of its key came before; 0 is a key that was never written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version(pub u64);

/// What is known of a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The value; `None` when the key was never written.
    pub value: Option<u64>,
    /// How new it is.
    pub version: Version,
}

/// A cache that forgets what was not used for longest.
///
/// `by_use` has exactly one entry for each of `entries`, and there are at most `capacity`.
#[derive(Debug)]
pub struct Cache {
    capacity: usize,
    entries: BTreeMap<Key, (Entry, u64)>,
    by_use: BTreeMap<u64, Key>,
    uses: u64,
}

impl Cache {
    /// An empty cache for so many entries.
    pub fn new(capacity: usize) -> Cache {
        Cache { capacity, entries: BTreeMap::new(), by_use: BTreeMap::new(), uses: 0 }
    }

    /// What is remembered of a key, which counts as a use of it.
    pub fn get(&mut self, key: Key) -> Option<Entry> {
        let (entry, _) = *self.entries.get(&key)?;
        self.put(key, entry);
        Some(entry)
    }

    /// Remembers an entry, unless a newer one is there, and forgets another if it must.
    pub fn keep(&mut self, key: Key, entry: Entry) {
        let known = self.entries.get(&key).map(|(known, _)| *known);
        let newer = known.filter(|known| known.version > entry.version);
        self.put(key, newer.unwrap_or(entry));
        if self.entries.len() > self.capacity
            && let Some((_, oldest)) = self.by_use.pop_first()
        {
            self.entries.remove(&oldest);
        }
    }

    /// Takes out all entries whose keys are `unwanted`.
    pub fn take(&mut self, unwanted: impl Fn(Key) -> bool) -> Vec<(Key, Entry)> {
        let leaving = self.entries.extract_if(.., |key, _| unwanted(*key));
        let leaving: Vec<_> = leaving.collect();
        for (_, (_, used)) in &leaving {
            self.by_use.remove(used);
        }
        leaving.into_iter().map(|(key, (entry, _))| (key, entry)).collect()
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
    fn the_least_recently_used_is_forgotten() {
        let mut cache = Cache::new(2);
        cache.keep(Key(1), entry(1));
        cache.keep(Key(2), entry(1));
        cache.get(Key(1));
        cache.keep(Key(3), entry(1));
        assert_eq!(cache.get(Key(2)), None);
        assert_eq!((cache.get(Key(1)), cache.get(Key(3))), (Some(entry(1)), Some(entry(1))));
        assert_eq!((cache.entries.len(), cache.by_use.len()), (2, 2));
    }

    #[test]
    fn an_older_entry_never_covers_a_newer_one() {
        let mut cache = Cache::new(2);
        cache.keep(Key(1), entry(2));
        cache.keep(Key(1), entry(1));
        assert_eq!(cache.get(Key(1)), Some(entry(2)));
        cache.keep(Key(1), entry(3));
        assert_eq!(cache.get(Key(1)), Some(entry(3)));
    }

    #[test]
    fn what_is_taken_is_gone() {
        let mut cache = Cache::new(10);
        (0..6).for_each(|key| cache.keep(Key(key), entry(1)));
        let taken = cache.take(|key| key.0 % 2 == 0);
        assert_eq!(taken, [0, 2, 4].map(|key| (Key(key), entry(1))));
        assert_eq!((cache.entries.len(), cache.by_use.len()), (3, 3));
        assert_eq!(cache.get(Key(2)), None);
    }
}
