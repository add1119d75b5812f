//! The names of this lab that scenario files may use.

use netsplit_scenario::{
    ActionSpec, ArgKind, ArgSpec, Bundle, Field, GroupSpec, LabSpec, Named, OperationSpec,
    ParamsSpec, Strip, StripRows, StripSource, Turn,
};

use crate::client::{GET, PUT};
use crate::cluster::{CACHE, DIRECTORY, STORE};
use crate::invariants::INVARIANTS;
use crate::messages::KINDS;
use crate::params::Params;
use crate::seats::{MIGRATION, PLACEMENT};

/// The lab's description.
pub static SPEC: LabSpec = LabSpec {
    groups: &[
        group(CACHE, "n", 10, Some(1), "Cache nodes, each with a share of the keys"),
        group(STORE, "s", 1, Some(4), "The backing store, which holds everything and is slow"),
        group(DIRECTORY, "d", 1, None, "Publishes the list of members"),
    ],
    operations: &[
        OperationSpec::new(GET, 1.0, "Reads a key from the cache, or through it"),
        OperationSpec::new(PUT, 0.0, "Writes a key through the cache; its result is null"),
    ],
    messages: KINDS,
    events: &[
        Named::new("node-joined", "The directory has admitted a node; the number of members"),
        Named::new("node-left", "An operator has removed a node; the number of members"),
        Named::new("node-died", "The directory has removed silent nodes; the number of members"),
        Named::new("view", "The directory has published a view; its members"),
        Named::new("started", "A router has started, with no requests in flight"),
        Named::new("table", "A router has adopted a view; each node's number of table entries"),
        Named::new("routed", "A router has looked up a key's owner, and sent a request to a node"),
        Named::new("ended", "That request is over"),
    ],
    strips: STRIPS,
    metrics: METRICS,
    measures: MEASURES,
    observed: &[Named::new("store", "Time from a request's arrival at the store to its answer")],
    invariants: INVARIANTS,
    actions: &[
        ActionSpec::new("join", "Cache nodes start; obeyed when the directory has admitted them")
            .args(&[ArgSpec::new("count", ArgKind::Count, "How many. Default: 1")])
            .starts(CACHE),
        ActionSpec::new("leave", "The directory removes a cache node for good; it stays up")
            .args(&[ArgSpec::new("node", ArgKind::Node(CACHE), "The node").required()]),
    ],
    seats: &[&PLACEMENT, &MIGRATION],
    reference: "A ring with virtual nodes; entries follow their keys",
    bundles: &[Bundle::new(
        "modulo",
        "Hash modulo N, no hand-over: a change of N empties nine tenths of the cache",
        &[PLACEMENT.fill("modulo"), MIGRATION.fill("drop")],
    )],
    params: ParamsSpec::of::<Params>(),
    ..LabSpec::new(
        "consistent-hashing",
        "A sharded cache: who owns a key, what moves when nodes come and go, and who pays",
    )
};

const METRICS: &[Named] = &[
    Named::new("hits", "Reads that a cache node answered from memory"),
    Named::new("misses", "Reads for which it needed the store"),
    Named::new("coalesced", "Misses that waited for a fetch in flight"),
    Named::new("store_reads", "Reads that the store accepted"),
    Named::new("store_writes", "Writes that the store accepted"),
    Named::new("store_rejections", "Reads and writes that the store rejected"),
    Named::new("keys_handed_over", "Entries that arrived at a new owner"),
    Named::new("redirects", "Requests that a node with a newer view sent back"),
    Named::new("spilled", "Reads sent past an owner that was full"),
];

const MEASURES: &[Named] = &[
    Named::new("hit_rate", "The share of hits in all reads that reached a cache node"),
    Named::new(
        "over_bound",
        "Reads by which a router exceeded ceil((1 + epsilon) m/N) at some node, from start to end",
    ),
    Named::new("stale_reads", "Reads that missed a write acknowledged before they began"),
    Named::new(
        "request_peak",
        "Requests of the busiest member, relative to its fair share, from start to end",
    ),
    Named::new("load_cv", "Coefficient of variation of the nodes' shares of the keys"),
    Named::new("load_peak", "Keys of the fullest node, relative to its fair share"),
    Named::new(
        "moved_share",
        "Share of the keys that changes of the view moved: a sum over the changes, so it may exceed 1; a mean over the placements",
    ),
    Named::new(
        "moved_needlessly",
        "Keys that moved between nodes that stayed: a sum over the changes, a mean over the placements",
    ),
    Named::new("heir_share", "Of the keys of a node that left, the share of its greatest heir"),
    Named::new("unowned", "Keys without a node, a mean over the placements"),
    Named::new("bound_excess", "Keys beyond ceil((1 + epsilon) K/N) when K are placed one by one"),
    Named::new(
        "table_uneven",
        "Nodes of equal weight with neither floor nor ceiling of M/N table entries",
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

const STRIPS: &[Strip] = &[
    Strip {
        title: "Who owns a key",
        summary: "The owners of the keys asked most, as routers look them up. A row that changes its colour is a key that moved; two colours by turns are routers that disagree",
        rows: StripRows::Each(Field::named("key", "k")),
        source: StripSource::States(&[Turn::tells("routed", Field::named("owner", "n"))]),
    },
    Strip {
        title: "Queues",
        summary: "Requests that wait for a worker of a cache node, or of the store",
        rows: StripRows::Node,
        source: StripSource::Queues,
    },
];
