//! Leases: one reader fills a key, and a delete ends its right to.

use std::time::Duration;

use netsplit_lab_cache::exercises::Compared;
use netsplit_lab_cache::leases::{Leases, Leasing, leasing};
use netsplit_lab_cache::seats;
use netsplit_lab_cache::types::{Key, Token};
use netsplit_sim::prelude::OpenFilling;

/// The leases of one cache node. Give it the fields that it needs.
pub struct MyLeases {}

impl Leasing for MyLeases {
    /// The leases of a cache that has just started: none is out. A lease is good for `lease_for`.
    fn new(lease_for: Duration, first: Token) -> MyLeases {
        todo!("no leases yet")
    }

    /// A reader has missed `key` at `now`.
    ///
    /// - `None`: another reader has a lease of this key, granted less than `lease_for` ago.
    /// - Otherwise a new token: `first`, then one more for each, whatever the key.
    fn ask(&mut self, key: Key, now: Duration) -> Option<Token> {
        todo!("grant a lease, or have the reader wait")
    }

    /// Whether a fill of `key` under `token` may be stored: only if that is the last token that
    /// was granted for the key, and was neither used nor ended. It is used up now. A reader whose
    /// fetch has failed gives its token back by the same call.
    fn redeem(&mut self, key: Key, token: Token) -> bool {
        todo!("store the fill, or refuse it")
    }

    /// The key was written or deleted: its lease is over, and another reader may get one at once.
    fn deleted(&mut self, key: Key) {
        todo!("end the lease")
    }
}

/// The filling `my-lease`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::LEASING.filling("my-lease", "My leases", leasing::<Compared<MyLeases, Leases>>)
}
