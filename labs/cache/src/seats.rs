//! The seats of this lab: the parts of the algorithm that a scenario may exchange.

use netsplit_sim::prelude::*;

use crate::eviction::{Clock, EvictsNewest, Fifo, Lfu, Lru, MakeEviction, Sieve};
use crate::leases::{Leases, MakeLeasing, NoLeases, OutlivesDelete, leasing};
use crate::refresh::{Margin, OnMiss, Refresh, XFetch};
use crate::writes::{
    DELETE_AFTER, DELETE_BEFORE, NO_DELETE, SET_AFTER, Steps, WRITE_BEHIND, WRITE_THROUGH,
};

/// Which entry a full cache gives up.
pub static EVICTION: Seat<MakeEviction> = Seat {
    name: "eviction",
    summary: "Which entry a full cache gives up",
    fillings: &[
        filling("lru", "The one not read for the longest time", || Box::new(Lru::default())),
        filling("fifo", "The one that came first", || Box::new(Fifo::default())),
        filling("clock", "FIFO with a second chance", || Box::new(Clock::default())),
        filling("sieve", "The hand's next one without a hit; the others keep their places", || {
            Box::new(Sieve::default())
        }),
        filling("lfu", "The one with the fewest reads ever", || Box::new(Lfu::default())),
        mutant(
            "evicts-newest",
            "The one that came last: the first keys stay for ever",
            "hit_ratio",
            "one-hit-wonders",
            || Box::new(EvictsNewest::default()),
        ),
    ],
};

/// Who may fill a missing key.
pub static LEASING: Seat<MakeLeasing> = Seat {
    name: "leasing",
    summary: "Who may fill a missing key",
    fillings: &[
        filling("leases", "One reader at a time, until a delete", leasing::<Leases>),
        filling("no-leases", "Whoever misses it: a stampede, and old values", leasing::<NoLeases>),
        mutant(
            "outlives-delete",
            "A delete does not end a lease: a slow reader brings the old value back",
            "fills-after-deletes",
            "stale-forever",
            leasing::<OutlivesDelete>,
        ),
    ],
};

/// Whether the readers of one app share a fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetching {
    /// Each reader fetches for itself.
    Each,
    /// A reader waits for a fetch of its key that the app has begun, even if the key was written
    /// since.
    Shared,
}

/// Whether readers of one app share a fetch.
pub static FETCHING: Seat<Fetching> = Seat {
    name: "fetching",
    summary: "Whether the readers of one app share a fetch",
    fillings: &[
        filling("each", "Each reader that may fill a key fetches it", Fetching::Each),
        filling("single-flight", "One fetch per key and app; may miss a write", Fetching::Shared),
    ],
};

/// Which hit fetches an entry again before it expires.
pub static REFRESH: Seat<&'static dyn Refresh> = Seat {
    name: "refresh",
    summary: "Which hit fetches an entry again before it expires",
    fillings: &[
        filling("on-miss", "None: an entry is fetched when it was missed", &OnMiss),
        filling("xfetch", "One at random, the likelier the less time is left", &XFetch),
        mutant(
            "margin",
            "Each in the last stretch: the stampede only comes earlier",
            "fetches_per_fill",
            "xfetch",
            &Margin,
        ),
    ],
};

/// The order of a write's steps.
pub static WRITES: Seat<Steps> = Seat {
    name: "writes",
    summary: "The order in which a write reaches the database and the cache",
    fillings: &[
        filling("delete-after", "The database, then a delete from the cache", DELETE_AFTER),
        filling("write-through", "The cache writes the database, then answers", WRITE_THROUGH),
        filling("write-behind", "The cache answers, and writes the database later", WRITE_BEHIND),
        mutant(
            "delete-before",
            "A delete, then the database: a reader in between puts the old value back",
            "stale_reads",
            "calm",
            DELETE_BEFORE,
        ),
        mutant(
            "set-after",
            "The database, then a set: two writes may end up in the wrong order",
            "linearizable",
            "write-race",
            SET_AFTER,
        ),
        mutant("no-delete", "Only the database", "stale_reads", "calm", NO_DELETE),
    ],
};
