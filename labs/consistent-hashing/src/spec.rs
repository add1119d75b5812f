//! What scenario files may say of this lab.

use netsplit_scenario::{
    GroupSpec, LabSpec, Named, OperationSpec, ParamsSpec, SeatSpec, VariantSpec,
};

use crate::client::{GET, PUT};
use crate::cluster::{CACHE, DIRECTORY, STORE};
use crate::messages::KINDS;
use crate::params::Params;

/// The lab's description.
pub static SPEC: LabSpec = LabSpec {
    name: "consistent-hashing",
    summary: "A sharded cache: who owns a key, what moves when nodes come and go, and who pays",
    groups: &[
        group(
            CACHE,
            "n",
            10,
            Some(1),
            "Cache nodes, each with a share of the keys",
        ),
        group(
            STORE,
            "s",
            1,
            Some(4),
            "The backing store, which holds everything and is slow",
        ),
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
        named(
            "node-joined",
            "The directory has admitted a node; says how many are in",
        ),
        named(
            "node-left",
            "A node was told to leave; says how many are in",
        ),
        named(
            "node-died",
            "The directory has struck out silent nodes; says how many are in",
        ),
    ],
    metrics: METRICS,
    observed: &[named(
        "store",
        "From a request's arrival at the store to the end of its work",
    )],
    invariants: &[],
    actions: &[
        named(
            "join",
            "Starts a cache node, or as many as it says: join = 2",
        ),
        named(
            "leave",
            "Takes a cache node out for good, by name: leave = \"n3\"",
        ),
    ],
    seats: SEATS,
    variants: VARIANTS,
    params: ParamsSpec::of::<Params>(),
};

