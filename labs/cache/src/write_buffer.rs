//! The write buffer of a write-behind cache: what is acknowledged and not yet in the database.
//!
//! A key that is written several times before a flush is written to the database once. What the
//! buffer holds when its node crashes is lost, although it was acknowledged. With w writes a second
//! and a flush every F, that is w F / 2 writes in the mean; of the writes of a key that come at a
//! rate of w, the share (1 - exp(-w F)) / (w F) reaches the database.

use std::collections::BTreeMap;

use crate::types::Key;

/// The values that wait to be flushed, each with the number of writes that it stands for.
#[derive(Clone, Debug, Default)]
pub struct WriteBuffer(BTreeMap<Key, (u64, u64)>);

impl WriteBuffer {
    /// Holds a written value.
    pub fn put(&mut self, key: Key, value: u64) {
        let held = self.0.entry(key).or_default();
        *held = (value, held.1 + 1);
    }

    /// The value of a key that waits.
    pub fn get(&self, key: Key) -> Option<u64> {
        self.0.get(&key).map(|(value, _)| *value)
    }

    /// All that waits: what a flush has to write.
    pub fn waiting(&self) -> Vec<(Key, u64)> {
        self.0.iter().map(|(key, (value, _))| (*key, *value)).collect()
    }

    /// The database has this value now. A newer one goes on waiting.
    pub fn flushed(&mut self, key: Key, value: u64) {
        if self.get(key) == Some(value) {
            self.0.remove(&key);
        }
    }

    /// The number of writes that a crash would lose.
    pub fn writes(&self) -> u64 {
        self.0.values().map(|(_, writes)| writes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_written_during_its_flush_waits_for_the_next() {
        let mut buffer = WriteBuffer::default();
        buffer.put(Key(1), 10);
        buffer.put(Key(1), 11);
        assert_eq!((buffer.waiting(), buffer.writes()), (vec![(Key(1), 11)], 2));
        buffer.put(Key(1), 12);
        buffer.flushed(Key(1), 11);
        assert_eq!((buffer.get(Key(1)), buffer.writes()), (Some(12), 3));
        buffer.flushed(Key(1), 12);
        assert_eq!((buffer.get(Key(1)), buffer.writes()), (None, 0));
    }
}
