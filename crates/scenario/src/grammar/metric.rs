//! Metrics, whose requests they are over, and the values that they are compared with.

use super::parser::{PROPERTIES, Vocabulary};
use super::words::{Mistake, Parsed, Words, no_such, unexpected};
use crate::grammar::lexer::Word;
use crate::units::{self, cut};
use crate::{Metric, Population, Quantity, Statistic};

/// Metrics that every lab has; percentiles apart.
const METRICS: [&str; 6] = [
    "availability",
    "mean",
    "max",
    "throughput",
    "recovery",
    "rejected_rate",
];

/// Whether a word is a metric of its own.
pub(crate) fn is_metric(word: &str, known: &Vocabulary<'_>) -> bool {
    METRICS.contains(&word)
        || percentile(word).is_some()
        || Vocabulary::named(known.lab.metrics).any(|name| name == word)
}

/// Parses a metric with its population.
pub(crate) fn metric(words: &mut Words<'_>, known: &Vocabulary<'_>) -> Parsed<Metric> {
    let word = words.take();
    let requests = [("all", Population::All), ("admitted", Population::Admitted)];
    Ok(match word.text {
        "availability" => Metric::Availability(population(words, known, &requests, false)?),
        "throughput" => Metric::Throughput(population(words, known, &requests[..1], false)?),
        "rejected_rate" => Metric::RejectedRate(population(words, known, &requests[..1], false)?),
        "mean" => latency(words, known, Statistic::Mean)?,
        "max" => latency(words, known, Statistic::Max)?,
        "recovery" => Metric::Recovery,
        text => match percentile(text) {
            Some(p) => latency(words, known, Statistic::Percentile(p))?,
            None => lab_metric(&word, known)?,
        },
    })
}

fn latency(words: &mut Words<'_>, known: &Vocabulary<'_>, statistic: Statistic) -> Parsed<Metric> {
    let all = [("all", Population::All)];
    Ok(Metric::Latency(
        statistic,
        population(words, known, &all, true)?,
    ))
}

/// `p50`, `p99.9`: from above 0 to below 100.
fn percentile(word: &str) -> Option<f64> {
    let p = units::decimal(word.strip_prefix('p')?, 0)?;
    (p > 0.0 && p < 100.0).then_some(p)
}

fn lab_metric(word: &Word<'_>, known: &Vocabulary<'_>) -> Parsed<Metric> {
    let of_lab = Vocabulary::named(known.lab.metrics);
    if of_lab.clone().any(|name| name == word.text) {
        return Ok(Metric::Lab(word.text.to_owned()));
    }
    let known: Vec<_> = METRICS
        .into_iter()
        .chain(["p50", "p99", "p99.9"])
        .chain(of_lab)
        .chain(PROPERTIES)
        .chain(["not", "violates"])
        .collect();
    if word.text.is_empty() {
        return Err(unexpected(word, known));
    }
    let mistake = no_such("metric or property", word, known);
    let label = "expected a metric such as `availability` or `p99`, or a property";
    Err(Mistake {
        label: label.to_owned(),
        ..mistake
    })
}

/// `(get)`, `(all)`, or nothing.
fn population(
    words: &mut Words<'_>,
    known: &Vocabulary<'_>,
    special: &[(&'static str, Population)],
    observed: bool,
) -> Parsed<Population> {
    if !words.take_if("(") {
        return Ok(Population::Successful);
    }
    let word = words.take();
    let found = special.iter().find(|(name, _)| *name == word.text);
    let of_lab = Vocabulary::named(if observed { known.lab.observed } else { &[] });
    let population = if let Some((_, population)) = found {
        population.clone()
    } else if known.operations().any(|name| name == word.text) {
        Population::Operation(word.text.to_owned())
    } else if of_lab.clone().any(|name| name == word.text) {
        Population::Observed(word.text.to_owned())
    } else {
        let special = special.iter().map(|(name, _)| *name);
        let all: Vec<_> = special.chain(known.operations()).chain(of_lab).collect();
        let what = if observed {
            "operation or observed duration"
        } else {
            "operation"
        };
        return Err(no_such(what, &word, all));
    };
    words.expect(")")?;
    Ok(population)
}

/// Parses a value whose unit fits the metric.
pub(crate) fn value(words: &mut Words<'_>, metric: &Metric) -> Parsed<Quantity> {
    let word = words.take();
    let wrong = |what: &str, label: &str| {
        let message = match word.text {
            "" => "the sentence ends too early".to_owned(),
            text => format!("`{}` {what}", cut(text)),
        };
        Mistake::new(word.span.clone(), message, label)
    };
    match metric {
        Metric::Availability(_) | Metric::RejectedRate(_) => share(word.text).ok_or_else(|| {
            let label = "expected a percentage up to 100%, for example `99.9%`";
            wrong("is no share of the requests", label)
        }),
        Metric::Latency(..) | Metric::Recovery => match units::duration(word.text) {
            Ok(nanos) => Ok(Quantity::Nanos(nanos as f64)),
            Err(_) if units::decimal(word.text, 0).is_some() => Err(wrong(
                "has no time unit",
                "time unit needed, for example `40ms`",
            )),
            Err(error) => Err(Mistake::new(
                word.span.clone(),
                error.message,
                error.expected,
            )),
        },
        Metric::Throughput(_) => units::rate(word.text)
            .map(Quantity::PerSecond)
            .map_err(|_| wrong("is no rate", "expected a rate, for example `90/s`")),
        Metric::Lab(_) => any_quantity(word.text).ok_or_else(|| {
            let label = "expected a number, with its unit if it has one: `3`, `5%`, `20ms`, `10/s`";
            wrong("is no number", label)
        }),
    }
}

fn share(text: &str) -> Option<Quantity> {
    let share = units::percent(text)?;
    (0.0..=1.0)
        .contains(&share)
        .then_some(Quantity::Share(share))
}

fn any_quantity(text: &str) -> Option<Quantity> {
    let number = || units::decimal(text, 0).map(Quantity::Number);
    let percent = || units::percent(text).map(Quantity::Share);
    let rate = || units::rate(text).ok().map(Quantity::PerSecond);
    let time = || {
        units::duration(text)
            .ok()
            .map(|ns| Quantity::Nanos(ns as f64))
    };
    number().or_else(percent).or_else(rate).or_else(time)
}
