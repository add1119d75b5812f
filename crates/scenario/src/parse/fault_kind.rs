//! Kinds of faults. Each kind is a row of [`KINDS`], followed by the shape of its table and its
//! reader. The reader returns a [`LinkFault`] or a [`NodeFault`], which the simulator injects.

use crate::diagnostic::source::Span;
use crate::parse::network::{BETWEEN, MESSAGE, OF, ONE_WAY, fault_ends, message_kind};
use crate::parse::selector::selector;
use crate::parse::symbols::Symbols;
use crate::table::context::{Context, Value};
use crate::table::fields::{self, Fields};
use crate::table::shape::{Key, Kind, Shape, key, required};
use crate::value::dist::dist;
use crate::value::scalar;
use crate::{Direction, FaultKind, LinkFault, NodeFault, Partition, Selector, SyncFault};

/// A kind of fault: its key in `[[fault]]`, and the reader of the key's value.
pub(crate) struct KindSpec {
    pub key: Key,
    reader: Reader,
}

/// The reader of a kind; its type says whether the kind is about links or nodes.
enum Reader {
    Links(fn(&Context<'_>, &Symbols, &Value<'_>) -> Option<LinkFault>),
    Nodes(fn(&Context<'_>, &Symbols, &Value<'_>) -> Option<(Selector, NodeFault)>),
}

/// All kinds; a fault has exactly one of their keys.
pub(crate) const KINDS: [KindSpec; 10] = [
    KindSpec {
        key: key("partition", Kind::Table(&PARTITION), "Drops every message between the sides."),
        reader: Reader::Links(partition),
    },
    KindSpec {
        key: key("latency", Kind::Table(&LATENCY), "Changes the latency of links."),
        reader: Reader::Links(latency),
    },
    KindSpec {
        key: key("loss", Kind::Table(&CHANCE), "Drops messages at random."),
        reader: Reader::Links(loss),
    },
    KindSpec {
        key: key("duplicate", Kind::Table(&CHANCE), "Duplicates messages at random."),
        reader: Reader::Links(duplicate),
    },
    KindSpec {
        key: key("bandwidth", Kind::Table(&BANDWIDTH), "Limits the bandwidth of links."),
        reader: Reader::Links(bandwidth),
    },
    KindSpec {
        key: key(
            "crash",
            Kind::Selector,
            "Stops nodes, which lose memory and unsynced writes and restart at the heal.",
        ),
        reader: Reader::Nodes(crash),
    },
    KindSpec {
        key: key("pause", Kind::Selector, "Suspends nodes: they answer late and lose nothing."),
        reader: Reader::Nodes(pause),
    },
    KindSpec {
        key: key("slow", Kind::Table(&SLOW), "Slows down the work of nodes."),
        reader: Reader::Nodes(slow),
    },
    KindSpec {
        key: key("clock", Kind::Table(&CLOCK), "Sets the clocks of nodes wrong."),
        reader: Reader::Nodes(clock),
    },
    KindSpec {
        key: key("disk", Kind::Table(&DISK), "Makes the disks of nodes slow or faulty."),
        reader: Reader::Nodes(disk),
    },
];

/// The names of all kinds.
pub(crate) const NAMES: [&str; KINDS.len()] = {
    let mut names = [""; KINDS.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = KINDS[at].key.name;
        at += 1;
    }
    names
};

/// Whether the kind of a fault is about links.
pub(crate) fn is_of_links(fault: &Fields<'_, '_>) -> bool {
    let mut links = KINDS.iter().filter(|kind| matches!(kind.reader, Reader::Links(_)));
    links.any(|kind| fault.get(kind.key.name).is_some())
}

/// Reads the kind of a fault, and the place of its value.
pub(crate) fn kind(
    ctx: &Context<'_>,
    symbols: &Symbols,
    fault: &Fields<'_, '_>,
) -> Option<(FaultKind, Span)> {
    let spec = KINDS.iter().find(|kind| fault.get(kind.key.name).is_some())?;
    let value = fault.get(spec.key.name)?;
    let kind = match spec.reader {
        Reader::Links(read) => FaultKind::Links(read(ctx, symbols, value)?),
        Reader::Nodes(read) => {
            let (nodes, fault) = read(ctx, symbols, value)?;
            fault.of(nodes)
        }
    };
    Some((kind, value.span()))
}

