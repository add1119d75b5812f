//! The names of this lab that scenario files may use.

use netsplit_sim::prelude::*;

use crate::client::{APPEND, GET};
use crate::cluster::{APPS, LOCK as LOCK_NODES, STORAGE};
use crate::invariants::INVARIANTS;
use crate::messages::KINDS;
use crate::params::Params;
use crate::seats::{ACQUIRE, HOLDER, LOCK, RELEASE, RESOURCE};

/// The lab's description.
pub(crate) static SPEC: LabSpec = LabSpec {
    groups: &[
        GroupSpec::new(APPS, "a", 3, "Apps: they take locks and write the storage").workers(None),
        GroupSpec::new(LOCK_NODES, "l", 1, "Lock nodes; only `redlock` asks more than the first")
            .workers(None),
        GroupSpec::new(STORAGE, "s", 1, "The storage, a list per key").workers(None),
    ],
    operations: &[
        OperationSpec::new(APPEND, 1.0, "Adds to a key's list: lock, read, work, write, release"),
        OperationSpec::new(GET, 0.0, "Reads a key's list, without a lock"),
    ],
    messages: KINDS,
    roles: &[Named::new("holder", "The app that took a lock last")],
    events: &[
        Named::new("granted", "A lock node has granted a lock"),
        Named::new("expired", "A lock node has ended a lease that was not renewed"),
        Named::new("freed", "A release has ended a lease"),
        Named::new("took", "An app has a lock, and acts from now on"),
        Named::new("stopped", "An app acts no more under its lock"),
        Named::new("written", "The storage has taken a write"),
    ],
    strips: STRIPS,
    metrics: &[
        Named::new("grants", "Locks granted by lock nodes"),
        Named::new("renewals", "Leases renewed by lock nodes"),
        Named::new("expirations", "Leases that ended as their time was over"),
        Named::new("releases", "Leases that a release has ended"),
        Named::new("wakeups", "Clients that were told of a free lock"),
        Named::new("gave_up", "Holders that found their lease over"),
        Named::new("writes", "Writes that the storage took"),
        Named::new("fenced", "Reads and writes that the storage refused for their token"),
        Named::new("lost_updates", "Values that a write has removed, since it had not read them"),
    ],
    measures: &[
        Named::new("expired_per_pause", "Leases that ran out, per pause of a fault"),
        Named::new("wakeups_per_release", "Clients woken per release"),
    ],
    observed: &[
        Named::new("validity", "The time for which a new lease is good, by its holder's clock"),
        Named::new("overlap", "The time for which two believed to hold one lock"),
        Named::new("takeover", "From the crash of a holder to the next one"),
    ],
    invariants: INVARIANTS,
    seats: &[&LOCK, &RESOURCE, &RELEASE, &HOLDER, &ACQUIRE],
    reference: "A replicated lock, and a storage that looks at tokens",
    params: ParamsSpec::of::<Params>(),
    ..LabSpec::new("leases", "Leases, locks and fencing: who may write, and who believes so")
};

const STRIPS: &[Strip] = &[
    Strip {
        title: "Who believes to hold the lock",
        summary: "The fencing token under which each app acts. Two rows at once are two holders",
        rows: StripRows::NodeAnd(Field::named("key", "k")),
        source: StripSource::States(&[
            Turn::tells("took", Field::new("under")),
            Turn::ends("stopped"),
        ]),
    },
    Strip {
        title: "The lock",
        summary: "The token of the lease that a lock node has out, as it sees it",
        rows: StripRows::NodeAnd(Field::named("key", "k")),
        source: StripSource::States(&[
            Turn::tells("granted", Field::new("token").after("token ")),
            Turn::ends("expired"),
            Turn::ends("freed"),
        ]),
    },
    Strip {
        title: "The storage",
        summary: "The token under which a key was written last. A smaller one after a greater is a write of the past",
        rows: StripRows::Each(Field::named("key", "k")),
        source: StripSource::States(&[Turn::tells("written", Field::new("token").after("token "))]),
    },
];
