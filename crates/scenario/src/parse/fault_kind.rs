//! The ten kinds of faults, each under its own key.

use crate::diagnostic::source::Span;
use crate::parse::fault_shape::{
    CHANCE, CLOCKS, CUT, DISKS, KIND_NAMES, NARROW, SLOW_LINKS, SLOW_NODES,
};
use crate::parse::network::{fault_ends, message_kind};
use crate::parse::selector::selector;
use crate::parse::symbols::Names;
use crate::table::context::{Context, Value};
use crate::table::fields::Fields;
use crate::value::dist::dist;
use crate::value::scalar;
use crate::{Direction, FaultKind, Partition, Selector};

/// Reads the kind of a fault, and where it stands.
pub(crate) fn kind(
    ctx: &Context<'_>,
    names: &Names,
    fault: &Fields<'_, '_>,
) -> Option<(FaultKind, Span)> {
    let name = KIND_NAMES.into_iter().find(|name| fault.get(name).is_some())?;
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
        fields.forbid(ctx, &["one_way"], "an isolated node has a `direction`: \"in\" or \"out\"");
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
    fields.forbid(ctx, &["direction"], "groups are cut `one_way = true`, or both ways");
    let one_way = fields.read(ctx, "one_way", scalar::boolean).unwrap_or(false);
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
    Some(FaultKind::Latency { ends: ends?, message, latency: latency?, add })
}

fn chance(ctx: &Context<'_>, names: &Names, value: &Value<'_>, loss: bool) -> Option<FaultKind> {
    let fields = Fields::open(ctx, value, &CHANCE)?;
    let ends = fault_ends(ctx, names, &fields);
    let message = fields.read(ctx, "message", message_kind);
    let probability =
        fields.read(ctx, "probability", |ctx, value| match scalar::probability(ctx, value)? {
            0.0 => ctx.fail(value.span(), "this fault does nothing", "expected more than 0"),
            probability => Some(probability),
        });
    let (ends, probability) = (ends?, probability?);
    Some(if loss {
        FaultKind::Loss { ends, message, probability }
    } else {
        FaultKind::Duplicate { ends, message, probability }
    })
}

fn bandwidth(ctx: &Context<'_>, names: &Names, value: &Value<'_>) -> Option<FaultKind> {
    let fields = Fields::open(ctx, value, &NARROW)?;
    let ends = fault_ends(ctx, names, &fields);
    let bytes_per_s = fields.read(ctx, "to", scalar::bandwidth);
    Some(FaultKind::Bandwidth { ends: ends?, bytes_per_s: bytes_per_s? })
}

fn slow(ctx: &Context<'_>, names: &Names, value: &Value<'_>) -> Option<FaultKind> {
    let fields = Fields::open(ctx, value, &SLOW_NODES)?;
    let nodes = fields.read(ctx, "nodes", |ctx, value| selector(ctx, names, value));
    let factor = fields.read(ctx, "factor", |ctx, value| {
        let fits = |n: f64| n > 1.0 && n <= 1e6;
        scalar::number_where(ctx, value, fits, "expected a number above 1, at most 1000000")
    });
    Some(FaultKind::Slow { nodes: nodes?, factor: factor? })
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
    Some(FaultKind::Clock { nodes: nodes?, skew_ns, drift })
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
    Some(FaultKind::Disk { nodes: nodes?, sync, fail })
}
