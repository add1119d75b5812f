//! The last good answer per key: what to answer when the service cannot be asked.
//!
//! A stale answer is a decision about the product, not a technique. Yesterday's reviews are
//! better than none; yesterday's stock sells what is not there. So whoever uses an [`AnswerCache`]
//! gives the greatest age that an answer may have, and the lab counts those that were served, with
//! their age.
//!
//! [`RenewingCache`] is wrong: what was served goes through the code that fills the cache, as
//! every answer does, and is new again. Nothing that is asked for ever grows too old.
//!
//! Left out: a bound on entries. The cost is memory.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::messages::ServiceName;

/// What an answer is about: the service that gave it, and the rank of the key.
pub type CacheKey = (ServiceName, u64);

/// The times of the last good answers. The lab's answers have no content but their age.
pub trait AnswerCache {
    /// Notes that the service answered well at `now`.
    fn put(&mut self, now: Duration, key: CacheKey);

    /// The age at `now` of the last answer for `key`, if there is one and it is at most `max_age`
    /// old.
    fn look_up(&mut self, now: Duration, key: CacheKey, max_age: Duration) -> Option<Duration>;
}

/// The reference.
#[derive(Clone, Debug, Default)]
pub struct LastAnswers {
    answered: BTreeMap<CacheKey, Duration>,
}

impl AnswerCache for LastAnswers {
    fn put(&mut self, now: Duration, key: CacheKey) {
        self.answered.insert(key, now);
    }

    fn look_up(&mut self, now: Duration, key: CacheKey, max_age: Duration) -> Option<Duration> {
        let age = now.saturating_sub(*self.answered.get(&key)?);
        (age <= max_age).then_some(age)
    }
}

/// Notes what it serves as a new answer.
#[derive(Clone, Debug, Default)]
pub struct RenewingCache(pub LastAnswers);

impl AnswerCache for RenewingCache {
    fn put(&mut self, now: Duration, key: CacheKey) {
        self.0.put(now, key);
    }

    fn look_up(&mut self, now: Duration, key: CacheKey, max_age: Duration) -> Option<Duration> {
        let age = self.0.look_up(now, key, max_age)?;
        self.put(now, key);
        Some(age)
    }
}
