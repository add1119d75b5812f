//! `[verdict]`: the expectations, for one run and for many seeds.

use crate::diagnostic::Problem;
use crate::grammar::{self, Mistake, Vocabulary};
use crate::parse::params::variant;
use crate::parse::symbols::Symbols;
use crate::parse::undecidable::{Faults, check_decidable};
use crate::table::context::{Context, Value};
use crate::table::fields::{self, Fields};
use crate::table::shape::{Kind, Shape, key};
use crate::value::scalar::{self, probability};
use crate::{Expectation, Expectations, Sentence};

/// `[verdict]`.
pub(crate) const VERDICT: Shape = Shape {
    what: "a verdict",
    keys: &[
        key("expect", Kind::List(&Kind::Sentence), "Expectations that each run must meet."),
        key(
            "sweep",
            Kind::List(&Kind::SweepSentence),
            "Expectations over many seeds, decided by `netsplit verify`.",
        ),
        key(
            "catches",
            Kind::List(&Kind::Variant),
            "Variants that must fail on some seed on which this scenario passes.",
        ),
        key(
            "min_pass_rate",
            Kind::Probability,
            "Share of the seeds that must pass. Default: 100%.",
        ),
        key(
            "seeds",
            Kind::List(&Kind::Integer(0)),
            "Seeds that `netsplit verify` always runs, such as past failures.",
        ),
    ],
    one_of: &[],
};

/// Reads the verdict.
pub(crate) fn verdict(
    ctx: &Context<'_>,
    symbols: &Symbols,
    faults: &Faults<'_>,
    value: Option<&Value<'_>>,
) -> Expectations {
    let default = Expectations { min_pass_rate: 1.0, ..Expectations::default() };
    let Some(fields) = value.and_then(|value| Fields::open(ctx, value, &VERDICT)) else {
        return default;
    };
    Expectations {
        expect: expectations(ctx, symbols, faults, &fields, "expect"),
        sweep: expectations(ctx, symbols, faults, &fields, "sweep"),
        catches: each(ctx, &fields, "catches", |ctx, value| variant(ctx, value).map(|read| read.0)),
        min_pass_rate: fields.read(ctx, "min_pass_rate", probability).unwrap_or(1.0),
        seeds: each(ctx, &fields, "seeds", |ctx, value| {
            scalar::integer(ctx, value, (0, i64::MAX as u64))
        }),
    }
}

fn each<T>(
    ctx: &Context<'_>,
    fields: &Fields<'_, '_>,
    name: &str,
    reader: impl Fn(&Context<'_>, &Value<'_>) -> Option<T>,
) -> Vec<T> {
    let list = fields.get(name).and_then(|value| fields::list(ctx, value, "an array: [..., ...]"));
    let list = list.unwrap_or_default().iter();
    list.filter_map(|value| reader(ctx, value)).collect()
}

fn expectations(
    ctx: &Context<'_>,
    symbols: &Symbols,
    faults: &Faults<'_>,
    fields: &Fields<'_, '_>,
    name: &str,
) -> Vec<Expectation> {
    each(ctx, fields, name, |ctx, value| {
        let text = scalar::str_of(ctx, value, "a sentence, as a string")?;
        let sentence = parsed(ctx, symbols, faults, value, |known| grammar::parse(text, known))?;
        check_place(ctx, value, &sentence, name == "sweep")?;
        check_decidable(ctx, faults, value, &sentence)?;
        let place = ctx.sources.place(&value.span());
        Some(Expectation {
            text: text.to_owned(),
            line: place.in_file.then_some(place.line),
            sentence,
        })
    })
}

/// What `parse` makes of the text of `value`, given the names that it may use; reports a mistake.
pub(crate) fn parsed<T>(
    ctx: &Context<'_>,
    symbols: &Symbols,
    faults: &Faults<'_>,
    value: &Value<'_>,
    parse: impl FnOnce(&Vocabulary<'_>) -> Result<T, Mistake>,
) -> Option<T> {
    let vocabulary = Vocabulary { lab: ctx.lab?, occasions: &faults.names, symbols };
    match parse(&vocabulary) {
        Ok(parsed) => Some(parsed),
        Err(mistake) => {
            let span = ctx.inside(value, mistake.span);
            let problem =
                Problem::error(span, mistake.message).label(mistake.label).maybe_help(mistake.help);
            ctx.report(problem);
            None
        }
    }
}

/// Reports a sentence of one run under `sweep`, and one about many seeds under `expect`.
fn check_place(
    ctx: &Context<'_>,
    value: &Value<'_>,
    sentence: &Sentence,
    sweep: bool,
) -> Option<()> {
    let needs_seeds = matches!(sentence, Sentence::Violates { .. } | Sentence::Aggregate { .. });
    match (needs_seeds, sweep) {
        (true, false) => {
            let message = "this sentence is about many seeds, but each run decides `expect`";
            ctx.fail(value.span(), message, "expected it under `sweep`")
        }
        (false, true) => {
            let message = "each run decides this sentence, but `sweep` is about many seeds";
            let label = "expected it under `expect`, or `violates ... in`, `mean(...)`, `min(...)`, `max(...)`";
            ctx.fail(value.span(), message, label)
        }
        _ => Some(()),
    }
}
