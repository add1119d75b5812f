//! Readers of scalars.

use std::time::Duration;

use netsplit_history::Time;
use toml::de::DeValue;

use crate::diagnostic::Problem;
use crate::diagnostic::source::Span;
use crate::diagnostic::suggest::{cut, did_you_mean, one_of};
use crate::table::context::{Context, Value};
use crate::table::fields::wrong_type;
use crate::value::units::{self, Malformed};

/// The maximum of any count: clients, keys, strikes.
pub(crate) const COUNT_MAX: u64 = 10_000_000;
/// The maximum rate, per second.
pub(crate) const RATE_MAX: f64 = 10_000_000.0;
/// The maximum length of a name, in bytes: longer ones do not fit a report.
const NAME_MAX: usize = 60;

pub(crate) fn text(ctx: &Context<'_>, value: &Value<'_>) -> Option<String> {
    str_of(ctx, value, "a string").map(str::to_owned)
}

/// The content of a string; `expected` is for the error.
pub(crate) fn str_of<'v>(
    ctx: &Context<'_>,
    value: &'v Value<'_>,
    expected: &str,
) -> Option<&'v str> {
    match value.get_ref() {
        DeValue::String(text) => Some(text),
        _ => wrong_type(ctx, value, expected),
    }
}

/// A name for sentences, overrides and reports.
pub(crate) fn name(ctx: &Context<'_>, value: &Value<'_>) -> Option<String> {
    let name = str_of(ctx, value, "a name, as a string")?;
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let message = if name.is_empty() || name.len() > NAME_MAX {
        format!("a name has 1 to {NAME_MAX} characters")
    } else if !name.chars().all(fits) || !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        format!("`{}` is not a name", cut(name))
    } else {
        return Some(name.to_owned());
    };
    let label = "expected a letter, then letters, digits, `-` and `_`";
    ctx.fail(value.span(), message, label)
}

/// One of several words, as an index.
pub(crate) fn choice(ctx: &Context<'_>, value: &Value<'_>, words: &[&str]) -> Option<usize> {
    let word = str_of(ctx, value, "a string")?;
    let position = words.iter().position(|known| *known == word);
    if position.is_none() {
        let problem =
            Problem::error(value.span(), format!("`{}` is not a possible value", cut(word)))
                .label(one_of(words.iter().copied()))
                .maybe_help(did_you_mean(word, words.iter().copied()));
        ctx.report(problem);
    }
    position
}

pub(crate) fn boolean(ctx: &Context<'_>, value: &Value<'_>) -> Option<bool> {
    match value.get_ref() {
        DeValue::Boolean(flag) => Some(*flag),
        _ => wrong_type(ctx, value, "true or false"),
    }
}

/// An integer from `min` to `max`.
pub(crate) fn integer(ctx: &Context<'_>, value: &Value<'_>, (min, max): (u64, u64)) -> Option<u64> {
    let DeValue::Integer(number) = value.get_ref() else {
        return wrong_type(ctx, value, "an integer");
    };
    let digits = number.as_str().replace('_', "");
    let number = i128::from_str_radix(&digits, number.radix()).ok();
    let fits = number.filter(|n| (i128::from(min)..=i128::from(max)).contains(n));
    if fits.is_none() {
        let message = format!("`{}` is out of range", cut(&digits));
        let label = format!("expected an integer from {min} to {max}");
        return ctx.fail(value.span(), message, &label);
    }
    fits.map(|n| n as u64)
}

/// A count: an integer from 1.
pub(crate) fn count(ctx: &Context<'_>, value: &Value<'_>) -> Option<u32> {
    integer(ctx, value, (1, COUNT_MAX)).map(|n| n as u32)
}

/// A finite number.
pub(crate) fn number(ctx: &Context<'_>, value: &Value<'_>) -> Option<f64> {
    let parsed = match value.get_ref() {
        DeValue::Integer(number) => {
            let digits = number.as_str().replace('_', "");
            i128::from_str_radix(&digits, number.radix()).ok().map(|n| n as f64)
        }
        DeValue::Float(number) => number.as_str().replace('_', "").parse().ok(),
        _ => return wrong_type(ctx, value, "a number"),
    };
    let finite = parsed.filter(|n: &f64| n.is_finite());
    if finite.is_none() {
        return ctx.fail(value.span(), "this number is not finite", "expected a finite number");
    }
    finite
}

/// A number that `fits`; `expected` is for the error.
pub(crate) fn number_where(
    ctx: &Context<'_>,
    value: &Value<'_>,
    fits: impl Fn(f64) -> bool,
    expected: &str,
) -> Option<f64> {
    let number = number(ctx, value)?;
    if fits(number) {
        return Some(number);
    }
    ctx.fail(value.span(), format!("`{number}` is out of range"), expected)
}

