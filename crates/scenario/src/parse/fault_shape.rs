//! What the ten kinds of faults may hold.

use crate::parse::network::{BETWEEN, MESSAGE, OF, ONE_WAY};
use crate::table::shape::{Key, Kind, Shape, key, required};

/// The keys of which a fault has exactly one.
pub(crate) const KIND_NAMES: [&str; 10] = [
    "partition",
    "latency",
    "loss",
    "duplicate",
    "bandwidth",
    "crash",
    "pause",
    "slow",
    "clock",
    "disk",
];

/// Those that break links rather than nodes.
pub(crate) const LINK_KINDS: [&str; 5] = ["partition", "latency", "loss", "duplicate", "bandwidth"];

pub(crate) const PARTITION: Key = key("partition", Kind::Table(&CUT), "Links are cut.");
pub(crate) const LATENCY: Key = key("latency", Kind::Table(&SLOW_LINKS), "Links are slower.");
pub(crate) const LOSS: Key = key("loss", Kind::Table(&CHANCE), "Links lose messages.");
pub(crate) const DUPLICATE: Key =
    key("duplicate", Kind::Table(&CHANCE), "Links deliver messages twice.");
pub(crate) const BANDWIDTH: Key = key("bandwidth", Kind::Table(&NARROW), "Links are narrow.");
pub(crate) const CRASH: Key = key(
    "crash",
    Kind::Selector,
    "Nodes stop, losing memory and unsynced writes, and start again when the fault heals.",
);
pub(crate) const PAUSE: Key = key("pause", Kind::Selector, "Nodes stand still: they answer late.");
pub(crate) const SLOW: Key = key("slow", Kind::Table(&SLOW_NODES), "Nodes work slower.");
pub(crate) const CLOCK: Key = key("clock", Kind::Table(&CLOCKS), "Nodes' clocks are off.");
pub(crate) const DISK: Key = key("disk", Kind::Table(&DISKS), "Disks are slow or broken.");

pub(crate) const CUT: Shape = Shape {
    what: "a partition",
    keys: &[
        key("isolate", Kind::Selector, "These nodes are cut off from all other nodes."),
        key(
            "direction",
            Kind::Choice(&["both", "in", "out"]),
            "With `isolate`: which of their messages are cut; unless said, both ways.",
        ),
        key(
            "groups",
            Kind::List(&Kind::Selector),
            "The sides; each is cut off from each other one.",
        ),
        key(
            "one_way",
            Kind::Boolean,
            "With `groups`: only messages from an earlier side to a later one are cut.",
        ),
    ],
    one_of: &["isolate", "groups"],
};

pub(crate) const SLOW_LINKS: Shape = Shape {
    what: "a latency fault",
    keys: &[
        BETWEEN,
        ONE_WAY,
        OF,
        MESSAGE,
        key("to", Kind::Dist, "The one-way latency instead of what held before."),
        key("add", Kind::Dist, "What is added to the latency that held before."),
    ],
    one_of: &["to", "add"],
};

pub(crate) const CHANCE: Shape = Shape {
    what: "a loss or duplication fault",
    keys: &[
        BETWEEN,
        ONE_WAY,
        OF,
        MESSAGE,
        required("probability", Kind::Probability, "For each message."),
    ],
    one_of: &[],
};

pub(crate) const NARROW: Shape = Shape {
    what: "a bandwidth fault",
    keys: &[BETWEEN, ONE_WAY, OF, required("to", Kind::Bandwidth, "How much goes through.")],
    one_of: &[],
};

const NODES: Key = required("nodes", Kind::Selector, "Which nodes.");

pub(crate) const SLOW_NODES: Shape = Shape {
    what: "a slow fault",
    keys: &[NODES, required("factor", Kind::Number, "3 for a third of the speed.")],
    one_of: &[],
};

pub(crate) const CLOCKS: Shape = Shape {
    what: "a clock fault",
    keys: &[
        NODES,
        key("skew", Kind::SignedDuration, "Added to the wall clock; may be negative."),
        key("drift", Kind::Number, "Seconds gained per second: 0.01 is 1% fast; may be negative."),
    ],
    one_of: &[],
};

pub(crate) const DISKS: Shape = Shape {
    what: "a disk fault",
    keys: &[
        NODES,
        key("sync", Kind::Dist, "How long a sync takes instead."),
        key("fail", Kind::Boolean, "Every write and sync fails."),
    ],
    one_of: &[],
};
