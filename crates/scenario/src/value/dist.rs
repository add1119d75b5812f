//! Distributions of durations: their shape, reader and serializer.
//!
//! A plain duration is a constant distribution; a table with one key names another:
//! `{ lognormal = { median = "1ms", p99 = "5ms" } }`.

use serde::ser::{Serialize, Serializer};
use serde_json::{Value as Json, json};

use crate::Dist;
use crate::table::context::{Context, Value};
use crate::table::fields::{self, Fields, wrong_type};
use crate::table::shape::{Key, Kind, Shape, key, required};
use crate::value::{format, scalar};

/// The table that names a distribution.
pub(crate) const DIST: Shape = Shape {
    what: "a distribution",
    keys: &[
        CONSTANT,
        UNIFORM,
        NORMAL,
        LOGNORMAL,
        EXPONENTIAL,
        PARETO,
        key("mixture", Kind::List(&Kind::Table(&MIXTURE_PART)), "One of several, drawn by weight."),
    ],
    one_of: &["constant", "uniform", "normal", "lognormal", "exponential", "pareto", "mixture"],
};

const MIXTURE_PART: Shape = Shape {
    what: "a part of a mixture",
    keys: &[
        required("weight", Kind::Number, "Its weight, relative to the other parts."),
        CONSTANT,
        UNIFORM,
        NORMAL,
        LOGNORMAL,
        EXPONENTIAL,
        PARETO,
    ],
    one_of: &["constant", "uniform", "normal", "lognormal", "exponential", "pareto"],
};

const CONSTANT: Key = key("constant", Kind::Duration, "Always this duration.");

const UNIFORM: Key = key(
    "uniform",
    Kind::Either(&[Kind::Pair(&Kind::Duration), Kind::Table(&UNIFORM_TABLE)]),
    "Uniform between two durations.",
);

const UNIFORM_TABLE: Shape = Shape {
    what: "a uniform distribution",
    keys: &[
        required("min", Kind::Duration, "The minimum."),
        required("max", Kind::Duration, "The maximum."),
    ],
    one_of: &[],
};

const NORMAL: Key = key(
    "normal",
    Kind::Table(&NORMAL_TABLE),
    "The normal distribution; negative draws become zero.",
);

const NORMAL_TABLE: Shape = Shape {
    what: "a normal distribution",
    keys: &[
        required("mean", Kind::Duration, "The mean."),
        required("std_dev", Kind::Duration, "The standard deviation."),
        key(
            "absolute",
            Kind::Boolean,
            "Replace negative draws by their absolute value instead of by zero. Default: false.",
        ),
    ],
    one_of: &[],
};

const SHIFT: &str = "Added to every draw. Default: 0s.";

const LOGNORMAL: Key = key(
    "lognormal",
    Kind::Table(&LOGNORMAL_TABLE),
    "A long tail, given by its median and its p99.",
);

const LOGNORMAL_TABLE: Shape = Shape {
    what: "a lognormal distribution",
    keys: &[
        required("median", Kind::Duration, "The median."),
        required("p99", Kind::Duration, "The 99th percentile."),
        key("shift", Kind::Duration, SHIFT),
    ],
    one_of: &[],
};

const EXPONENTIAL: Key = key(
    "exponential",
    Kind::Table(&EXPONENTIAL_TABLE),
    "The exponential distribution, given by its mean.",
);

const EXPONENTIAL_TABLE: Shape = Shape {
    what: "an exponential distribution",
    keys: &[required("mean", Kind::Duration, "The mean."), key("shift", Kind::Duration, SHIFT)],
    one_of: &[],
};

const PARETO: Key =
    key("pareto", Kind::Table(&PARETO_TABLE), "A heavy tail that starts at `scale`.");

const PARETO_TABLE: Shape = Shape {
    what: "a pareto distribution",
    keys: &[
        required("scale", Kind::Duration, "The minimum."),
        required("shape", Kind::Number, "The tail exponent: the smaller, the heavier the tail."),
        key("shift", Kind::Duration, SHIFT),
    ],
    one_of: &[],
};

/// Reads a distribution.
pub(crate) fn dist(ctx: &Context<'_>, value: &Value<'_>) -> Option<Dist> {
    let Some(table) = value.get_ref().as_table() else {
        if value.get_ref().is_array() || value.get_ref().is_bool() {
            return wrong_type(ctx, value, "a duration, or a distribution of durations");
        }
        return scalar::nanos(ctx, value).map(Dist::Constant);
    };
    let fields = Fields::of_table(ctx, table, value.span(), &DIST);
    match fields.get("mixture") {
        Some(parts) => mixture(ctx, parts),
        None => simple(ctx, &fields),
    }
}

