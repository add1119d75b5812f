//! Overrides from the command line, `--set key=value`, applied to the file's TOML tree.
//!
//! The key is a path: `nodes.count`, `params.r`, `network.latency.constant`. Elements of lists
//! of tables are addressed by name: `fault.leader-cut.for`, `load.clients.rate`,
//! `action.join.at`, `network.link.link-2.loss`. The value is TOML where it parses as TOML, and
//! otherwise a string, so that `5s` needs no quotes. The result is checked like a file.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use crate::diagnostic::Problem;
use crate::diagnostic::source::Span;
use crate::diagnostic::suggest::{cut, did_you_mean, one_of};
use crate::parse::{action, fault, load, network};
use crate::table::context::{Context, Table, Value};
use crate::table::named_list;
use crate::table::named_list::DefaultName;

/// One key of a path, and its place.
type Step<'i> = (&'i str, Span);

/// Applies an override, whose text starts at the offset `start` of the sources, to the tree.
pub(crate) fn apply<'i>(ctx: &Context<'_>, root: &mut Table<'i>, text: &'i str, start: usize) {
    let whole = start..start + text.len();
    let Some((path, value)) = text.split_once('=') else {
        let label = "expected key=value, for example nodes.count=7";
        ctx.complain(whole, "an override needs a key and a value", label);
        return;
    };
    let Some(steps) = steps(ctx, path, start) else {
        return;
    };
    let value = read_value(value, start + path.len() + 1);
    descend(ctx, root, &steps, "", value);
}

fn steps<'i>(ctx: &Context<'_>, path: &'i str, start: usize) -> Option<Vec<Step<'i>>> {
    const STEPS_MAX: usize = 20;
    let mut offset = start;
    let mut steps = Vec::new();
    for part in path.split('.') {
        let key = part.trim();
        let from = offset + (part.len() - part.trim_start().len());
        offset += part.len() + 1;
        if key.contains('[') {
            let label = "expected a name, for example fault.cut.for or load.clients.rate";
            let message = "list elements are addressed by name, not by number";
            return ctx.fail(from..from + key.len(), message, label);
        }
        if key.is_empty() || steps.len() == STEPS_MAX {
            let label = "expected a path of keys, for example nodes.count";
            return ctx.fail(from..from + key.len(), "this is not a key of a scenario", label);
        }
        steps.push((key, from..from + key.len()));
    }
    Some(steps)
}

fn read_value(text: &str, start: usize) -> Value<'_> {
    let trimmed = text.trim();
    let start = start + (text.len() - text.trim_start().len());
    let parsed = DeValue::parse(trimmed).map(|value| shifted(value, start));
    parsed.unwrap_or_else(|_| {
        let span = start..start + trimmed.len();
        Spanned::new(span, DeValue::String(Cow::Borrowed(trimmed)))
    })
}

/// The value with its spans moved to the override's offset in the sources.
fn shifted(value: Value<'_>, by: usize) -> Value<'_> {
    let span = value.span().start + by..value.span().end + by;
    let inner = match value.into_inner() {
        DeValue::Array(list) => {
            let mut moved = DeArray::new();
            for element in list {
                moved.push(shifted(element, by));
            }
            DeValue::Array(moved)
        }
        DeValue::Table(table) => {
            let moved = table.into_iter().map(|(key, value)| {
                let span = key.span().start + by..key.span().end + by;
                (Spanned::new(span, key.into_inner()), shifted(value, by))
            });
            DeValue::Table(moved.collect())
        }
        scalar => scalar,
    };
    Spanned::new(span, inner)
}

/// Follows `steps` from `table`, which is the value of the key `parent`, and sets the value.
fn descend<'i>(
    ctx: &Context<'_>,
    table: &mut Table<'i>,
    steps: &[Step<'i>],
    parent: &str,
    value: Value<'i>,
) {
    let [(key, span), rest @ ..] = steps else {
        return;
    };
    let key_here = Spanned::new(span.clone(), Cow::Borrowed(*key));
    if rest.is_empty() {
        table.remove(*key);
        table.insert(key_here, value);
        return;
    }
    let below = table
        .entry(key_here)
        .or_insert_with(|| Spanned::new(span.clone(), DeValue::Table(DeTable::new())));
    if let Some(default_name) = default_name(parent, key) {
        let names = named_list::names(named_list::elements(below), default_name);
        descend_element(ctx, below, &names, steps, value);
        return;
    }
    match below.get_mut() {
        DeValue::Table(below) => descend(ctx, below, rest, key, value),
        other => *other = nested(rest, value),
    }
}

/// The default names of the elements of the list of tables `key`, a key of `parent`; `None` if it
/// is no such list.
pub(crate) fn default_name(parent: &str, key: &str) -> Option<DefaultName> {
    match (parent, key) {
        ("", "load") => Some(load::default_name),
        ("", "fault") => Some(fault::default_name),
        ("", "action") => Some(action::default_name),
        ("network", "link") => Some(network::default_name),
        _ => None,
    }
}

/// Continues in the element of a list of tables that the second of `steps` names.
fn descend_element<'i>(
    ctx: &Context<'_>,
    list: &mut Value<'i>,
    names: &[String],
    steps: &[Step<'i>],
    value: Value<'i>,
) {
    let [(what, _), (name, span), rest @ ..] = steps else {
        return;
    };
    let known = || names.iter().map(String::as_str);
    let Some(index) = names.iter().position(|known| known == name) else {
        let problem = Problem::error(span.clone(), format!("there is no {what} `{}`", cut(name)))
            .label(one_of(known()))
            .maybe_help(did_you_mean(name, known()).or_else(|| match names {
                [only] if rest.is_empty() => Some(format!("did you mean `{what}.{only}.{name}`?")),
                _ => None,
            }));
        ctx.report(problem);
        return;
    };
    if rest.is_empty() {
        let message = format!("this override names a {what} but none of its keys");
        let label = format!("expected {what}.{name}.KEY=VALUE");
        ctx.complain(span.clone(), message, &label);
        return;
    }
    let element = match list.get_mut() {
        DeValue::Array(list) => list.get_mut(index).map(Spanned::get_mut),
        single => Some(single),
    };
    if let Some(DeValue::Table(table)) = element {
        descend(ctx, table, rest, what, value);
    }
}

/// Nested tables along `steps`, with `value` innermost: the replacement for a value that is not a
/// table.
fn nested<'i>(steps: &[Step<'i>], value: Value<'i>) -> DeValue<'i> {
    let mut inner = value;
    for (key, span) in steps.iter().rev() {
        let mut table = DeTable::new();
        table.insert(Spanned::new(span.clone(), Cow::Borrowed(*key)), inner);
        inner = Spanned::new(span.clone(), DeValue::Table(table));
    }
    inner.into_inner()
}