const METRICS: &[Named] = &[
    named("hits", "Reads that a cache node answered from memory"),
    named("misses", "Reads for which it needed the store"),
    named(
        "hit_rate",
        "The share of hits in all reads that reached a cache node",
    ),
    named("coalesced", "Misses that waited for a fetch under way"),
    named("store_reads", "Reads that the store took in"),
    named("store_writes", "Writes that the store took in"),
    named(
        "store_rejections",
        "Reads and writes that the store turned away",
    ),
    named("keys_handed_over", "Entries that arrived at a new owner"),
    named(
        "redirects",
        "Requests that a node with a newer view sent back",
    ),
    named("spilled", "Reads sent past an owner that had no room"),
    named(
        "over_bound",
        "Requests by which a router exceeded ceil((1 + epsilon) m/N) at some node",
    ),
    named(
        "stale_reads",
        "Reads that missed a write acknowledged before they began",
    ),
    named(
        "request_peak",
        "Requests of the busiest member, relative to its fair share, from start to end",
    ),
    named(
        "load_cv",
        "Census: how much nodes' shares of the keys vary, as a share of the mean",
    ),
    named(
        "load_peak",
        "Census: keys of the fullest node, relative to its fair share",
    ),
    named(
        "moved_share",
        "Census: share of the keys that changes of the view moved",
    ),
    named(
        "moved_needlessly",
        "Census: keys that moved between nodes that stayed",
    ),
    named(
        "heir_share",
        "Census: of the keys of a node that left, the share of its greatest heir",
    ),
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

const SEATS: &[SeatSpec] = &[
    SeatSpec {
        name: "placement",
        summary: "Which node a key belongs to",
        fillings: &[
            named("ring", "The first of many points clockwise"),
            named("rendezvous", "The highest of all nodes' bids"),
            named("jump", "Jumps ahead to new buckets"),
            named("maglev", "A table that the nodes fill by turns"),
            named("multi-probe", "One point per node, many probes per key"),
            named("bounded-loads", "A ring whose full nodes are passed over"),
            named("modulo", "Hash modulo N"),
            named("one-virtual-node", "A ring with one point per node"),
            named("ignores-weights", "A ring on which all nodes are alike"),
            named(
                "by-position",
                "Points hashed from places in the list, not names",
            ),
            named("unsorted-ring", "A ring that nobody sorted"),
            named("off-by-one", "A ring that skips a point"),
            named("no-wraparound", "A ring with an end"),
            named("forgets-capacity", "Bounded loads without the bound"),
            named(
                "maglev-misses-turn",
                "Maglev in which a taken wish costs the turn",
            ),
        ],
    },
    SeatSpec {
        name: "migration",
        summary: "What becomes of entries whose keys belong elsewhere now",
        fillings: &[
            named("hand-over", "They are sent to their new owners"),
            named("drop", "They are forgotten"),
            named("hoard", "They stay, and grow old"),
            named(
                "trusts-gaps",
                "As drop, but a view that was missed does not matter",
            ),
        ],
    },
];

const VARIANTS: &[VariantSpec] = &[
    variant(
        "reference",
        "A ring with virtual nodes; entries follow their keys",
        &[],
    ),
    variant(
        "rendezvous",
        "The highest bid has the key",
        &[("placement", "rendezvous")],
    ),
    variant(
        "jump",
        "No memory; only the last node can leave cheaply",
        &[("placement", "jump")],
    ),
    variant(
        "maglev",
        "An even table, and a little disruption",
        &[("placement", "maglev")],
    ),
    variant(
        "multi-probe",
        "Even with one point per node",
        &[("placement", "multi-probe")],
    ),
    variant(
        "bounded-loads",
        "A hot key spills to neighbours",
        &[("placement", "bounded-loads")],
    ),
    variant(
        "modulo",
        "Hash modulo N and nobody moves data: a change empties nine tenths of the cache",
        &[("placement", "modulo"), ("migration", "drop")],
    ),
    variant(
        "drop",
        "Entries that move are forgotten: each costs the store a read",
        &[("migration", "drop")],
    ),
    variant(
        "hoard",
        "Entries stay where they were: when a key comes back, it is as old as that",
        &[("migration", "hoard")],
    ),
    variant(
        "trusts-gaps",
        "A node that was struck out without hearing of it believes what it had before",
        &[("migration", "trusts-gaps")],
    ),
    variant(
        "one-virtual-node",
        "One point each: the fullest of ten nodes has three times its share",
        &[("placement", "one-virtual-node")],
    ),
    variant(
        "ignores-weights",
        "Small nodes get as much as big ones",
        &[("placement", "ignores-weights")],
    ),
    variant(
        "by-position",
        "Nodes are named by their place in the list: one leaves, and all after it move",
        &[("placement", "by-position")],
    ),
    variant(
        "unsorted-ring",
        "Binary search over points in no order: wherever it ends",
        &[("placement", "unsorted-ring")],
    ),
    variant(
        "off-by-one",
        "Takes the point after the next: a new node moves keys between old ones",
        &[("placement", "off-by-one")],
    ),
    variant(
        "no-wraparound",
        "Keys after the last point belong to nobody",
        &[("placement", "no-wraparound")],
    ),
    variant(
        "forgets-capacity",
        "Every node always has room: a hot key stays where it is",
        &[("placement", "forgets-capacity")],
    ),
    variant(
        "maglev-misses-turn",
        "A node whose wish is taken loses its turn: the table is uneven",
        &[("placement", "maglev-misses-turn")],
    ),
];

const fn group(
    name: &'static str,
    prefix: &'static str,
    count: u32,
    workers: Option<u32>,
    summary: &'static str,
) -> GroupSpec {
    GroupSpec {
        name,
        prefix,
        count,
        workers,
        summary,
    }
}

const fn named(name: &'static str, summary: &'static str) -> Named {
    Named { name, summary }
}

const fn variant(
    name: &'static str,
    summary: &'static str,
    fills: &'static [(&'static str, &'static str)],
) -> VariantSpec {
    VariantSpec {
        name,
        summary,
        fills,
    }
}