const PARTITION: Shape = Shape {
    what: "a partition",
    keys: &[
        key("isolate", Kind::Selector, "The nodes that are cut off from all other nodes."),
        key(
            "direction",
            Kind::Choice(&["both", "in", "out"]),
            "With `isolate`: which of their messages are dropped. Default: both.",
        ),
        key("groups", Kind::List(&Kind::Selector), "The sides, each cut off from the others."),
        key(
            "one_way",
            Kind::Boolean,
            "With `groups`: drop only messages from earlier to later sides. Default: false.",
        ),
    ],
    one_of: &["isolate", "groups"],
};

fn partition(ctx: &Context<'_>, symbols: &Symbols, value: &Value<'_>) -> Option<LinkFault> {
    let fields = Fields::open(ctx, value, &PARTITION)?;
    let partition = match fields.get("isolate") {
        Some(nodes) => isolated(ctx, symbols, &fields, nodes),
        None => separated(ctx, symbols, &fields),
    };
    partition.map(LinkFault::Partition)
}

fn isolated(
    ctx: &Context<'_>,
    symbols: &Symbols,
    fields: &Fields<'_, '_>,
    nodes: &Value<'_>,
) -> Option<Partition> {
    fields.forbid(ctx, &["one_way"], "expected `direction` with `isolate`: \"in\" or \"out\"");
    let direction = fields
        .read(ctx, "direction", |ctx, value| scalar::choice(ctx, value, &["both", "in", "out"]));
    let direction = match direction {
        Some(1) => Direction::In,
        Some(2) => Direction::Out,
        _ => Direction::Both,
    };
    Some(Partition::Isolate { nodes: selector(ctx, symbols, nodes)?, direction })
}

fn separated(ctx: &Context<'_>, symbols: &Symbols, fields: &Fields<'_, '_>) -> Option<Partition> {
    fields.forbid(ctx, &["direction"], "expected `one_way` with `groups`");
    let one_way = fields.read(ctx, "one_way", scalar::boolean).unwrap_or(false);
    let groups = fields.read(ctx, "groups", |ctx, value| groups(ctx, symbols, value))?;
    Some(Partition::Groups { groups, one_way })
}

fn groups(ctx: &Context<'_>, symbols: &Symbols, value: &Value<'_>) -> Option<Vec<Selector>> {
    let list = fields::list(ctx, value, "the sides: [[\"n1\"], [\"n2\", \"n3\"]]")?;
    if list.len() < 2 {
        let label = "expected the sides: [[\"n1\"], [\"n2\", \"n3\"]]";
        return ctx.fail(value.span(), "a partition has at least two sides", label);
    }
    let read: Vec<_> = list.iter().map(|side| selector(ctx, symbols, side)).collect();
    read.into_iter().collect()
}

const LATENCY: Shape = Shape {
    what: "a latency fault",
    keys: &[
        BETWEEN,
        ONE_WAY,
        OF,
        MESSAGE,
        key("to", Kind::Dist, "The new one-way latency."),
        key("add", Kind::Dist, "Added to the current one-way latency."),
    ],
    one_of: &["to", "add"],
};

fn latency(ctx: &Context<'_>, symbols: &Symbols, value: &Value<'_>) -> Option<LinkFault> {
    let fields = Fields::open(ctx, value, &LATENCY)?;
    let ends = fault_ends(ctx, symbols, &fields);
    let message = fields.read(ctx, "message", message_kind);
    let add = fields.get("to").is_none();
    let latency = fields.read(ctx, if add { "add" } else { "to" }, dist);
    Some(LinkFault::Latency { ends: ends?, message, latency: latency?, add })
}

/// Of `loss` and of `duplicate`.
const CHANCE: Shape = Shape {
    what: "a loss or duplication fault",
    keys: &[
        BETWEEN,
        ONE_WAY,
        OF,
        MESSAGE,
        required("probability", Kind::Probability, "The probability for each message."),
    ],
    one_of: &[],
};

fn loss(ctx: &Context<'_>, symbols: &Symbols, value: &Value<'_>) -> Option<LinkFault> {
    let fields = Fields::open(ctx, value, &CHANCE)?;
    let ends = fault_ends(ctx, symbols, &fields);
    let message = fields.read(ctx, "message", message_kind);
    let probability = fields.read(ctx, "probability", positive_probability);
    Some(LinkFault::Loss { ends: ends?, message, probability: probability? })
}

fn duplicate(ctx: &Context<'_>, symbols: &Symbols, value: &Value<'_>) -> Option<LinkFault> {
    let fields = Fields::open(ctx, value, &CHANCE)?;
    let ends = fault_ends(ctx, symbols, &fields);
    let message = fields.read(ctx, "message", message_kind);
    let probability = fields.read(ctx, "probability", positive_probability);
    Some(LinkFault::Duplicate { ends: ends?, message, probability: probability? })
}

