//! The ten kinds of faults, each under its own key.

use crate::context::{Context, Value};
use crate::dist::dist;
use crate::fields::Fields;
use crate::names::Names;
use crate::network::{BETWEEN, MESSAGE, OF, ONE_WAY, fault_ends, message_kind};
use crate::scalar;
use crate::selector::selector;
use crate::shape::{Key, Kind, Shape, key, required};
use crate::source::Span;
use crate::{Direction, FaultKind, Partition, Selector};

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

pub(crate) const PARTITION: Key = key("partition", Kind::Table(&CUT), "Links are cut.");
pub(crate) const LATENCY: Key = key("latency", Kind::Table(&SLOW_LINKS), "Links are slower.");
pub(crate) const LOSS: Key = key("loss", Kind::Table(&CHANCE), "Links lose messages.");
pub(crate) const DUPLICATE: Key = key(
    "duplicate",
    Kind::Table(&CHANCE),
    "Links deliver messages twice.",
);
pub(crate) const BANDWIDTH: Key = key("bandwidth", Kind::Table(&NARROW), "Links are narrow.");
pub(crate) const CRASH: Key = key(
    "crash",
    Kind::Selector,
    "Nodes stop, losing memory and unsynced writes, and start again when the fault heals.",
);
pub(crate) const PAUSE: Key = key(
    "pause",
    Kind::Selector,
    "Nodes stand still: they answer late.",
);
pub(crate) const SLOW: Key = key("slow", Kind::Table(&SLOW_NODES), "Nodes work slower.");
pub(crate) const CLOCK: Key = key("clock", Kind::Table(&CLOCKS), "Nodes' clocks are off.");
pub(crate) const DISK: Key = key("disk", Kind::Table(&DISKS), "Disks are slow or broken.");

