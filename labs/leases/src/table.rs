//! A table of leases: who holds which lock, under which token, and until when.
//!
//! The table has no clock. Whoever asks says what time it is, and is believed: a clock that jumps
//! ends leases early or late, and the table cannot know.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::types::{Key, Owner, Token};

/// A lock that somebody holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Who holds it.
    pub owner: Owner,
    /// The number of the grant.
    pub token: Token,
    /// When it ends, by the clock of the table's node.
    pub until: Duration,
}

/// The leases of one lock node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    leases: BTreeMap<Key, Lease>,
    last: Token,
}

impl Table {
    /// Grants a lock that nobody holds. An owner that asks again, since it got no answer, has its
    /// lease renewed: it counts from the request that was answered.
    pub fn acquire(
        &mut self,
        key: Key,
        owner: Owner,
        now: Duration,
        ttl: Duration,
    ) -> Option<Token> {
        self.expire(key, now);
        if self.renew(key, owner, now, ttl) {
            return self.leases.get(&key).map(|lease| lease.token);
        }
        if self.leases.contains_key(&key) {
            return None;
        }
        self.last = Token(self.last.0 + 1);
        self.leases.insert(key, Lease { owner, token: self.last, until: now + ttl });
        Some(self.last)
    }

    /// Renews a lease that its owner still has.
    pub fn renew(&mut self, key: Key, owner: Owner, now: Duration, ttl: Duration) -> bool {
        let current = self.leases.get_mut(&key);
        let held = current.filter(|lease| lease.owner == owner && now < lease.until);
        held.map(|lease| lease.until = now + ttl).is_some()
    }

    /// Ends a lease whose time is over, and returns it.
    pub fn expire(&mut self, key: Key, now: Duration) -> Option<Lease> {
        self.release(key, |lease| lease.until <= now)
    }

    /// Ends a lease if `may_end` says so, and returns it.
    pub fn release(&mut self, key: Key, may_end: impl Fn(&Lease) -> bool) -> Option<Lease> {
        let ends = self.leases.get(&key).is_some_and(may_end);
        ends.then(|| self.leases.remove(&key)).flatten()
    }

    /// The lease of a key.
    pub fn get(&self, key: Key) -> Option<&Lease> {
        self.leases.get(&key)
    }

    /// Lets every lease end at `until`. A node that comes back does not know how much of a lease is
    /// left, so it gives each its whole time again.
    pub fn extend_all(&mut self, until: Duration) {
        self.leases.values_mut().for_each(|lease| lease.until = until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const TTL: Duration = Duration::from_secs(10);
    const KEY: Key = Key(0);

    #[test]
    fn one_owner_holds_a_lock_until_its_lease_ends() {
        let mut table = Table::default();
        assert_eq!(table.acquire(KEY, Owner(1), SECOND, TTL), Some(Token(1)));
        assert_eq!(table.acquire(KEY, Owner(2), 10 * SECOND, TTL), None);
        assert_eq!(table.acquire(KEY, Owner(2), 11 * SECOND, TTL), Some(Token(2)));
        assert!(!table.renew(KEY, Owner(1), 12 * SECOND, TTL), "it is another's");
        assert!(table.renew(KEY, Owner(2), 12 * SECOND, TTL));
        assert_eq!(table.get(KEY).map(|lease| lease.until), Some(22 * SECOND));
    }

    #[test]
    fn an_owner_that_asks_again_has_its_lease_renewed() {
        let mut table = Table::default();
        table.acquire(KEY, Owner(1), SECOND, TTL);
        assert_eq!(table.acquire(KEY, Owner(1), 5 * SECOND, TTL), Some(Token(1)));
        assert_eq!(table.acquire(KEY, Owner(2), 14 * SECOND, TTL), None);
    }

    #[test]
    fn a_lease_that_is_over_cannot_be_renewed() {
        let mut table = Table::default();
        table.acquire(KEY, Owner(1), SECOND, TTL);
        assert!(!table.renew(KEY, Owner(1), 11 * SECOND, TTL));
    }

    #[test]
    fn after_a_restart_each_lease_has_its_whole_time_again() {
        let mut table = Table::default();
        table.acquire(KEY, Owner(1), SECOND, TTL);
        table.acquire(Key(1), Owner(2), 2 * SECOND, TTL);
        table.extend_all(10 * SECOND + TTL);
        for key in [KEY, Key(1)] {
            assert!(table.expire(key, 19 * SECOND).is_none());
            assert_eq!(table.get(key).map(|lease| lease.until), Some(20 * SECOND));
        }
    }
}
