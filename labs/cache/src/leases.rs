//! Leases: who may fill a key that the cache does not have, and until when.
//!
//! A lease does two things (Nishtala and others, "Scaling Memcache at Facebook", NSDI 2013, section
//! 3.2.1). It lets one reader fetch a missing key while the others wait, so that a hot key that
//! expires is one read of the database and not a thousand. And a delete ends it, so that a reader
//! who fetched the value before a write cannot put it into the cache after the write's delete.
//!
//! Left out: the stale value that a waiting reader may be given instead.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::types::{Key, Token};

/// Decides who may fill a key.
pub trait Leasing {
    /// No lease is out. A lease is good for `lease_for`. The first token is `first`, and each later
    /// one is greater, so that no two lives of a cache give out the same.
    fn new(lease_for: Duration, first: Token) -> Self
    where
        Self: Sized;

    /// A reader has missed `key` at `now`: the token under which it may fill the key, or `None`
    /// while it should wait for another reader's fill.
    fn ask(&mut self, key: Key, now: Duration) -> Option<Token>;

    /// Whether a fill of `key` under `token` may be stored. It uses the lease up, as does a reader
    /// that gives it back.
    fn redeem(&mut self, key: Key, token: Token) -> bool;

    /// The key was written or deleted.
    fn deleted(&mut self, key: Key);
}

/// Creates the leases of a cache.
pub type MakeLeasing = fn(Duration, Token) -> Box<dyn Leasing>;

/// Makes a [`MakeLeasing`] of a type.
pub fn leasing<L: Leasing + 'static>(lease_for: Duration, first: Token) -> Box<dyn Leasing> {
    Box::new(L::new(lease_for, first))
}

/// One lease per key at a time, until it is used, ended by a delete, or too old.
#[derive(Clone, Debug)]
pub struct Leases {
    lease_for: Duration,
    next: Token,
    /// The lease of each key, and the time until which no other is given.
    out: BTreeMap<Key, (Token, Duration)>,
}

impl Leasing for Leases {
    fn new(lease_for: Duration, first: Token) -> Leases {
        Leases { lease_for, next: first, out: BTreeMap::new() }
    }

    fn ask(&mut self, key: Key, now: Duration) -> Option<Token> {
        if self.out.get(&key).is_some_and(|(_, until)| now < *until) {
            return None;
        }
        let token = self.next;
        self.next = Token(token.0 + 1);
        self.out.insert(key, (token, now + self.lease_for));
        Some(token)
    }

    fn redeem(&mut self, key: Key, token: Token) -> bool {
        let is_current = self.out.get(&key).is_some_and(|(current, _)| *current == token);
        if is_current {
            self.out.remove(&key);
        }
        is_current
    }

    fn deleted(&mut self, key: Key) {
        self.out.remove(&key);
    }
}

/// No leases: whoever misses may fill.
#[derive(Clone, Debug)]
pub struct NoLeases(Token);

impl Leasing for NoLeases {
    fn new(_: Duration, first: Token) -> NoLeases {
        NoLeases(first)
    }

    fn ask(&mut self, _: Key, _: Duration) -> Option<Token> {
        let token = self.0;
        self.0 = Token(token.0 + 1);
        Some(token)
    }

    fn redeem(&mut self, _: Key, _: Token) -> bool {
        true
    }

    fn deleted(&mut self, _: Key) {}
}

/// Wrong: a delete does not end a lease.
#[derive(Clone, Debug)]
pub(crate) struct OutlivesDelete(Leases);

impl Leasing for OutlivesDelete {
    fn new(lease_for: Duration, first: Token) -> OutlivesDelete {
        OutlivesDelete(Leases::new(lease_for, first))
    }

    fn ask(&mut self, key: Key, now: Duration) -> Option<Token> {
        self.0.ask(key, now)
    }

    fn redeem(&mut self, key: Key, token: Token) -> bool {
        self.0.redeem(key, token)
    }

    fn deleted(&mut self, _: Key) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn leases() -> Leases {
        Leases::new(10 * SECOND, Token(7))
    }

    #[test]
    fn one_reader_fills_and_the_others_wait() {
        let mut leases = leases();
        assert_eq!(leases.ask(Key(1), SECOND), Some(Token(7)));
        assert_eq!(leases.ask(Key(1), 2 * SECOND), None);
        assert_eq!(leases.ask(Key(2), 2 * SECOND), Some(Token(8)));
        assert!(leases.redeem(Key(1), Token(7)));
        assert!(!leases.redeem(Key(1), Token(7)), "used up");
    }

    #[test]
    fn a_lease_that_is_too_old_is_replaced() {
        let mut leases = leases();
        leases.ask(Key(1), SECOND);
        assert_eq!(leases.ask(Key(1), 11 * SECOND), Some(Token(8)));
        assert!(!leases.redeem(Key(1), Token(7)));
        assert!(leases.redeem(Key(1), Token(8)));
    }

    #[test]
    fn a_delete_ends_a_lease() {
        let mut leases = leases();
        leases.ask(Key(1), SECOND);
        leases.deleted(Key(1));
        assert!(!leases.redeem(Key(1), Token(7)));
        assert_eq!(leases.ask(Key(1), 2 * SECOND), Some(Token(8)));
    }
}