const CUT: Shape = Shape {
    what: "a partition",
    keys: &[
        key(
            "isolate",
            Kind::Selector,
            "These nodes are cut off from all other nodes.",
        ),
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

const SLOW_LINKS: Shape = Shape {
    what: "a latency fault",
    keys: &[
        BETWEEN,
        ONE_WAY,
        OF,
        MESSAGE,
        key(
            "to",
            Kind::Dist,
            "The one-way latency instead of what held before.",
        ),
        key(
            "add",
            Kind::Dist,
            "What is added to the latency that held before.",
        ),
    ],
    one_of: &["to", "add"],
};

const CHANCE: Shape = Shape {
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

const NARROW: Shape = Shape {
    what: "a bandwidth fault",
    keys: &[
        BETWEEN,
        ONE_WAY,
        OF,
        required("to", Kind::Bandwidth, "How much goes through."),
    ],
    one_of: &[],
};

const NODES: Key = required("nodes", Kind::Selector, "Which nodes.");

const SLOW_NODES: Shape = Shape {
    what: "a slow fault",
    keys: &[
        NODES,
        required("factor", Kind::Number, "3 for a third of the speed."),
    ],
    one_of: &[],
};

const CLOCKS: Shape = Shape {
    what: "a clock fault",
    keys: &[
        NODES,
        key(
            "skew",
            Kind::SignedDuration,
            "Added to the wall clock; may be negative.",
        ),
        key(
            "drift",
            Kind::Number,
            "Seconds gained per second: 0.01 is 1% fast; may be negative.",
        ),
    ],
    one_of: &[],
};

const DISKS: Shape = Shape {
    what: "a disk fault",
    keys: &[
        NODES,
        key("sync", Kind::Dist, "How long a sync takes instead."),
        key("fail", Kind::Boolean, "Every write and sync fails."),
    ],
    one_of: &[],
};

/// Reads the kind of a fault, and where it stands.
pub(crate) fn kind(
    ctx: &Context<'_>,
    names: &Names,
    fault: &Fields<'_, '_>,
) -> Option<(FaultKind, Span)> {
    let name = KIND_NAMES
        .into_iter()
        .find(|name| fault.get(name).is_some())?;
    let value = fault.get(name)?;
    let kind = match name {
        "partition" => partition(ctx, names, value).map(FaultKind::Partition),
        "latency" => latency(ctx, names, value),
        "loss" | "duplicate" => chance(ctx, names, value, name == "loss"),
        "bandwidth" => bandwidth(ctx, names, value),
        "crash" => selector(ctx, names, value).map(FaultKind::Crash),
        "pause" => selector(ctx, names, value).map(FaultKind::Pause),
        "slow" => slow(ctx, names, value),
        "clock" => clock(ctx, names, value),
        _ => disk(ctx, names, value),
    };
    kind.map(|kind| (kind, value.span()))
}

fn partition(ctx: &Context<'_>, names: &Names, value: &Value<'_>) -> Option<Partition> {
    let fields = Fields::open(ctx, value, &CUT)?;
    if let Some(isolated) = fields.get("isolate") {
        fields.forbid(
            ctx,
            &["one_way"],
            "an isolated node has a `direction`: \"in\" or \"out\"",
        );
        let direction = fields.read(ctx, "direction", |ctx, value| {
            scalar::choice(ctx, value, &["both", "in", "out"])
        });
        let direction = match direction {
            Some(1) => Direction::In,
            Some(2) => Direction::Out,
            _ => Direction::Both,
        };
        let nodes = selector(ctx, names, isolated)?;
        return Some(Partition::Isolate { nodes, direction });
    }
    fields.forbid(
        ctx,
        &["direction"],
        "groups are cut `one_way = true`, or both ways",
    );
    let one_way = fields
        .read(ctx, "one_way", scalar::boolean)
        .unwrap_or(false);
    let groups = fields.read(ctx, "groups", |ctx, value| groups(ctx, names, value))?;
    Some(Partition::Groups { groups, one_way })
}

fn groups(ctx: &Context<'_>, names: &Names, value: &Value<'_>) -> Option<Vec<Selector>> {
    let list = scalar::list(ctx, value, "the sides: [[\"n1\"], [\"n2\", \"n3\"]]")?;
    if list.len() < 2 {
        let label = "expected the sides: [[\"n1\"], [\"n2\", \"n3\"]]";
        return ctx.fail(value.span(), "a partition has at least two sides", label);
    }
    let read: Vec<_> = list.iter().map(|side| selector(ctx, names, side)).collect();
    read.into_iter().collect()
}

fn latency(ctx: &Context<'_>, names: &Names, value: &Value<'_>) -> Option<FaultKind> {
    let fields = Fields::open(ctx, value, &SLOW_LINKS)?;
    let ends = fault_ends(ctx, names, &fields);
    let message = fields.read(ctx, "message", message_kind);
    let add = fields.get("to").is_none();
    let latency = fields.read(ctx, if add { "add" } else { "to" }, dist);
    Some(FaultKind::Latency {
        ends: ends?,
        message,
        latency: latency?,
        add,
    })
}

fn chance(ctx: &Context<'_>, names: &Names, value: &Value<'_>, loss: bool) -> Option<FaultKind> {
    let fields = Fields::open(ctx, value, &CHANCE)?;
    let ends = fault_ends(ctx, names, &fields);
    let message = fields.read(ctx, "message", message_kind);
    let probability = fields.read(ctx, "probability", |ctx, value| match scalar::probability(
        ctx, value,
    )? {
        0.0 => ctx.fail(
            value.span(),
            "this fault does nothing",
            "expected more than 0",
        ),
        probability => Some(probability),
    });
    let (ends, probability) = (ends?, probability?);
    Some(if loss {
        FaultKind::Loss {
            ends,
            message,
            probability,
        }
    } else {
        FaultKind::Duplicate {
            ends,
            message,
            probability,
        }
    })
}

fn bandwidth(ctx: &Context<'_>, names: &Names, value: &Value<'_>) -> Option<FaultKind> {
    let fields = Fields::open(ctx, value, &NARROW)?;
    let ends = fault_ends(ctx, names, &fields);
    let bytes_per_s = fields.read(ctx, "to", scalar::bandwidth);
    Some(FaultKind::Bandwidth {
        ends: ends?,
        bytes_per_s: bytes_per_s?,
    })
}

fn slow(ctx: &Context<'_>, names: &Names, value: &Value<'_>) -> Option<FaultKind> {
    let fields = Fields::open(ctx, value, &SLOW_NODES)?;
    let nodes = fields.read(ctx, "nodes", |ctx, value| selector(ctx, names, value));
    let factor = fields.read(ctx, "factor", |ctx, value| {
        let fits = |n: f64| n > 1.0 && n <= 1e6;
        scalar::number_where(
            ctx,
            value,
            fits,
            "expected a number above 1, at most 1000000",
        )
    });
    Some(FaultKind::Slow {
        nodes: nodes?,
        factor: factor?,
    })
}

fn clock(ctx: &Context<'_>, names: &Names, value: &Value<'_>) -> Option<FaultKind> {
    let fields = Fields::open(ctx, value, &CLOCKS)?;
    let nodes = fields.read(ctx, "nodes", |ctx, value| selector(ctx, names, value));
    let skew_ns = fields.read(ctx, "skew", scalar::signed_nanos).unwrap_or(0);
    let drift = fields.read(ctx, "drift", |ctx, value| {
        let fits = |n: f64| (-0.9..=10.0).contains(&n);
        scalar::number_where(ctx, value, fits, "expected a number from -0.9 to 10")
    });
    let drift = drift.unwrap_or(0.0);
    if fields.get("skew").is_none() && fields.get("drift").is_none() {
        let label = "expected `skew`, `drift` or both";
        return ctx.fail(fields.span(), "this fault does nothing", label);
    }
    Some(FaultKind::Clock {
        nodes: nodes?,
        skew_ns,
        drift,
    })
}

fn disk(ctx: &Context<'_>, names: &Names, value: &Value<'_>) -> Option<FaultKind> {
    let fields = Fields::open(ctx, value, &DISKS)?;
    let nodes = fields.read(ctx, "nodes", |ctx, value| selector(ctx, names, value));
    let sync = fields.read(ctx, "sync", dist);
    let fail = fields.read(ctx, "fail", scalar::boolean).unwrap_or(false);
    if fields.get("sync").is_none() && !fail {
        let label = "expected `sync`, `fail = true` or both";
        return ctx.fail(fields.span(), "this fault does nothing", label);
    }
    Some(FaultKind::Disk {
        nodes: nodes?,
        sync,
        fail,
    })
}