/// Reads a distribution of intervals, whose mean must be at least `min_ns`: shorter ones would
/// repeat without end.
pub(crate) fn dist_of_at_least(ctx: &Context<'_>, value: &Value<'_>, min_ns: u64) -> Option<Dist> {
    let dist = dist(ctx, value)?;
    if dist.typical_ns() < min_ns {
        let min = format::nanos(min_ns as f64);
        let label = format!("expected at least {min}");
        return ctx.fail(value.span(), "this interval is too short", &label);
    }
    Some(dist)
}

fn simple(ctx: &Context<'_>, fields: &Fields<'_, '_>) -> Option<Dist> {
    if let Some(value) = fields.get("constant") {
        scalar::nanos(ctx, value).map(Dist::Constant)
    } else if let Some(value) = fields.get("uniform") {
        uniform(ctx, value)
    } else if let Some(value) = fields.get("normal") {
        normal(ctx, value)
    } else if let Some(value) = fields.get("lognormal") {
        lognormal(ctx, value)
    } else if let Some(value) = fields.get("exponential") {
        exponential(ctx, value)
    } else {
        fields.get("pareto").and_then(|value| pareto(ctx, value))
    }
}

fn uniform(ctx: &Context<'_>, value: &Value<'_>) -> Option<Dist> {
    let (min, max) = if value.get_ref().is_array() {
        let (min, max) = fields::pair(ctx, value, "an array of two durations")?;
        (scalar::nanos(ctx, min), scalar::nanos(ctx, max))
    } else if value.get_ref().is_table() {
        let fields = Fields::open(ctx, value, &UNIFORM_TABLE)?;
        (fields.read(ctx, "min", scalar::nanos), fields.read(ctx, "max", scalar::nanos))
    } else {
        return wrong_type(ctx, value, "[\"1ms\", \"3ms\"] or { min = \"1ms\", max = \"3ms\" }");
    };
    let (min, max) = (min?, max?);
    if min > max {
        return ctx.fail(value.span(), "the minimum is above the maximum", "expected min <= max");
    }
    Some(Dist::Uniform { min, max })
}

fn normal(ctx: &Context<'_>, value: &Value<'_>) -> Option<Dist> {
    let fields = Fields::open(ctx, value, &NORMAL_TABLE)?;
    let mean = fields.read(ctx, "mean", scalar::nanos);
    let std_dev = fields.read(ctx, "std_dev", scalar::nanos);
    let absolute = fields.read(ctx, "absolute", scalar::boolean);
    Some(Dist::Normal { mean: mean?, std_dev: std_dev?, absolute: absolute.unwrap_or(false) })
}

fn lognormal(ctx: &Context<'_>, value: &Value<'_>) -> Option<Dist> {
    let fields = Fields::open(ctx, value, &LOGNORMAL_TABLE)?;
    let median = fields.read(ctx, "median", positive);
    let p99 = fields.read(ctx, "p99", positive);
    let shift = fields.read(ctx, "shift", scalar::nanos).unwrap_or(0);
    let (median, p99) = (median?, p99?);
    if p99 < median {
        let span = fields.span_of("p99");
        return ctx.fail(span, "the p99 is below the median", "expected p99 >= median");
    }
    Some(Dist::LogNormal { median, p99, shift })
}

fn exponential(ctx: &Context<'_>, value: &Value<'_>) -> Option<Dist> {
    let fields = Fields::open(ctx, value, &EXPONENTIAL_TABLE)?;
    let mean = fields.read(ctx, "mean", positive);
    let shift = fields.read(ctx, "shift", scalar::nanos).unwrap_or(0);
    Some(Dist::Exponential { mean: mean?, shift })
}

fn pareto(ctx: &Context<'_>, value: &Value<'_>) -> Option<Dist> {
    let fields = Fields::open(ctx, value, &PARETO_TABLE)?;
    let scale = fields.read(ctx, "scale", positive);
    let shape = fields.read(ctx, "shape", positive_number);
    let shift = fields.read(ctx, "shift", scalar::nanos).unwrap_or(0);
    Some(Dist::Pareto { scale: scale?, shape: shape?, shift })
}

