//! Arrivals of a load's requests: open loop, closed loop, or all at once.

use netsplit_history::Time;

use crate::Arrivals;
use crate::table::context::{Context, Value};
use crate::table::fields::{self, Fields};
use crate::table::shape::{Kind, Shape, key, required};
use crate::value::dist::dist;
use crate::value::scalar;

/// The values of `rate`.
pub(crate) const RATES: Kind = Kind::Either(&[Kind::Rate, Kind::List(&Kind::Table(&STEP))]);

const STEP: Shape = Shape {
    what: "a step of the rate",
    keys: &[
        key(
            "at",
            Kind::Duration,
            "When the step starts, from the start of the run. Default for the first step: the load's start.",
        ),
        required("rate", Kind::Rate, "Requests per second."),
    ],
    one_of: &[],
};

/// `closed`.
pub(crate) const CLOSED: Shape = Shape {
    what: "a closed loop",
    keys: &[
        required("clients", Kind::Integer(1), "Number of sessions."),
        key(
            "think",
            Kind::Dist,
            "Time from a response to the session's next request. Default: 0s.",
        ),
    ],
    one_of: &[],
};

/// `once`.
pub(crate) const ONCE: Shape = Shape {
    what: "a single round of requests",
    keys: &[required("clients", Kind::Integer(1), "Number of sessions, each with one request.")],
    one_of: &[],
};

/// The maximum number of requests of an open loop; more would take hours to simulate.
const REQUESTS_MAX: f64 = 1e9;

/// Reads the arrivals of a load that runs from `from` to `until`.
pub(crate) fn arrivals(
    ctx: &Context<'_>,
    fields: &Fields<'_, '_>,
    from: Time,
    until: Time,
) -> Option<Arrivals> {
    if fields.get("rate").is_none() {
        fields.forbid(ctx, &["arrivals"], "expected `rate` with `arrivals`");
    }
    if let Some(value) = fields.get("rate") {
        open(ctx, fields, value, (from, until))
    } else if let Some(value) = fields.get("closed") {
        closed(ctx, value)
    } else {
        fields.get("once").and_then(|value| once(ctx, value))
    }
}

fn open(
    ctx: &Context<'_>,
    fields: &Fields<'_, '_>,
    value: &Value<'_>,
    (from, until): (Time, Time),
) -> Option<Arrivals> {
    let kind = fields
        .read(ctx, "arrivals", |ctx, value| scalar::choice(ctx, value, &["poisson", "constant"]));
    let steps = if value.get_ref().is_array() {
        steps(ctx, value, (from, until))?
    } else {
        vec![(from, scalar::rate(ctx, value)?)]
    };
    if steps.iter().all(|(_, rate)| *rate == 0.0) {
        return ctx.fail(value.span(), "this load sends no request", "expected a rate above 0/s");
    }
    let ends = steps.iter().skip(1).map(|step| step.0).chain([until]);
    let requests: f64 =
        steps.iter().zip(ends).map(|((at, rate), end)| rate * end.since(*at).as_secs_f64()).sum();
    if requests > REQUESTS_MAX {
        let message = format!("too many requests: about {requests:.1e}, at most 1e9");
        return ctx.fail(value.span(), message, "expected a lower rate or a shorter load");
    }
    Some(Arrivals::Open { steps, constant: kind == Some(1) })
}

fn steps(
    ctx: &Context<'_>,
    value: &Value<'_>,
    (from, until): (Time, Time),
) -> Option<Vec<(Time, f64)>> {
    let list = fields::list(ctx, value, "a rate or a list of steps")?;
    if list.is_empty() {
        return ctx.fail(value.span(), "this list has no steps", "expected at least one step");
    }
    let mut steps: Vec<(Time, f64)> = Vec::with_capacity(list.len());
    let mut sound = true;
    for element in list {
        let Some(step) = step(ctx, element, steps.last().map(|step| step.0), (from, until)) else {
            sound = false;
            continue;
        };
        steps.push(step);
    }
    sound.then_some(steps)
}

fn step(
    ctx: &Context<'_>,
    value: &Value<'_>,
    last: Option<Time>,
    (from, until): (Time, Time),
) -> Option<(Time, f64)> {
    let fields = Fields::open(ctx, value, &STEP)?;
    let rate = fields.read(ctx, "rate", scalar::rate);
    let at = match fields.get("at") {
        Some(value) => Some(scalar::time(ctx, value)?),
        None => None,
    };
    let span = fields.span_of("at");
    let at = match (last, at) {
        (None, None) => from,
        (None, Some(at)) if at == from => at,
        (None, Some(_)) => {
            let label = "expected the start of the load";
            return ctx.fail(span, "the first step starts with the load", label);
        }
        (Some(_), None) => return ctx.fail(span, "this step has no start", "expected `at`"),
        (Some(last), Some(at)) if at > last && at < until => at,
        (Some(_), Some(_)) => {
            let label = "expected a time after the previous step and before the end of the load";
            return ctx.fail(span, "this step is out of order", label);
        }
    };
    Some((at, rate?))
}

fn closed(ctx: &Context<'_>, value: &Value<'_>) -> Option<Arrivals> {
    let fields = Fields::open(ctx, value, &CLOSED)?;
    let clients = fields.read(ctx, "clients", scalar::count);
    let think = fields.get("think").map_or(Some(crate::Dist::Constant(0)), |v| dist(ctx, v));
    Some(Arrivals::Closed { clients: clients?, think: think? })
}

fn once(ctx: &Context<'_>, value: &Value<'_>) -> Option<Arrivals> {
    let fields = Fields::open(ctx, value, &ONCE)?;
    let clients = fields.read(ctx, "clients", scalar::count)?;
    Some(Arrivals::Once { clients })
}
