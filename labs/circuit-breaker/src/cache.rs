//! The last good answer per key: something to say when the dependency cannot be asked.
//!
//! A stale answer is a decision about the product, not a technique. Yesterday's reviews are
//! better than none; yesterday's stock sells what is not there. So whoever uses a [`Cache`] says
//! how old an answer may be at most, and the lab counts those that were served, with their age.
//!
//! [`Cache::look_up_and_renew`] is wrong: what was served goes through the code that fills the
//! cache, as every answer does, and is new again. Nothing that is asked for ever grows too old.
//!
//! What this leaves out: a bound on entries. The cost is memory.

use std::collections::BTreeMap;
use std::time::Duration;

/// When each key was last answered.
#[derive(Debug)]
pub struct Cache<K> {
    answered: BTreeMap<K, Duration>,
}

/// A seat: the age of the last answer for a key, if there is one that is not older than `at_most`.
pub type LookUp<K> =
    fn(cache: &mut Cache<K>, now: Duration, key: K, at_most: Duration) -> Option<Duration>;

impl<K> Default for Cache<K> {
    fn default() -> Cache<K> {
        Cache { answered: BTreeMap::new() }
    }
}

impl<K: Ord + Copy> Cache<K> {
    /// There is a fresh answer.
    pub fn put(&mut self, now: Duration, key: K) {
        self.answered.insert(key, now);
    }

    /// The age of the last answer, as long as it may be served.
    pub fn look_up(&mut self, now: Duration, key: K, at_most: Duration) -> Option<Duration> {
        let age = now.saturating_sub(*self.answered.get(&key)?);
        (age <= at_most).then_some(age)
    }

    /// The same, and calls it fresh.
    pub fn look_up_and_renew(
        &mut self,
        now: Duration,
        key: K,
        at_most: Duration,
    ) -> Option<Duration> {
        let age = self.look_up(now, key, at_most)?;
        self.put(now, key);
        Some(age)
    }
}
