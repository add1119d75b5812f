//! Triggers of faults and actions: a time, or an event of the lab.

use netsplit_history::Time;

use crate::table::context::{Context, Value};
use crate::table::fields::Fields;
use crate::table::shape::{Kind, Shape, key, required};
use crate::value::dist::dist;
use crate::value::scalar;
use crate::{Dist, Trigger};

/// `at = { event = "became-leader", nth = 1, plus = "1s" }`.
pub(crate) const EVENT: Shape = Shape {
    what: "an event to wait for",
    keys: &[
        required("event", Kind::Event, "The name of an event of the lab."),
        key("nth", Kind::Integer(1), "Which occurrence of the event. Default: 1, the first."),
        key("plus", Kind::Dist, "Delay after the event. Default: 0s."),
    ],
    one_of: &[],
};

/// Reads a trigger that comes before `end`.
pub(crate) fn trigger(
    ctx: &Context<'_>,
    value: &Value<'_>,
    end: Time,
    what: &str,
) -> Option<Trigger> {
    if value.get_ref().is_table() {
        return event(ctx, value);
    }
    let at = scalar::time(ctx, value)?;
    if at >= end {
        let message = format!("this {what} comes after the end of the run");
        let end = crate::value::format::nanos(end.as_nanos() as f64);
        return ctx.fail(value.span(), message, &format!("expected a time before {end}"));
    }
    Some(Trigger::At(at))
}

fn event(ctx: &Context<'_>, value: &Value<'_>) -> Option<Trigger> {
    let fields = Fields::open(ctx, value, &EVENT)?;
    let event = fields.read(ctx, "event", event_name);
    let nth = fields.read(ctx, "nth", scalar::count).unwrap_or(1);
    let plus = fields.read(ctx, "plus", dist).unwrap_or(Dist::Constant(0));
    Some(Trigger::Event { event: event?, nth, plus })
}

fn event_name(ctx: &Context<'_>, value: &Value<'_>) -> Option<String> {
    let name = scalar::str_of(ctx, value, "the name of an event, as a string")?;
    let known = || ctx.lab.into_iter().flat_map(|lab| lab.events).map(|event| event.name);
    ctx.lab?;
    if known().any(|event| event == name) {
        return Some(name.to_owned());
    }
    ctx.unknown(value.span(), "the lab has no event", name, known());
    None
}
