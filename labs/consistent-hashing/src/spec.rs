//! What scenario files may say of this lab.

use netsplit_scenario::{GroupSpec, LabSpec, Named, OperationSpec, ParamsSpec};

use crate::client::{GET, PUT};
use crate::cluster::{CACHE, DIRECTORY, STORE};
use crate::invariants::INVARIANTS;
use crate::messages::KINDS;
use crate::params::Params;
use crate::variants::{SEATS, VARIANTS};

/// The lab's description.
pub static SPEC: LabSpec = LabSpec {
    name: "consistent-hashing",
    summary: "A sharded cache: who owns a key, what moves when nodes come and go, and who pays",
    groups: &[
        group(CACHE, "n", 10, Some(1), "Cache nodes, each with a share of the keys"),
        group(STORE, "s", 1, Some(4), "The backing store, which holds everything and is slow"),
        group(DIRECTORY, "d", 1, None, "Knows who is in the cluster"),
    ],
    operations: &[
        OperationSpec {
            name: GET,
            weight: 1.0,
            summary: "Reads a key from the cache, or through it",
        },
        OperationSpec {
            name: PUT,
            weight: 0.0,
            summary: "Writes a key through the cache; in the history, null is its answer",
        },
    ],
    messages: KINDS,
    roles: &[],
    events: &[
        named("node-joined", "The directory has admitted a node; says how many are in"),
        named("node-left", "A node was told to leave; says how many are in"),
        named("node-died", "The directory has struck out silent nodes; says how many are in"),
        named("view", "The directory has made a view known; says who is in"),
        named("started", "A router has started, with nothing under way"),
        named("table", "A router has adopted a view; says who has how much of its table"),
        named("routed", "A router has looked up who owns a key, and sent a request to a node"),
        named("ended", "That request is over"),
    ],
    metrics: METRICS,
    observed: &[named("store", "From a request's arrival at the store to the end of its work")],
    invariants: INVARIANTS,
    actions: &[
        named("join", "Starts a cache node, or as many as it says: join = 2"),
        named("leave", "Takes a cache node out for good, by name: leave = \"n3\""),
    ],
    seats: &[&SEATS[0], &SEATS[1]],
    reference: "A ring with virtual nodes; entries follow their keys",
    bundles: VARIANTS,
    params: ParamsSpec::of::<Params>(),
};

const METRICS: &[Named] = &[
    named("hits", "Reads that a cache node answered from memory"),
    named("misses", "Reads for which it needed the store"),
    named("hit_rate", "The share of hits in all reads that reached a cache node"),
    named("coalesced", "Misses that waited for a fetch under way"),
    named("store_reads", "Reads that the store took in"),
    named("store_writes", "Writes that the store took in"),
    named("store_rejections", "Reads and writes that the store turned away"),
    named("keys_handed_over", "Entries that arrived at a new owner"),
    named("redirects", "Requests that a node with a newer view sent back"),
    named("spilled", "Reads sent past an owner that had no room"),
    named(
        "over_bound",
        "Reads by which a router exceeded ceil((1 + epsilon) m/N) at some node, from start to end",
    ),
    named("stale_reads", "Reads that missed a write acknowledged before they began"),
    named(
        "request_peak",
        "Requests of the busiest member, relative to its fair share, from start to end",
    ),
    named("load_cv", "Census: how much nodes' shares of the keys vary, as a share of the mean"),
    named("load_peak", "Census: keys of the fullest node, relative to its fair share"),
    named("moved_share", "Census: share of the keys that changes of the view moved"),
    named("moved_needlessly", "Census: keys that moved between nodes that stayed"),
    named("heir_share", "Census: of the keys of a node that left, the share of its greatest heir"),
    named("unowned", "Census: keys that belong to nobody"),
    named(
        "bound_excess",
        "Census: keys beyond ceil((1 + epsilon) K/N) when K are placed one by one",
    ),
    named(
        "table_uneven",
        "Census: nodes of equal weight with neither floor nor ceiling of M/N table entries",
    ),
];

const fn group(
    name: &'static str,
    prefix: &'static str,
    count: u32,
    workers: Option<u32>,
    summary: &'static str,
) -> GroupSpec {
    GroupSpec { name, prefix, count, workers, summary }
}

/// A name, and what it stands for.
pub const fn named(name: &'static str, summary: &'static str) -> Named {
    Named { name, summary }
}
