//! Keys in the order in which they came: a queue from which any key can be taken.

use std::collections::BTreeMap;

use crate::types::Key;

/// Keys in order. Each has a place, a number that grows; places of keys that left stay empty.
#[derive(Clone, Debug, Default)]
pub struct Order {
    keys: BTreeMap<u64, Key>,
    places: BTreeMap<Key, u64>,
    next: u64,
}

impl Order {
    /// Puts a key at the end, from wherever it was. Returns its place.
    pub fn push(&mut self, key: Key) -> u64 {
        self.remove(key);
        let place = self.next;
        self.next += 1;
        self.keys.insert(place, key);
        self.places.insert(key, place);
        place
    }

    /// Removes a key. Returns the place that it had.
    pub fn remove(&mut self, key: Key) -> Option<u64> {
        let place = self.places.remove(&key)?;
        self.keys.remove(&place);
        Some(place)
    }

    /// The place of a key.
    pub fn place(&self, key: Key) -> Option<u64> {
        self.places.get(&key).copied()
    }

    /// The first key at this place or behind it, with its place.
    pub fn from(&self, place: u64) -> Option<(u64, Key)> {
        self.keys.range(place..).next().map(|(place, key)| (*place, *key))
    }

    /// Removes the key that came first.
    pub fn pop_oldest(&mut self) -> Option<Key> {
        let (_, key) = self.keys.pop_first()?;
        self.places.remove(&key);
        Some(key)
    }

    /// Removes the key that came last.
    pub fn pop_newest(&mut self) -> Option<Key> {
        let (_, key) = self.keys.pop_last()?;
        self.places.remove(&key);
        Some(key)
    }
}