fn mixture(ctx: &Context<'_>, value: &Value<'_>) -> Option<Dist> {
    let parts = fields::list(ctx, value, "an array of distributions, each with a weight")?;
    if parts.is_empty() {
        return ctx.fail(value.span(), "this mixture is empty", "expected at least one part");
    }
    let read: Vec<_> = parts.iter().map(|part| mixture_part(ctx, part)).collect();
    read.into_iter().collect::<Option<_>>().map(Dist::Mixture)
}

fn mixture_part(ctx: &Context<'_>, value: &Value<'_>) -> Option<(f64, Dist)> {
    let fields = Fields::open(ctx, value, &MIXTURE_PART)?;
    let weight = fields.read(ctx, "weight", positive_number);
    let dist = simple(ctx, &fields);
    Some((weight?, dist?))
}

fn positive(ctx: &Context<'_>, value: &Value<'_>) -> Option<u64> {
    scalar::positive_duration(ctx, value).map(|duration| duration.as_nanos() as u64)
}

/// A number above 0, at most 1e9.
pub(crate) fn positive_number(ctx: &Context<'_>, value: &Value<'_>) -> Option<f64> {
    let fits = |n: f64| n > 0.0 && n <= 1e9;
    scalar::number_where(ctx, value, fits, "expected a number above 0, at most 1e9")
}

impl Dist {
    /// The mean, or a lower bound of it: enough to bound the number of repetitions.
    fn typical_ns(&self) -> u64 {
        match self {
            Dist::Constant(always) => *always,
            Dist::Uniform { min, max } => min.midpoint(*max),
            Dist::Normal { mean, .. } => *mean,
            Dist::LogNormal { median, shift, .. } => median + shift,
            Dist::Exponential { mean, shift } => mean + shift,
            Dist::Pareto { scale, shift, .. } => scale + shift,
            Dist::Mixture(parts) => {
                let total: f64 = parts.iter().map(|(weight, _)| weight).sum();
                let mean = |(weight, dist): &(f64, Dist)| weight / total * dist.typical_ns() as f64;
                parts.iter().map(mean).sum::<f64>() as u64
            }
        }
    }

    /// The value of a constant distribution, in nanoseconds; `None` for other distributions.
    pub fn constant_ns(&self) -> Option<u64> {
        match self {
            Dist::Constant(always) => Some(*always),
            _ => None,
        }
    }
}

impl Serialize for Dist {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        written(self).serialize(serializer)
    }
}

fn written(dist: &Dist) -> Json {
    let time = |nanos: &u64| format::nanos(*nanos as f64);
    let mut table = match dist {
        Dist::Constant(nanos) => return json!(time(nanos)),
        Dist::Uniform { min, max } => return json!({ "uniform": [time(min), time(max)] }),
        Dist::Normal { mean, std_dev, .. } => {
            json!({ "normal": { "mean": time(mean), "std_dev": time(std_dev) } })
        }
        Dist::LogNormal { median, p99, .. } => {
            json!({ "lognormal": { "median": time(median), "p99": time(p99) } })
        }
        Dist::Exponential { mean, .. } => json!({ "exponential": { "mean": time(mean) } }),
        Dist::Pareto { scale, shape, .. } => {
            json!({ "pareto": { "scale": time(scale), "shape": shape } })
        }
        Dist::Mixture(parts) => {
            let parts: Vec<_> =
                parts.iter().map(|(weight, part)| weighted(*weight, part)).collect();
            return json!({ "mixture": parts });
        }
    };
    let inner = table.as_object_mut().and_then(|table| table.values_mut().next());
    let extra = match dist {
        Dist::Normal { absolute: true, .. } => Some(("absolute", json!(true))),
        Dist::LogNormal { shift, .. }
        | Dist::Exponential { shift, .. }
        | Dist::Pareto { shift, .. }
            if *shift > 0 =>
        {
            Some(("shift", json!(time(shift))))
        }
        _ => None,
    };
    if let (Some(inner), Some((key, value))) = (inner, extra) {
        inner[key] = value;
    }
    table
}

/// A part of a mixture, always as a table.
fn weighted(weight: f64, part: &Dist) -> Json {
    let mut table = match written(part) {
        Json::String(constant) => json!({ "constant": constant }),
        table => table,
    };
    table["weight"] = json!(weight);
    table
}
