//! `[[load]]`: clients and their requests.

use netsplit_history::Time;

use crate::diagnostic::source::Span;
use crate::parse::arrivals::{CLOSED, ONCE, RATES, arrivals};
use crate::parse::nodes::region;
use crate::parse::symbols::Clients;
use crate::table::context::{Context, Table, Value};
use crate::table::fields::{Fields, wrong_type};
use crate::table::named_list;
use crate::table::shape::{Kind, Shape, key};
use crate::value::dist::positive_number;
use crate::value::scalar::{self, COUNT_MAX};
use crate::{Keys, Load};

/// `[[load]]`.
pub(crate) const LOAD: Shape = Shape {
    what: "a load",
    keys: &[
        key("name", Kind::Name, "Its name. Default: clients, numbered from the second on."),
        key("clients", Kind::Integer(1), "Number of hosts that its clients run on. Default: 1."),
        key("region", Kind::Name, "The region of its client hosts."),
        key("rate", RATES, "Open loop: requests per second, or a list of steps."),
        key(
            "arrivals",
            Kind::Choice(&["poisson", "constant"]),
            "Arrivals of an open loop: a Poisson process, or evenly spaced. Default: poisson.",
        ),
        key(
            "closed",
            Kind::Table(&CLOSED),
            "Closed loop: each client waits for a response before its next request.",
        ),
        key(
            "once",
            Kind::Table(&ONCE),
            "One request from each client, all at the start of the load.",
        ),
        key("from", Kind::Duration, "When it starts. Default: with the run."),
        key("until", Kind::Duration, "When it stops. Default: at `duration`."),
        key("timeout", Kind::Duration, "Timeout of a request. Default: 1s."),
        key("mix", Kind::Mix, "Weights of the operations. Default: the lab's."),
        key("keys", Kind::Table(&KEYS), "The keys that requests use."),
    ],
    one_of: &["rate", "closed", "once"],
};

const KEYS: Shape = Shape {
    what: "a set of keys",
    keys: &[
        key("count", Kind::Integer(1), "Number of keys. Default: 1000."),
        key(
            "zipf",
            Kind::Number,
            "Zipf exponent: key i is drawn in proportion to 1 / i^zipf. Default: 0, uniform.",
        ),
    ],
    one_of: &[],
};

const KEYS_DEFAULT: u64 = 1000;
const TIMEOUT_DEFAULT: std::time::Duration = std::time::Duration::from_secs(1);

/// The base name of an unnamed load.
pub(crate) fn default_name<'t>(_: &'t Table<'_>) -> &'t str {
    "clients"
}

/// Reads the loads of a run that ends at `end`.
pub(crate) fn loads(
    ctx: &Context<'_>,
    value: Option<&Value<'_>>,
    end: Time,
) -> (Vec<Load>, Vec<Clients>) {
    let elements = named_list::tables(ctx, value, "load", &LOAD);
    named_list::check_unique(ctx, elements, "load");
    let names = named_list::names(elements, default_name);
    let mut clients = Vec::with_capacity(elements.len());
    let loads = elements.iter().zip(names).filter_map(|(value, name)| {
        let load = load(ctx, value, name.clone(), end);
        clients.push(Clients {
            prefix: prefix(&name),
            name,
            // An invalid load may have any number of hosts.
            hosts: load.as_ref().map_or(u32::MAX, |load| load.hosts),
            region: load.as_ref().and_then(|load| load.region.clone()),
            span: named_list::name_span(value),
        });
        load
    });
    (loads.collect(), clients)
}

/// The names of a load's hosts, without their numbers.
fn prefix(name: &str) -> String {
    match name {
        "clients" => "c".to_owned(),
        name => format!("{name}-"),
    }
}

