//! `[nodes]`: the number of nodes, their workers, regions and disks.

use crate::diagnostic::Problem;
use crate::diagnostic::suggest::one_of;
use crate::lab::GroupSpec;
use crate::parse::symbols::RESERVED;
use crate::table::context::{Context, Table, Value};
use crate::table::fields::{self, Fields, wrong_type};
use crate::table::shape::{Kind, Shape, key};
use crate::value::dist::dist;
use crate::value::scalar;
use crate::{Dist, NodeGroup};

/// `[nodes]`, or `[nodes.NAME]`.
pub(crate) const GROUP: Shape = Shape {
    what: "a group of nodes",
    keys: &[
        key("count", Kind::Integer(1), "Number of nodes. Default: the lab's."),
        key(
            "workers",
            Kind::Either(&[Kind::Integer(1), Kind::Choice(&["unlimited"])]),
            "Number of jobs that a node executes concurrently. Default: the lab's.",
        ),
        key(
            "region",
            Kind::Either(&[Kind::Name, Kind::List(&Kind::Name)]),
            "The region of its nodes, or regions assigned to its nodes in turn.",
        ),
        key("disk", Kind::Table(&DISK), "Its disks."),
    ],
    one_of: &[],
};

const DISK: Shape = Shape {
    what: "a disk",
    keys: &[key("sync", Kind::Dist, "Duration of one sync. Default: 0s.")],
    one_of: &[],
};

/// The maximum number of nodes, all groups together.
const NODES_MAX: u64 = 10_000;

/// Reads the groups, in the lab's order.
pub(crate) fn nodes(ctx: &Context<'_>, value: Option<&Value<'_>>) -> Vec<NodeGroup> {
    let Some(lab) = ctx.lab else {
        return Vec::new();
    };
    let mut groups: Vec<_> = lab.groups.iter().map(default_group).collect();
    let Some(value) = value else {
        return groups;
    };
    let Some(table) = value.get_ref().as_table() else {
        wrong_type::<()>(ctx, value, "a table: { count = 5 }, [nodes] or [nodes.NAME]");
        return groups;
    };
    let named = table.iter().any(|(key, _)| lab.groups.iter().any(|g| g.name == key.get_ref()));
    match groups.as_mut_slice() {
        [only] if !named => {
            read_group(ctx, &Fields::of_table(ctx, table, value.span(), &GROUP), only);
        }
        _ => read_named(ctx, table, &mut groups),
    }
    let total: u64 = groups.iter().map(|group| u64::from(group.count)).sum();
    if total > NODES_MAX {
        let message = format!("too many nodes: {total}, at most 10,000");
        ctx.complain(value.span(), message, "expected at most 10,000 nodes");
    }
    groups
}

fn read_named(ctx: &Context<'_>, table: &Table<'_>, groups: &mut [NodeGroup]) {
    for (key, value) in table {
        let name = key.get_ref();
        if let Some(group) = groups.iter_mut().find(|group| group.name == **name) {
            if let Some(fields) = Fields::open(ctx, value, &GROUP) {
                read_group(ctx, &fields, group);
            }
            continue;
        }
        let known = || groups.iter().map(|group| group.name.as_str());
        if GROUP.names().any(|key| key == name) {
            let message = format!("`{name}` of which group of nodes?");
            let help = known().next().map(|group| format!("write it under [nodes.{group}]"));
            let problem = Problem::error(key.span(), message).label(one_of(known()));
            ctx.report(problem.maybe_help(help));
        } else {
            ctx.unknown_key(key.span(), "the lab has no group of nodes", name, known());
        }
    }
}

fn default_group(spec: &GroupSpec) -> NodeGroup {
    NodeGroup {
        name: spec.name.to_owned(),
        prefix: spec.prefix.to_owned(),
        count: spec.count,
        workers: spec.workers,
        regions: Vec::new(),
        disk_sync: Dist::Constant(0),
    }
}

fn read_group(ctx: &Context<'_>, fields: &Fields<'_, '_>, group: &mut NodeGroup) {
    if let Some(count) = fields.read(ctx, "count", scalar::count) {
        group.count = count;
    }
    if let Some(value) = fields.get("workers") {
        group.workers = workers(ctx, value);
    }
    group.regions = fields.read(ctx, "region", regions).unwrap_or_default();
    let disk = fields.get("disk").and_then(|value| Fields::open(ctx, value, &DISK));
    if let Some(sync) = disk.and_then(|disk| disk.read(ctx, "sync", dist)) {
        group.disk_sync = sync;
    }
}

/// `None` for no limit.
fn workers(ctx: &Context<'_>, value: &Value<'_>) -> Option<u32> {
    if value.get_ref().is_str() {
        scalar::choice(ctx, value, &["unlimited"]);
        return None;
    }
    scalar::count(ctx, value)
}

fn regions(ctx: &Context<'_>, value: &Value<'_>) -> Option<Vec<String>> {
    if !value.get_ref().is_array() {
        return region(ctx, value).map(|name| vec![name]);
    }
    let list = fields::list(ctx, value, "a list of regions")?;
    list.iter().map(|element| region(ctx, element)).collect()
}

/// Reads the name of a region.
pub(crate) fn region(ctx: &Context<'_>, value: &Value<'_>) -> Option<String> {
    let name = scalar::name(ctx, value)?;
    if RESERVED.contains(&name.as_str()) {
        let message = format!("`{name}` is a reserved word of selectors");
        return ctx.fail(value.span(), message, "expected another name");
    }
    Some(name)
}
