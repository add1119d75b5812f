//! The last good answer per key: something to say when the dependency cannot be asked.
//!
//! A stale answer is a decision about the product, not a technique. Yesterday's reviews are
//! better than none; yesterday's stock sells what is not there. So whoever uses a [`Cache`] says
//! how old the answer is, and the lab counts it apart.
//!
//! What this leaves out: a bound on entries and on age. The cost is memory, and answers of any
//! age.

use std::collections::BTreeMap;
use std::time::Duration;

/// When each key was last answered.
#[derive(Debug)]
pub struct Cache<K> {
    answered: BTreeMap<K, Duration>,
}

impl<K> Default for Cache<K> {
    fn default() -> Cache<K> {
        Cache {
            answered: BTreeMap::new(),
        }
    }
}

impl<K: Ord> Cache<K> {
    /// There is a fresh answer.
    pub fn put(&mut self, now: Duration, key: K) {
        self.answered.insert(key, now);
    }

    /// The age of the last answer, if there is one.
    pub fn age(&self, now: Duration, key: &K) -> Option<Duration> {
        self.answered.get(key).map(|at| now.saturating_sub(*at))
    }
}
