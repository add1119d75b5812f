//! What the tables that name distributions may hold.

use crate::table::shape::{Kind, Shape, key, required};

/// The table that names a distribution.
pub(crate) const DIST: Shape = Shape {
    what: "a distribution",
    keys: &[
        key("constant", Kind::Duration, "Always this."),
        key(
            "uniform",
            Kind::Either(&[Kind::Pair(&Kind::Duration), Kind::Table(&UNIFORM)]),
            "Evenly between two durations.",
        ),
        key("normal", Kind::Table(&NORMAL), "The bell curve; draws below zero are zero."),
        key("lognormal", Kind::Table(&LOGNORMAL), "A long tail, by its median and its p99."),
        key("exponential", Kind::Table(&EXPONENTIAL), "Memoryless, by its mean."),
        key("pareto", Kind::Table(&PARETO), "A heavy tail: never below `scale`."),
        key("mixture", Kind::List(&Kind::Table(&PART)), "One of several, drawn by weight."),
    ],
    one_of: &KINDS,
};

const KINDS: [&str; 7] =
    ["constant", "uniform", "normal", "lognormal", "exponential", "pareto", "mixture"];

pub(crate) const UNIFORM: Shape = Shape {
    what: "a uniform distribution",
    keys: &[
        required("min", Kind::Duration, "The least."),
        required("max", Kind::Duration, "The greatest."),
    ],
    one_of: &[],
};

pub(crate) const NORMAL: Shape = Shape {
    what: "a normal distribution",
    keys: &[
        required("mean", Kind::Duration, "The mean."),
        required("std_dev", Kind::Duration, "The standard deviation."),
        key(
            "absolute",
            Kind::Boolean,
            "Fold negative draws to their absolute value instead of cutting them at zero.",
        ),
    ],
    one_of: &[],
};

const SHIFT: &str = "Added to every draw.";

pub(crate) const LOGNORMAL: Shape = Shape {
    what: "a lognormal distribution",
    keys: &[
        required("median", Kind::Duration, "Half of the draws are below it."),
        required("p99", Kind::Duration, "99% of the draws are below it."),
        key("shift", Kind::Duration, SHIFT),
    ],
    one_of: &[],
};

pub(crate) const EXPONENTIAL: Shape = Shape {
    what: "an exponential distribution",
    keys: &[required("mean", Kind::Duration, "The mean."), key("shift", Kind::Duration, SHIFT)],
    one_of: &[],
};

pub(crate) const PARETO: Shape = Shape {
    what: "a pareto distribution",
    keys: &[
        required("scale", Kind::Duration, "The least."),
        required("shape", Kind::Number, "The tail: the smaller, the heavier."),
        key("shift", Kind::Duration, SHIFT),
    ],
    one_of: &[],
};

pub(crate) const PART: Shape = Shape {
    what: "a part of a mixture",
    keys: &[
        required("weight", Kind::Number, "Its share, relative to the other parts."),
        key("constant", Kind::Duration, "Always this."),
        key(
            "uniform",
            Kind::Either(&[Kind::Pair(&Kind::Duration), Kind::Table(&UNIFORM)]),
            "Evenly between two durations.",
        ),
        key("normal", Kind::Table(&NORMAL), "The bell curve; draws below zero are zero."),
        key("lognormal", Kind::Table(&LOGNORMAL), "A long tail, by its median and its p99."),
        key("exponential", Kind::Table(&EXPONENTIAL), "Memoryless, by its mean."),
        key("pareto", Kind::Table(&PARETO), "A heavy tail: never below `scale`."),
    ],
    one_of: &["constant", "uniform", "normal", "lognormal", "exponential", "pareto"],
};
