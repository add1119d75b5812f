//! `[[action]]`: requests to the lab itself, such as adding a node.

use netsplit_history::Time;
use toml::Spanned;
use toml::de::DeValue;

use crate::Action;
use crate::parse::trigger::{EVENT, trigger};
use crate::table::context::{Context, Table, Value};
use crate::table::fields::{Fields, wrong_type};
use crate::table::named_list;
use crate::table::shape::{Kind, Shape, key, required};
use crate::value::scalar;
use crate::value::without_spans::plain;

/// `[[action]]`.
pub(crate) const ACTION: Shape = Shape {
    what: "an action",
    keys: &[
        key("name", Kind::Name, "Its name. Default: its verb, numbered from the second on."),
        required(
            "at",
            Kind::Trigger(&EVENT),
            "When it is performed: a time, or an event of the lab.",
        ),
        required("do", Kind::Verb, "One of the lab's verbs: \"VERB\", or { VERB = ARGUMENTS }."),
    ],
    one_of: &[],
};

/// The base name of an unnamed action: its verb.
pub(crate) fn default_name<'t>(table: &'t Table<'_>) -> &'t str {
    let verb = match table.get("do").map(Spanned::get_ref) {
        Some(DeValue::String(verb)) => Some(&**verb),
        Some(DeValue::Table(table)) => table.keys().next().map(|key| &**key.get_ref()),
        _ => None,
    };
    verb.unwrap_or("action")
}

/// Reads the actions of a run that ends at `end`.
pub(crate) fn actions(ctx: &Context<'_>, value: Option<&Value<'_>>, end: Time) -> Vec<Action> {
    let elements = named_list::tables(ctx, value, "action", &ACTION);
    named_list::check_unique(ctx, elements, "action");
    let names = named_list::names(elements, default_name);
    elements.iter().zip(names).filter_map(|(value, name)| action(ctx, value, name, end)).collect()
}

fn action(ctx: &Context<'_>, value: &Value<'_>, name: String, end: Time) -> Option<Action> {
    let fields = Fields::open(ctx, value, &ACTION)?;
    fields.read(ctx, "name", scalar::name);
    let trigger = fields.read(ctx, "at", |ctx, value| trigger(ctx, value, end, "action"));
    let (verb, args) = fields.read(ctx, "do", verb)?;
    Some(Action { name, trigger: trigger?, verb, args })
}

fn verb(ctx: &Context<'_>, value: &Value<'_>) -> Option<(String, toml::Value)> {
    const EXPECTED: &str = "a verb: \"VERB\" or { VERB = ... }";
    let (span, verb, args) = match value.get_ref() {
        DeValue::String(verb) => {
            let none = toml::Value::Table(toml::Table::new());
            (value.span(), &**verb, Some(none))
        }
        DeValue::Table(table) => {
            let mut entries = table.iter();
            let (Some((key, args)), None) = (entries.next(), entries.next()) else {
                let label = format!("expected {EXPECTED}");
                return ctx.fail(value.span(), "an action has exactly one verb", &label);
            };
            (key.span(), &**key.get_ref(), plain(ctx, args))
        }
        _ => return wrong_type(ctx, value, EXPECTED),
    };
    let lab = ctx.lab?;
    let known = || lab.actions.iter().map(|action| action.name);
    if known().any(|action| action == verb) {
        return Some((verb.to_owned(), args?));
    }
    ctx.unknown(span, "the lab has no action", verb, known());
    None
}
