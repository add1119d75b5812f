//! What scenario files may say of this lab.

use netsplit_scenario::{
    Bundle, GroupSpec, LabSpec, Named, OperationSpec, ParamsSpec, Seat, filling,
};

use crate::client::{GET, PROBE, PUT};
use crate::cluster::GROUP;
use crate::messages::KINDS;
use crate::params::Params;

/// The lab's description.
pub static SPEC: LabSpec = LabSpec {
    name: "quorum-kv",
    summary: "A Dynamo-style store: quorums, versions, repair and what a partition costs",
    groups: &[GroupSpec {
        name: GROUP,
        prefix: "n",
        count: 5,
        workers: Some(1),
        summary: "Nodes of the store, in the order of the ring",
    }],
    operations: &[
        operation(GET, 70.0, "Reads a key"),
        operation(PUT, 30.0, "Writes a key; in the history, null is its answer"),
        operation(
            PROBE,
            0.0,
            "Writes a key, and reads it after each delay of read_after: which reads saw it",
        ),
    ],
    messages: KINDS,
    roles: &[],
    events: &[named("recovered", "A node has read its journal; says how many keys it holds")],
    metrics: METRICS,
    observed: &[
        named("write", "How long the write of a write-then-read took"),
        named("read", "How long each of its reads took"),
    ],
    invariants: &[],
    actions: &[],
    seats: &[&SEATS[0], &SEATS[1], &SEATS[2]],
    reference: "Strict quorums, version vectors, read repair, durable writes",
    bundles: VARIANTS,
    params: ParamsSpec::of::<Params>(),
};

const fn operation(name: &'static str, weight: f64, summary: &'static str) -> OperationSpec {
    OperationSpec { name, weight, summary }
}

const fn named(name: &'static str, summary: &'static str) -> Named {
    Named { name, summary }
}

const METRICS: &[Named] = &[
    named("siblings", "Reads that found concurrent versions"),
    named("read_repairs", "Nodes that a read brought up to date"),
    named("hints_stored", "Writes that a stand-in kept for another node"),
    named("hints_delivered", "Kept writes that were handed over"),
    named("anti_entropy_repairs", "Keys that a comparison of Merkle trees brought up to date"),
    named("keys_exchanged", "Keys that comparisons of Merkle trees sent"),
    named("stale_reads", "Reads that missed a write acknowledged before they began"),
    named("stale_rate", "Their share of all successful reads"),
    named("stale_ms_max", "The longest that a read missed a write after its acknowledgement"),
    named("behind_1", "Share of reads that missed at least the newest version"),
    named("behind_2", "Share of reads that missed at least the two newest versions"),
    named("behind_5", "Share of reads that missed at least the five newest versions"),
    named("lost_writes", "Acknowledged writes that were gone when somebody looked last"),
    named("stale_probes", "Reads of write-then-read that missed the write"),
    named("p_consistent", "Share of reads at the first delay of read_after that saw the write"),
    named("visibility_ms", "How long after a write 99.9% of reads see it"),
    named("keys_diverged", "Keys that their nodes know differently at the end"),
    named("hints_left", "Writes that stand-ins still keep at the end"),
];

static SEATS: [Seat<()>; 3] = [
    Seat {
        name: "versions",
        summary: "Which of two versions is the newer",
        fillings: &[
            fill("version-vector", "Causality; concurrent writes become siblings"),
            fill("hybrid-clock", "Hybrid logical time; the later of two writes wins"),
            fill("wall-clock", "The coordinators' wall clocks; the last writer wins"),
            fill("arrival", "No versions: what arrives last wins"),
        ],
    },
    Seat {
        name: "quorum",
        summary: "Whose answers count, and how many are enough",
        fillings: &[
            fill("strict", "R and W of the N nodes that hold the key"),
            fill("sloppy", "R and W of any nodes: others stand in, and hand over later"),
            fill("off-by-one", "One answer fewer than R and W"),
        ],
    },
    Seat {
        name: "durability",
        summary: "What a node does before it calls a write stored",
        fillings: &[
            fill("fsync", "Waits until the disk has it"),
            fill("no-fsync", "Leaves it to the page cache"),
            fill("amnesia", "Waits for the disk, and never reads it again"),
        ],
    },
];

const VARIANTS: &[Bundle] = &[
    variant(
        "sloppy",
        "Other nodes stand in for silent ones: always writable, and reads may be stale",
        &[("quorum", "sloppy")],
    ),
    variant(
        "last-writer-wins",
        "Versions are wall-clock times: loses acknowledged writes when clocks disagree",
        &[("versions", "wall-clock")],
    ),
    variant(
        "no-fsync",
        "Acknowledges before the disk has the write: loses it in a crash",
        &[("durability", "no-fsync")],
    ),
    variant(
        "hybrid-clock",
        "One order for all writes instead of siblings: of two concurrent ones, one vanishes",
        &[("versions", "hybrid-clock")],
    ),
    variant(
        "no-versions",
        "What arrives last wins: nodes that hear writes in different orders never agree",
        &[("versions", "arrival")],
    ),
    variant(
        "off-by-one",
        "Waits for one answer fewer: the quorums do not overlap",
        &[("quorum", "off-by-one")],
    ),
    variant(
        "amnesia",
        "Comes back from a crash empty: a quorum may forget what it confirmed",
        &[("durability", "amnesia")],
    ),
];

const fn variant(
    name: &'static str,
    summary: &'static str,
    fills: &'static [(&'static str, &'static str)],
) -> Bundle {
    Bundle::new(name, summary, fills)
}

const fn fill(name: &'static str, summary: &'static str) -> netsplit_scenario::Filling<()> {
    filling(name, summary, ())
}
