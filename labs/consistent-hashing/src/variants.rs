//! The seats of this lab, and which fillings make up its variants.

use netsplit_scenario::{Bundle, Seat, filling};

/// What can be exchanged.
pub static SEATS: [Seat<()>; 2] = [
    Seat {
        name: "placement",
        summary: "Which node a key belongs to",
        fillings: &[
            fill("ring", "The first of many points clockwise"),
            fill("rendezvous", "The highest of all nodes' bids"),
            fill("jump", "Jumps ahead to new buckets"),
            fill("maglev", "A table that the nodes fill by turns"),
            fill("multi-probe", "One point per node, many probes per key"),
            fill("bounded-loads", "A ring whose full nodes are passed over"),
            fill("modulo", "Hash modulo N"),
            fill("one-virtual-node", "A ring with one point per node"),
            fill("ignores-weights", "A ring on which all nodes are alike"),
            fill("by-position", "Points hashed from places in the list, not names"),
            fill("unsorted-ring", "A ring that nobody sorted"),
            fill("off-by-one", "A ring that skips a point"),
            fill("no-wraparound", "A ring with an end"),
            fill("own-seed", "A ring that each process hashes in its own way"),
            fill("forgets-capacity", "Bounded loads without the bound"),
            fill("maglev-misses-turn", "Maglev in which a taken wish costs the turn"),
        ],
    },
    Seat {
        name: "migration",
        summary: "What becomes of entries whose keys belong elsewhere now",
        fillings: &[
            fill("hand-over", "They are sent to their new owners"),
            fill("drop", "They are forgotten"),
            fill("hoard", "They stay, and grow old"),
            fill("trusts-gaps", "As drop, but a view that was missed does not matter"),
        ],
    },
];

/// What is exchanged in each variant.
pub const VARIANTS: &[Bundle] = &[
    variant("rendezvous", "The highest bid has the key", &[("placement", "rendezvous")]),
    variant("jump", "No memory; only the last node can leave cheaply", &[("placement", "jump")]),
    variant("maglev", "An even table, and a little disruption", &[("placement", "maglev")]),
    variant("multi-probe", "Even with one point per node", &[("placement", "multi-probe")]),
    variant("bounded-loads", "A hot key spills to neighbours", &[("placement", "bounded-loads")]),
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
        "own-seed",
        "Each process hashes with a seed of its own: no two agree who owns a key",
        &[("placement", "own-seed")],
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
