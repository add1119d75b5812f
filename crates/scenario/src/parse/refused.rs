//! The place of a lab's refusal: the key in the file, or the override that set it.

use std::cell::RefCell;

use toml::de::DeTable;

use super::overrides;
use crate::Scenario;
use crate::diagnostic::source::{Sources, Span};
use crate::diagnostic::{Diagnostics, Problem};
use crate::lab::Refusal;
use crate::table::context::{Context, Table, Value};
use crate::table::named_list;

/// The diagnostic of a lab's refusal of a scenario that [`parse`](fn@crate::parse) read from
/// `text`, with the same `file` and the scenario's own overrides. It points to the value of the
/// first of the refusal's keys that the scenario sets. Where it sets none, the values are
/// defaults, and the diagnostic points to the table that could set the first, or to the lab.
pub fn refused(scenario: &Scenario, text: &str, file: &str, refusal: &Refusal) -> Diagnostics {
    let mut sources = Sources::new(file, text);
    let starts: Vec<_> = scenario.overrides.iter().map(|text| sources.add_override(text)).collect();
    let (mut root, _) = DeTable::parse_recoverable(text);
    let problems = RefCell::default();
    let ctx = Context::new(&sources, Some(scenario.lab), &problems);
    for (text, start) in scenario.overrides.iter().zip(starts) {
        overrides::apply(&ctx, root.get_mut(), text, start);
    }
    let span = place(scenario, root.get_ref(), &refusal.keys);
    let problem = Problem::error(span, refusal.wrong.as_str()).label(refusal.expected.as_str());
    Diagnostics::new(sources, vec![problem])
}

/// The place of the first key that is set, or else of what comes nearest to it.
fn place(scenario: &Scenario, root: &Table<'_>, keys: &[String]) -> Span {
    let found: Vec<_> = keys.iter().filter_map(|key| find(scenario, root, key)).collect();
    let set = found.iter().find(|(_, whole)| *whole);
    let value = set.or(found.first()).map(|(value, _)| *value).or_else(|| root.get("lab"));
    value.map_or(0..0, Value::span)
}

/// The value of a key, or the deepest table on its path; and whether it is the key's own.
fn find<'v, 'i>(
    scenario: &Scenario,
    root: &'v Table<'i>,
    key: &str,
) -> Option<(&'v Value<'i>, bool)> {
    let steps: Vec<_> = key.split('.').collect();
    if let ["params", param, ..] = *steps {
        let resolved = scenario.lab.resolve(&scenario.variant).unwrap_or_default();
        if resolved.params.iter().any(|(name, _)| *name == param) {
            return root.get("variant").map(|variant| (variant, true));
        }
    }
    follow(root, "", &steps)
}

/// Follows `steps` from `table`, which is the value of the key `parent`, as overrides do: the last
/// value on the way, and whether all steps were taken.
fn follow<'v, 'i>(
    table: &'v Table<'i>,
    parent: &str,
    steps: &[&str],
) -> Option<(&'v Value<'i>, bool)> {
    let [step, rest @ ..] = steps else { return None };
    let value = table.get(*step)?;
    let (value, rest) = match (overrides::default_name(parent, step), rest) {
        (Some(default), [name, rest @ ..]) => {
            let elements = named_list::elements(value);
            let names = named_list::names(elements, default);
            match elements.iter().zip(&names).find(|(_, known)| known == name) {
                Some((element, _)) => (element, rest),
                None => return Some((value, false)),
            }
        }
        _ => (value, rest),
    };
    let below = value.get_ref().as_table().and_then(|table| follow(table, step, rest));
    Some(below.unwrap_or((value, rest.is_empty())))
}
