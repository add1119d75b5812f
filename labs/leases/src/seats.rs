//! The seats of this lab: the parts of the algorithm that a scenario may exchange.

use netsplit_sim::prelude::*;

use crate::fencing::{Fenced, FencesWrites, MakeFencing, Unfenced, fencing};
use crate::holding::{ChecksTime, CountsFromAnswer, IgnoresTime, MakeHolder, holder};
use crate::locks::{Lock, Waiting};
use crate::table::Lease;
use crate::types::Owner;

/// Where a lease is kept.
pub static LOCK: Seat<Lock> = Seat {
    name: "lock",
    summary: "Where a lease is kept, and by which clock it ends",
    fillings: &[
        filling("consensus", "One node that stands for a consensus group", Lock::Consensus),
        filling("single", "One node, in memory, by its wall clock", Lock::Single),
        filling("redlock", "A majority of nodes like `single`; clients poll", Lock::Redlock),
    ],
};

/// Which accesses the storage admits.
pub static RESOURCE: Seat<MakeFencing> = Seat {
    name: "resource",
    summary: "Which reads and writes the storage admits",
    fillings: &[
        filling("fenced", "Those under no smaller token than before", fencing::<Fenced>),
        mutant(
            "unfenced",
            "All: whoever was the holder once may write",
            "tokens-never-decrease",
            "gc-pause",
            fencing::<Unfenced>,
        ),
        mutant(
            "fences-writes",
            "A holder's read does not show its token: a late write slips in behind it",
            "lost_updates",
            "late-packet",
            fencing::<FencesWrites>,
        ),
    ],
};

/// Whether a release ends a lease: the lease, and who releases it.
pub type MayRelease = fn(&Lease, Owner) -> bool;

/// Whose lease a release ends.
pub static RELEASE: Seat<MayRelease> = Seat {
    name: "release",
    summary: "Whose lease a release ends",
    fillings: &[
        filling("compare-owner", "Its own", |lease, by| lease.owner == by),
        mutant("plain-delete", "Whoever's is there", "releases-own", "wrong-release", |_, _| true),
    ],
};

/// Until when a holder acts.
pub static HOLDER: Seat<MakeHolder> = Seat {
    name: "holder",
    summary: "Until when the holder of a lease acts",
    fillings: &[
        filling("checks-time", "ttl from its request, less a margin", holder::<ChecksTime>),
        mutant(
            "counts-from-answer",
            "ttl from the answer, which may have been slow",
            "one-holder",
            "slow-answers",
            holder::<CountsFromAnswer>,
        ),
        mutant(
            "ignores-time",
            "Until it is told that the lease is over",
            "one-holder",
            "holder-cut",
            holder::<IgnoresTime>,
        ),
    ],
};

/// How a client waits for a lock.
pub static ACQUIRE: Seat<Waiting> = Seat {
    name: "acquire",
    summary: "How a client waits for a lock that another holds",
    fillings: &[
        filling("watch-predecessor", "A free lock wakes one", Waiting::WatchPredecessor),
        filling("watch-all", "A free lock wakes all: a herd", Waiting::WatchAll),
        filling("poll", "Each asks every `poll`", Waiting::Poll),
    ],
};