fn load(ctx: &Context<'_>, value: &Value<'_>, name: String, end: Time) -> Option<Load> {
    let fields = Fields::open(ctx, value, &LOAD)?;
    fields.read(ctx, "name", scalar::name);
    let (from, until) = span(ctx, &fields, end);
    let arrivals = arrivals(ctx, &fields, from, until.unwrap_or(end));
    let timeout = fields.read(ctx, "timeout", scalar::positive_duration);
    let mix = mix(ctx, &fields);
    Some(Load {
        prefix: prefix(&name),
        name,
        hosts: fields.read(ctx, "clients", scalar::count).unwrap_or(1),
        region: fields.read(ctx, "region", region),
        keys: fields.read(ctx, "keys", keys).unwrap_or(Keys { count: KEYS_DEFAULT, zipf: None }),
        arrivals: arrivals?,
        from,
        until,
        timeout: timeout.unwrap_or(TIMEOUT_DEFAULT),
        mix,
    })
}

fn span(ctx: &Context<'_>, fields: &Fields<'_, '_>, end: Time) -> (Time, Option<Time>) {
    let from = fields.read(ctx, "from", scalar::time).unwrap_or(Time::ZERO);
    let until = fields.read(ctx, "until", scalar::time);
    let fail = |span: Span, message: &str, label: &str| {
        ctx.complain(span, message, label);
    };
    if from >= end {
        let label = "expected a time before `duration`";
        fail(fields.span_of("from"), "this load starts after the end of the run", label);
    } else if until.is_some_and(|until| until > end) {
        let label = "expected a time up to `duration`";
        fail(fields.span_of("until"), "this load stops after the end of the run", label);
    } else if until.is_some_and(|until| until <= from) {
        let label = "expected a time after `from`";
        fail(fields.span_of("until"), "this load stops before it starts", label);
    }
    (from, until)
}

fn mix(ctx: &Context<'_>, fields: &Fields<'_, '_>) -> Vec<(String, f64)> {
    let Some(lab) = ctx.lab else {
        return Vec::new();
    };
    let mut mix: Vec<_> = if let Some(value) = fields.get("mix") {
        read_mix(ctx, value)
    } else {
        let weights = lab.operations.iter().map(|op| (op.name.to_owned(), op.weight));
        weights.filter(|(_, weight)| *weight > 0.0).collect()
    };
    mix.sort_by(|a, b| a.0.cmp(&b.0));
    mix
}

fn read_mix(ctx: &Context<'_>, value: &Value<'_>) -> Vec<(String, f64)> {
    let Some(table) = value.get_ref().as_table() else {
        wrong_type::<()>(ctx, value, "weights of operations: { get = 70, put = 30 }");
        return Vec::new();
    };
    let mut mix = Vec::new();
    for (key, weight) in table {
        let known = operation(ctx, key.span(), key.get_ref());
        let weight = positive_number(ctx, weight);
        if let (Some(name), Some(weight)) = (known, weight) {
            mix.push((name, weight));
        }
    }
    if table.is_empty() {
        ctx.complain(value.span(), "this mix is empty", "expected at least one operation");
    }
    mix
}

/// An operation that the lab knows.
fn operation(ctx: &Context<'_>, span: Span, name: &str) -> Option<String> {
    let known = || ctx.lab.into_iter().flat_map(|lab| lab.operations).map(|op| op.name);
    if known().any(|operation| operation == name) {
        return Some(name.to_owned());
    }
    ctx.unknown(span, "the lab has no operation", name, known());
    None
}

fn keys(ctx: &Context<'_>, value: &Value<'_>) -> Option<Keys> {
    let fields = Fields::open(ctx, value, &KEYS)?;
    let count = fields.read(ctx, "count", |ctx, value| scalar::integer(ctx, value, (1, COUNT_MAX)));
    let zipf = fields.read(ctx, "zipf", |ctx, value| {
        let fits = |n: f64| (0.0..=10.0).contains(&n);
        scalar::number_where(ctx, value, fits, "expected a number from 0 to 10")
    });
    Some(Keys {
        count: count.unwrap_or(KEYS_DEFAULT),
        zipf: zipf.filter(|exponent| *exponent > 0.0),
    })
}
