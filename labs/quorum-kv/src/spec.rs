//! The lab's description: the names that scenario files may use.

use netsplit_scenario::{
    Bundle, Field, GroupSpec, LabSpec, Named, OperationSpec, ParamsSpec, Strip, StripRows,
    StripSource, Turn,
};

use crate::client::{GET, PROBE, PUT};
use crate::cluster::GROUP;
use crate::messages::KINDS;
use crate::params::Params;
use crate::seats;
use crate::staleness;

/// The lab's description.
pub static SPEC: LabSpec = LabSpec {
    groups: &[GroupSpec {
        name: GROUP,
        prefix: "n",
        count: 5,
        workers: Some(1),
        summary: "Nodes of the store, in the order of the ring",
    }],
    operations: &[
        OperationSpec::new(GET, 70.0, "Reads a key"),
        OperationSpec::new(PUT, 30.0, "Writes a key; in the history, null is its answer"),
        OperationSpec::new(
            PROBE,
            0.0,
            "Writes a key, and reads it after each delay of read_after: which reads saw it",
        ),
    ],
    messages: KINDS,
    events: &[Named::new(
        "recovered",
        "A node has read its journal; the value is the number of keys it holds",
    )],
    shown: &[Named::new("stored", "What a node holds of a key after a change: the values")],
    strips: STRIPS,
    metrics: METRICS,
    measures: MEASURES,
    numbered: &[staleness::BEHIND],
    observed: &[
        Named::new("write", "Duration of the write of a write-then-read"),
        Named::new("read", "Duration of each of its reads"),
    ],
    seats: &[
        &seats::VERSIONS,
        &seats::QUORUM,
        &seats::DURABILITY,
        &seats::READ_REPAIR,
        &seats::HINTS,
    ],
    reference: "Strict quorums, version vectors, read repair, durable writes",
    bundles: &[
        Bundle::new(
            "last-writer-wins",
            "Versions are wall-clock times: loses acknowledged writes when clocks disagree",
            &[seats::VERSIONS.fill("wall-clock")],
        ),
        Bundle::new(
            "no-versions",
            "What arrives last wins: nodes that hear writes in different orders never agree",
            &[seats::VERSIONS.fill("arrival")],
        ),
        Bundle::new(
            "no-handoff",
            "Stand-ins never hand over what they keep: a node that was away stays behind",
            &[seats::QUORUM.fill("sloppy"), seats::HINTS.fill("no-handoff")],
        )
        .mutant("keys_diverged", "hinted-handoff"),
    ],
    params: ParamsSpec::of::<Params>(),
    ..LabSpec::new(
        "quorum-kv",
        "A Dynamo-style store: quorums, versions, repair and what a partition costs",
    )
};

const METRICS: &[Named] = &[
    Named::new("siblings", "Reads that found concurrent versions"),
    Named::new("read_repairs", "Nodes that a read brought up to date"),
    Named::new(
        "hints_stored",
        "Writes that a stand-in kept for another node: they were merged or delivered, or are left",
    ),
    Named::new(
        "hints_merged",
        "Writes that joined a hint which the stand-in kept for that node and key",
    ),
    Named::new("hints_delivered", "Hints handed over, each with all writes merged into it"),
    Named::new("anti_entropy_repairs", "Keys that a comparison of Merkle trees brought up to date"),
    Named::new("keys_exchanged", "Keys that comparisons of Merkle trees sent"),
];

const MEASURES: &[Named] = &[
    Named::new("stale_reads", "Reads that missed a write acknowledged before they began"),
    Named::new("stale_rate", "The share of successful reads that were stale"),
    Named::new(
        "stale_ms_max",
        "The longest time after its acknowledgement that a read missed a write, in milliseconds",
    ),
    Named::new(
        "behind_1",
        "Share of reads that missed at least the newest version; behind_K: at least the K newest",
    ),
    Named::new("lost_writes", "Acknowledged writes that the last read of their key did not find"),
    Named::new("stale_probes", "Reads of write-then-read that missed the write"),
    Named::new(
        "p_consistent",
        "Share of reads at the first delay of read_after that saw the write",
    ),
    Named::new("visibility_ms", "Milliseconds after a write until 99.9% of reads see it"),
    Named::new("keys_diverged", "Keys on which their holders disagree at the end"),
    Named::new("hints_left", "Hints that stand-ins still keep at the end"),
];

const STRIPS: &[Strip] = &[Strip {
    title: "Versions of a key at each node",
    summary: "What each node holds of one key: of the violated one, and else of the one written most. Rows of different colours disagree; versions with a bar between them are siblings",
    rows: StripRows::NodeOfOne(Field::named("key", "k")),
    source: StripSource::States(&[Turn::tells("stored", Field::new("versions"))]),
}];