fn positive_probability(ctx: &Context<'_>, value: &Value<'_>) -> Option<f64> {
    match scalar::probability(ctx, value)? {
        0.0 => ctx.fail(value.span(), "this fault does nothing", "expected more than 0"),
        probability => Some(probability),
    }
}

const BANDWIDTH: Shape = Shape {
    what: "a bandwidth fault",
    keys: &[
        BETWEEN,
        ONE_WAY,
        OF,
        required("to", Kind::Bandwidth, "The new bandwidth, per link and direction."),
    ],
    one_of: &[],
};

fn bandwidth(ctx: &Context<'_>, symbols: &Symbols, value: &Value<'_>) -> Option<LinkFault> {
    let fields = Fields::open(ctx, value, &BANDWIDTH)?;
    let ends = fault_ends(ctx, symbols, &fields);
    let bytes_per_s = fields.read(ctx, "to", scalar::bandwidth);
    Some(LinkFault::Bandwidth { ends: ends?, bytes_per_s: bytes_per_s? })
}

fn crash(ctx: &Context<'_>, symbols: &Symbols, value: &Value<'_>) -> Option<(Selector, NodeFault)> {
    selector(ctx, symbols, value).map(|nodes| (nodes, NodeFault::Crash))
}

fn pause(ctx: &Context<'_>, symbols: &Symbols, value: &Value<'_>) -> Option<(Selector, NodeFault)> {
    selector(ctx, symbols, value).map(|nodes| (nodes, NodeFault::Pause))
}

const NODES: Key = required("nodes", Kind::Selector, "Which nodes.");

const SLOW: Shape = Shape {
    what: "a slow fault",
    keys: &[NODES, required("factor", Kind::Number, "Work takes this many times as long.")],
    one_of: &[],
};

fn slow(ctx: &Context<'_>, symbols: &Symbols, value: &Value<'_>) -> Option<(Selector, NodeFault)> {
    let fields = Fields::open(ctx, value, &SLOW)?;
    let nodes = fields.read(ctx, "nodes", |ctx, value| selector(ctx, symbols, value));
    let factor = fields.read(ctx, "factor", |ctx, value| {
        let fits = |n: f64| n > 1.0 && n <= 1e6;
        scalar::number_where(ctx, value, fits, "expected a number above 1, at most 1,000,000")
    });
    Some((nodes?, NodeFault::Slow { factor: factor? }))
}

const CLOCK: Shape = Shape {
    what: "a clock fault",
    keys: &[
        NODES,
        key("skew", Kind::SignedDuration, "Added to the wall clock; may be negative."),
        key("drift", Kind::Number, "Seconds gained per second: 0.01 is 1% fast; may be negative."),
    ],
    one_of: &[],
};

fn clock(ctx: &Context<'_>, symbols: &Symbols, value: &Value<'_>) -> Option<(Selector, NodeFault)> {
    let fields = Fields::open(ctx, value, &CLOCK)?;
    let nodes = fields.read(ctx, "nodes", |ctx, value| selector(ctx, symbols, value));
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
    Some((nodes?, NodeFault::Clock { skew_ns, drift }))
}

const DISK: Shape = Shape {
    what: "a disk fault",
    keys: &[
        NODES,
        key("sync", Kind::Dist, "The new duration of a sync."),
        key("hang", Kind::Boolean, "Whether every sync hangs until the heal. Default: false."),
        key("fail", Kind::Boolean, "Whether every write and sync fails. Default: false."),
    ],
    one_of: &[],
};

fn disk(ctx: &Context<'_>, symbols: &Symbols, value: &Value<'_>) -> Option<(Selector, NodeFault)> {
    let fields = Fields::open(ctx, value, &DISK)?;
    let nodes = fields.read(ctx, "nodes", |ctx, value| selector(ctx, symbols, value));
    let sync = fields.read(ctx, "sync", dist).map(SyncFault::Takes);
    let hang = fields.read(ctx, "hang", scalar::boolean).unwrap_or(false);
    let fail = fields.read(ctx, "fail", scalar::boolean).unwrap_or(false);
    if fields.get("sync").is_none() && !hang && !fail {
        let label = "expected `sync`, `hang = true` or `fail = true`";
        return ctx.fail(fields.span(), "this fault does nothing", label);
    }
    if hang {
        fields.forbid(ctx, &["sync"], "expected `sync` or `hang = true`, not both");
    }
    let sync = if hang { Some(SyncFault::Hangs) } else { sync };
    Some((nodes?, NodeFault::Disk { sync, fail }))
}
