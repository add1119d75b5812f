//! The seats of this lab: the parts of the algorithm that a scenario may exchange.
//!
//! Another crate adds a filling of its own with [`Lab::with`](netsplit_sim::Lab::with) and
//! `PLACEMENT.filling("mine", "...", |view, params, _| Box::new(...))`.

use netsplit_scenario::{Seat, filling, mutant};

use crate::bounded::Bounded;
use crate::jump::Jump;
use crate::maglev::Maglev;
use crate::migration::{Drop, HandOver, Hoard, MakeMigration, TrustsGaps};
use crate::modulo::Modulo;
use crate::multi_probe::MultiProbe;
use crate::mutants;
use crate::placement::MakePlacement;
use crate::rendezvous::Rendezvous;
use crate::ring::Ring;

/// Which node a key belongs to.
pub static PLACEMENT: Seat<MakePlacement> = Seat {
    name: "placement",
    summary: "Which node a key belongs to",
    fillings: &[
        filling("ring", "The first of many points clockwise", |view, params, _| {
            Box::new(Ring::new(view, params.virtual_nodes))
        }),
        filling("rendezvous", "The node with the highest score owns the key", |view, _, _| {
            Box::new(Rendezvous::new(view))
        }),
        filling("jump", "No memory; only the last node can leave cheaply", |view, _, _| {
            Box::new(Jump::new(view))
        }),
        filling("maglev", "An even table, and a little disruption", |view, params, _| {
            Box::new(Maglev::new(view, params.table_size))
        }),
        filling("multi-probe", "Even with one point per node", |view, params, _| {
            Box::new(MultiProbe::new(view, params.probes))
        }),
        filling("bounded-loads", "A hot key spills to neighbours", |view, params, _| {
            Box::new(Bounded::new(view, params))
        }),
        filling("modulo", "Hash modulo N", |view, _, _| Box::new(Modulo::new(view))),
        mutant(
            "one-virtual-node",
            "One point each: the fullest of ten nodes has three times its share",
            "load_cv",
            "balance",
            |view, _, _| Box::new(mutants::one_virtual_node(view)),
        ),
        mutant(
            "ignores-weights",
            "Small nodes get as much as big ones",
            "request_peak",
            "weighted-nodes",
            |view, params, _| Box::new(mutants::ignores_weights(view, params)),
        ),
        mutant(
            "by-position",
            "Nodes are named by their position in the list: one leaves, and all after it move",
            "monotone",
            "node-leaves",
            |view, params, _| Box::new(mutants::by_position(view, params)),
        ),
        mutant(
            "unsorted-ring",
            "Binary search over unsorted points: the owner is arbitrary",
            "load_peak",
            "balance",
            |view, params, _| Box::new(mutants::unsorted(view, params)),
        ),
        mutant(
            "off-by-one",
            "Takes the point after the next: a new node moves keys between old ones",
            "monotone",
            "node-joins",
            |view, params, _| Box::new(mutants::off_by_one(view, params)),
        ),
        mutant(
            "no-wraparound",
            "Keys after the last point have no owner",
            "one-owner",
            "balance",
            |view, params, _| Box::new(mutants::no_wraparound(view, params)),
        ),
        mutant(
            "own-seed",
            "Each process hashes with a seed of its own: no two agree on a key's owner",
            "one-owner",
            "calm",
            |view, params, process| Box::new(mutants::own_seed(view, params, process)),
        ),
        mutant(
            "forgets-capacity",
            "Every node always has room: a hot key stays where it is",
            "bounded-load",
            "bounded-loads",
            |view, params, _| Box::new(mutants::forgets_capacity(view, params)),
        ),
        mutant(
            "maglev-misses-turn",
            "A node whose preferred entry is taken loses its turn: the table is uneven",
            "even-table",
            "maglev",
            |view, params, _| Box::new(mutants::maglev_misses_turn(view, params)),
        ),
    ],
};

/// What a cache node does with entries whose keys it no longer owns.
pub static MIGRATION: Seat<MakeMigration> = Seat {
    name: "migration",
    summary: "What a node does with entries whose keys it no longer owns",
    fillings: &[
        filling("hand-over", "They are sent to their new owners", || Box::new(HandOver)),
        filling("drop", "Entries that move are dropped: each costs the store a read", || {
            Box::new(Drop)
        }),
        mutant(
            "hoard",
            "Entries stay where they were: a key that comes back is as old as its departure",
            "stale_reads",
            "there-and-back",
            || Box::new(Hoard),
        ),
        mutant(
            "trusts-gaps",
            "A node that was removed without noticing trusts the entries that it had before",
            "stale_reads",
            "cut-off-node",
            || Box::new(TrustsGaps),
        ),
    ],
};