/// A duration in nanoseconds.
pub(crate) fn nanos(ctx: &Context<'_>, value: &Value<'_>) -> Option<u64> {
    match value.get_ref() {
        DeValue::String(text) => quantity(ctx, value.span(), units::duration(text)),
        DeValue::Integer(number) => missing_unit(ctx, value, number.as_str()),
        DeValue::Float(number) => missing_unit(ctx, value, number.as_str()),
        _ => wrong_type(ctx, value, "a duration, for example \"150ms\""),
    }
}

fn missing_unit<T>(ctx: &Context<'_>, value: &Value<'_>, number: &str) -> Option<T> {
    let message = format!("`{}` has no time unit", cut(number));
    let label = "expected a duration, for example \"150ms\", \"2s\" or \"1m30s\"";
    ctx.fail(value.span(), message, label)
}

pub(crate) fn duration(ctx: &Context<'_>, value: &Value<'_>) -> Option<Duration> {
    nanos(ctx, value).map(Duration::from_nanos)
}

/// A duration above zero.
pub(crate) fn positive_duration(ctx: &Context<'_>, value: &Value<'_>) -> Option<Duration> {
    match duration(ctx, value)? {
        Duration::ZERO => ctx.fail(value.span(), "the duration is zero", "expected more than 0s"),
        duration => Some(duration),
    }
}

pub(crate) fn time(ctx: &Context<'_>, value: &Value<'_>) -> Option<Time> {
    nanos(ctx, value).map(Time::from_nanos)
}

/// A duration with a sign, in nanoseconds.
pub(crate) fn signed_nanos(ctx: &Context<'_>, value: &Value<'_>) -> Option<i64> {
    match value.get_ref() {
        DeValue::String(text) => quantity(ctx, value.span(), units::signed_duration(text)),
        _ => nanos(ctx, value).map(|nanos| nanos as i64),
    }
}

/// A probability: `0.02` or `"2%"`.
pub(crate) fn probability(ctx: &Context<'_>, value: &Value<'_>) -> Option<f64> {
    if let DeValue::String(text) = value.get_ref() {
        return quantity(ctx, value.span(), units::probability(text));
    }
    if !matches!(value.get_ref(), DeValue::Integer(_) | DeValue::Float(_)) {
        return wrong_type(ctx, value, "a probability, for example \"2%\" or 0.02");
    }
    let share = number(ctx, value)?;
    let written = ctx.sources.text(&value.span());
    quantity(ctx, value.span(), units::check_probability(share, written))
}

/// A rate per second, at most [`RATE_MAX`].
pub(crate) fn rate(ctx: &Context<'_>, value: &Value<'_>) -> Option<f64> {
    const EXPECTED: &str = "a rate, for example \"200/s\"";
    let rate = match value.get_ref() {
        DeValue::Integer(_) | DeValue::Float(_) => {
            let label = format!("expected {EXPECTED}");
            return ctx.fail(value.span(), "this rate has no unit", &label);
        }
        _ => quantity(ctx, value.span(), units::rate(str_of(ctx, value, EXPECTED)?))?,
    };
    if rate > RATE_MAX {
        let label = "expected at most 10,000,000/s";
        return ctx.fail(value.span(), "the rate is above 10,000,000/s", label);
    }
    Some(rate)
}

/// A bandwidth in bytes per second.
pub(crate) fn bandwidth(ctx: &Context<'_>, value: &Value<'_>) -> Option<u64> {
    const EXPECTED: &str = "a bandwidth, for example \"10MB/s\"";
    if matches!(value.get_ref(), DeValue::Integer(_) | DeValue::Float(_)) {
        let label = format!("expected {EXPECTED}");
        return ctx.fail(value.span(), "this bandwidth has no unit", &label);
    }
    let text = str_of(ctx, value, EXPECTED)?;
    quantity(ctx, value.span(), units::bandwidth(text))
}

/// An amount of memory in bytes.
pub(crate) fn size(ctx: &Context<'_>, value: &Value<'_>) -> Option<u64> {
    const EXPECTED: &str = "an amount of memory, for example \"2GB\"";
    quantity(ctx, value.span(), units::size(str_of(ctx, value, EXPECTED)?))
}

/// The value of a quantity; a malformed one is reported at `span`.
fn quantity<T>(ctx: &Context<'_>, span: Span, quantity: Result<T, Malformed>) -> Option<T> {
    match quantity {
        Ok(value) => Some(value),
        Err(wrong) => ctx.fail(span, wrong.message, wrong.expected),
    }
}
