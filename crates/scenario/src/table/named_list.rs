//! Lists of tables with names: loads, faults, actions, link rules.
//!
//! An element without a `name` gets a default name, numbered from the second on: `crash`,
//! `crash-2`. Windows, selectors and overrides refer to elements by name.

use std::borrow::Cow;
use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::DeValue;

use crate::diagnostic::Problem;
use crate::diagnostic::source::Span;
use crate::diagnostic::suggest::{cut, nearest};
use crate::table::context::{Context, Table, Value};
use crate::table::fields;
use crate::table::shape::Shape;

/// The base name of an unnamed element.
pub(crate) type DefaultName = for<'t> fn(&'t Table<'_>) -> &'t str;

/// The maximum number of elements.
const ELEMENTS_MAX: usize = 1000;

/// The tables of `[[KEY]]`, or the one table of `[KEY]`; `path` is the key.
pub(crate) fn tables<'v, 'i>(
    ctx: &Context<'_>,
    value: Option<&'v Value<'i>>,
    path: &str,
    shape: &Shape,
) -> &'v [Value<'i>] {
    let Some(value) = value else {
        return &[];
    };
    if let Some(by_name) = by_name(value, shape) {
        for name in by_name.keys() {
            let message = format!("`{path}` is an array of tables, and this is a table of tables");
            let named = shape.names().any(|key| key == "name");
            let name_in_it = format!(", and in it name = \"{}\"", cut(name.get_ref()));
            let label = format!("expected [[{path}]]{}", if named { &name_in_it } else { "" });
            ctx.complain(name.span(), message, &label);
        }
        return &[];
    }
    if value.get_ref().is_table() {
        return std::slice::from_ref(value);
    }
    let tables = fields::list(ctx, value, &format!("tables: [[{path}]]")).unwrap_or_default();
    if tables.len() > ELEMENTS_MAX {
        let message = format!("too many of [[{path}]]: {}, at most 1,000", tables.len());
        ctx.complain(value.span(), message, "expected fewer tables");
        return &[];
    }
    tables
}

/// The table, if it is certainly meant as elements keyed by name: `[KEY.NAME]`.
pub(crate) fn by_name<'v, 'i>(value: &'v Value<'i>, shape: &Shape) -> Option<&'v Table<'i>> {
    let table = value.get_ref().as_table()?;
    let is_element = |(key, value): (&Spanned<_>, &Value<'_>)| {
        let key: &Cow<'_, str> = key.get_ref();
        value.get_ref().is_table() && nearest(key, shape.names()).is_none()
    };
    (!table.is_empty() && table.iter().all(is_element)).then_some(table)
}

/// The elements of `[[KEY]]`, or the one of `[KEY]`, not yet validated.
pub(crate) fn elements<'v, 'i>(value: &'v Value<'i>) -> &'v [Value<'i>] {
    match value.get_ref() {
        DeValue::Array(list) => &list[..list.len().min(ELEMENTS_MAX)],
        _ => std::slice::from_ref(value),
    }
}

/// The names of the elements, given the base name of unnamed ones.
pub(crate) fn names(elements: &[Value<'_>], default: DefaultName) -> Vec<String> {
    let given: Vec<_> = elements.iter().map(given_name).collect();
    let mut taken: BTreeSet<String> = given.iter().flatten().map(|&n| n.to_owned()).collect();
    elements
        .iter()
        .zip(&given)
        .map(|(element, given)| match given {
            Some(name) => (*name).to_owned(),
            None => free_name(element, default, &mut taken),
        })
        .collect()
}

/// The place of an element's name, or else of the element.
pub(crate) fn name_span(element: &Value<'_>) -> Span {
    let table = element.get_ref().as_table();
    table.and_then(|table| table.get("name")).unwrap_or(element).span()
}

fn given_name<'v>(element: &'v Value<'_>) -> Option<&'v str> {
    let table = element.get_ref().as_table()?;
    table.get("name").and_then(|name| name.get_ref().as_str())
}

fn free_name(element: &Value<'_>, default: DefaultName, taken: &mut BTreeSet<String>) -> String {
    let base = match element.get_ref() {
        DeValue::Table(table) => default(table),
        _ => "",
    };
    let mut name = base.to_owned();
    let mut number = 1;
    while !taken.insert(name.clone()) {
        number += 1;
        name = format!("{base}-{number}");
    }
    name
}

/// Reports duplicate names.
pub(crate) fn check_unique(ctx: &Context<'_>, elements: &[Value<'_>], what: &str) {
    let mut seen = BTreeSet::new();
    for element in elements {
        let Some(name) = given_name(element) else {
            continue;
        };
        if !seen.insert(name) {
            let message = format!("there are two {what}s named `{}`", cut(name));
            ctx.report(Problem::error(name_span(element), message).label("expected another name"));
        }
    }
}
