//! SIEVE: which entry a full cache gives up.

use netsplit_lab_cache::eviction::Eviction;
use netsplit_lab_cache::exercises::sieve;
use netsplit_lab_cache::seats;
use netsplit_lab_cache::types::Key;
use netsplit_sim::prelude::OpenFilling;

/// The keys of one cache node. Give it the fields that it needs: it starts as their `Default`.
#[derive(Default)]
pub struct MySieve {}

impl Eviction for MySieve {
    /// A key that was not in the cache is now. It is the newest, and has not been visited.
    fn inserted(&mut self, key: Key) {
        todo!("put it at the new end of the queue")
    }

    /// A key in the cache was read. It is visited now, and keeps its place.
    fn hit(&mut self, key: Key) {
        todo!("mark it")
    }

    /// A key has left the cache by itself: it expired or was deleted. If the hand is at it, the
    /// hand goes on to the next newer one, or to the oldest if there is none.
    fn removed(&mut self, key: Key) {
        todo!("forget it")
    }

    /// Chooses a key to give up, and forgets it. `None` when there is none.
    ///
    /// The hand starts at the oldest key and moves towards newer ones; from the newest it goes back
    /// to the oldest at once, not to a key that is yet to come. A key that was visited loses its
    /// mark and stays. The first one without a mark is given up, and the hand moves on by one: the
    /// next call begins there.
    fn evict(&mut self) -> Option<Key> {
        todo!("move the hand to a key without a mark")
    }
}

/// The filling `my-sieve`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::EVICTION.filling("my-sieve", "My SIEVE", sieve::<MySieve>)
}
