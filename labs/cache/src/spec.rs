//! The names of this lab that scenario files may use.

use netsplit_sim::prelude::*;

use crate::client::{GET, PUT, SCAN};
use crate::cluster::{APPS, CACHE, DB};
use crate::invariants::INVARIANTS;
use crate::messages::KINDS;
use crate::params::Params;
use crate::seats::{EVICTION, FETCHING, LEASING, REFRESH, WRITES};

/// The lab's description.
pub(crate) static SPEC: LabSpec = LabSpec {
    groups: &[
        GroupSpec::new(APPS, "a", 3, "Apps: they read the cache, fill it and write").workers(None),
        GroupSpec::new(CACHE, "m", 1, "Cache nodes, each with a share of the keys").workers(None),
        GroupSpec::new(DB, "d", 1, "The database, which holds everything and is slow")
            .workers(Some(4)),
    ],
    operations: &[
        OperationSpec::new(GET, 1.0, "Reads a key from the cache, or the database"),
        OperationSpec::new(PUT, 0.0, "Writes a key; its result is null"),
        OperationSpec::new(SCAN, 0.0, "Reads the next of `scan_keys` other keys, in turn"),
    ],
    messages: KINDS,
    events: &[
        Named::new("started", "A cache node has started, empty"),
        Named::new("granted", "A reader has missed a key, and may fill it"),
        Named::new("filled", "A reader's fill was stored"),
        Named::new("released", "A reader whose fetch has failed gave its lease back"),
        Named::new("replaced", "A writer's value was stored"),
        Named::new("deleted", "A key was deleted"),
    ],
    shown: &[
        Named::new("refreshed", "A reader's early fill has replaced what it read"),
        Named::new("evicted", "A key had to go for another"),
    ],
    strips: STRIPS,
    metrics: &[
        Named::new("hits", "Reads that a cache node answered"),
        Named::new("misses", "Reads that it could not answer, and whose reader may fill"),
        Named::new("waits", "Reads told to ask again, as another reader fills the key"),
        Named::new("shared", "Reads that waited for a fetch of the same app"),
        Named::new("fills", "Entries stored"),
        Named::new("refreshes", "Hits whose reader fetches the entry again"),
        Named::new("refused", "Fills refused: their lease was over, or what they replace had gone"),
        Named::new("evictions", "Entries that had to go for others"),
        Named::new("stale_hits", "Hits on a value that the database had replaced"),
        Named::new("stale_fills", "Entries stored that the database had replaced"),
        Named::new("lost_deletes", "Deletes that no cache node has confirmed"),
        Named::new("buffered", "Writes acknowledged before the database had them"),
        Named::new("lost_writes", "Acknowledged writes that a cache node's crash has lost"),
        Named::new("restarts", "Cache nodes that came back, empty"),
        Named::new("db_reads", "Reads that the database accepted"),
        Named::new("db_writes", "Writes that the database accepted"),
        Named::new("db_rejections", "Reads and writes that the database rejected"),
    ],
    measures: &[
        Named::new("hit_ratio", "Hits in all hits and misses"),
        Named::new("db_rate", "Reads of the database per second"),
        Named::new("fetches_per_fill", "Reads of the database per entry stored"),
        Named::new("stale_fill_share", "Fills of a value that the database had replaced"),
        Named::new("stale_reads", "Reads that missed a write acknowledged before they began"),
        Named::new("flushed_share", "Writes of the database per write buffered"),
        Named::new("lost_per_restart", "Acknowledged writes lost per restart"),
    ],
    observed: &[Named::new("left", "The time that a refreshed entry still had")],
    invariants: INVARIANTS,
    seats: &[&EVICTION, &LEASING, &FETCHING, &REFRESH, &WRITES],
    reference: "LRU, leases, and deletes after writes",
    bundles: &[Bundle::new(
        "single-flight-only",
        "One fetch per app and key, and no leases",
        &[LEASING.fill("no-leases"), FETCHING.fill("single-flight")],
    )],
    params: ParamsSpec::of::<Params>(),
    ..LabSpec::new("cache", "A cache beside a database: evictions, stampedes and old values")
};

const STRIPS: &[Strip] = &[
    Strip {
        title: "What the cache has of a key",
        summary: "The version of each of the keys with the most events, or that a reader fetches it. A version after a newer one is an old value that came back",
        rows: StripRows::Each(Field::named("key", "k")),
        source: StripSource::States(&[
            Turn::begins("granted", "being fetched"),
            Turn::tells("filled", Field::new("version").after("version ")),
            Turn::tells("refreshed", Field::new("version").after("version ")),
            Turn::tells("replaced", Field::new("version").after("version ")),
            Turn::ends("released"),
            Turn::ends("deleted"),
            Turn::ends("evicted"),
        ]),
    },
    Strip {
        title: "Queues",
        summary: "Reads and writes that wait for a worker of the database",
        rows: StripRows::Node,
        source: StripSource::Queues,
    },
];
