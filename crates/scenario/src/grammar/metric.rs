//! Metrics, their populations, and the values that they are compared with.

use super::arguments::{Allowed, Arguments, name_of};
use super::parser::{PROPERTIES, Vocabulary};
use super::words::{Mistake, Parsed, Word, Words, no_such, synonym};
use crate::diagnostic::suggest::cut;
use crate::value::format;
use crate::value::units;
use crate::{Ended, Metric, Population, Quantity, Requests, Statistic};
use netsplit_history::Time;

/// The metrics of every lab, without percentiles.
const METRICS: [&str; 7] =
    ["availability", "mean", "max", "slower", "throughput", "recovery", "rejected_rate"];

/// Words for the endings of requests.
const ENDED: &[(&str, Ended)] = &[("all", Ended::All), ("admitted", Ended::Admitted)];
/// The arguments of metrics of durations.
const DURATIONS: Allowed = Allowed { ended: ENDED.split_at(1).0, observed: true };

/// Whether a word is the name of a metric.
pub(crate) fn is_metric(word: &str, known: &Vocabulary<'_>) -> bool {
    METRICS.contains(&word)
        || percentile(word).is_some()
        || known.numbers().any(|name| name == word)
        || known.lab.numbered(word).is_some()
}

/// Parses a metric with its arguments.
pub(crate) fn metric(words: &mut Words<'_>, known: &Vocabulary<'_>) -> Parsed<Metric> {
    let word = words.take();
    Ok(match word.text {
        "availability" => Metric::Availability(requests(words, known, ENDED)?),
        "throughput" => Metric::Throughput(requests(words, known, DURATIONS.ended)?),
        "rejected_rate" => Metric::RejectedRate(requests(words, known, DURATIONS.ended)?),
        "mean" => Metric::Latency(Statistic::Mean, population(words, known)?),
        "max" => Metric::Latency(Statistic::Max, population(words, known)?),
        "slower" => slower(words, known)?,
        "recovery" => Metric::Recovery,
        text => match percentile(text) {
            Some(p) => Metric::Latency(Statistic::Percentile(p), population(words, known)?),
            None => lab_metric(&word, words, known)?,
        },
    })
}

/// `slower(100ms)`, `slower(100ms, get)`.
fn slower(words: &mut Words<'_>, known: &Vocabulary<'_>) -> Parsed<Metric> {
    words.expect("(")?;
    let word = words.take();
    let than = units::duration(word.text)
        .map_err(|wrong| Mistake::new(word.span, wrong.message, wrong.expected))?;
    let mut arguments = Arguments::default();
    arguments.rest(words, known, DURATIONS)?;
    Ok(Metric::Slower(Time::from_nanos(than), arguments.population()?))
}

fn population(words: &mut Words<'_>, known: &Vocabulary<'_>) -> Parsed<Population> {
    Arguments::read(words, known, DURATIONS)?.population()
}

fn requests(
    words: &mut Words<'_>,
    known: &Vocabulary<'_>,
    ended: &'static [(&'static str, Ended)],
) -> Parsed<Requests> {
    Ok(Arguments::read(words, known, Allowed { ended, observed: false })?.requests())
}

/// `p50`, `p99.9`: from above 0 to below 100.
fn percentile(word: &str) -> Option<f64> {
    let p = units::decimal(word.strip_prefix('p')?, 0)?;
    (p > 0.0 && p < 100.0).then_some(p)
}

fn lab_metric(word: &Word<'_>, words: &mut Words<'_>, known: &Vocabulary<'_>) -> Parsed<Metric> {
    let of_lab = known.numbers();
    if of_lab.clone().any(|name| name == word.text) || known.lab.numbered(word.text).is_some() {
        let mut node = None;
        let argument = words.position();
        if words.take_if("(") {
            if known.is_measure(word.text) {
                let message = format!("`{}` is measured over all nodes together", word.text);
                let label = "expected nothing in parentheses";
                return Err(Mistake::new(argument, message, label));
            }
            words.expect("node")?;
            node = Some(name_of(words, known, "node")?);
            words.expect(")")?;
        }
        return Ok(Metric::Lab { name: word.text.to_owned(), node });
    }
    let known: Vec<_> = METRICS
        .into_iter()
        .chain(["p50", "p99", "p99.9"])
        .chain(of_lab)
        .chain(PROPERTIES)
        .chain(["not", "violates"])
        .collect();
    let label = "expected a metric such as `availability` or `p99`, or a property";
    if word.text.is_empty() {
        let message = "the sentence is incomplete";
        return Err(Mistake::new(word.span.clone(), message, label));
    }
    let mistake = no_such("metric or property", word, known);
    let help = match synonym(word.text) {
        _ if word.text.starts_with(|c: char| c.is_ascii_digit()) => None,
        Some(synonym) => Some(format!("did you mean `{synonym}`?")),
        None => mistake.help,
    };
    Err(Mistake { label: label.to_owned(), help, ..mistake })
}

/// Parses a value whose unit fits the metric.
pub(crate) fn value(words: &mut Words<'_>, metric: &Metric) -> Parsed<Quantity> {
    let word = words.take();
    let (message, label) = match metric {
        _ if word.text.is_empty() => ("the sentence is incomplete".into(), "expected a value"),
        Metric::Availability(_) | Metric::RejectedRate(_) | Metric::Slower(..) => {
            match share(word.text) {
                Some(share) => return Ok(share),
                None => (
                    format!("`{}` is not a share of the requests", cut(word.text)),
                    "expected a percentage up to 100%, for example `99.9%`",
                ),
            }
        }
        Metric::Latency(..) | Metric::Recovery => match units::duration(word.text) {
            Ok(nanos) => return Ok(Quantity::Nanos(nanos as f64)),
            Err(wrong) => (wrong.message, "expected a duration with its unit, for example `40ms`"),
        },
        Metric::Throughput(_) => match units::rate(word.text) {
            Ok(rate) => return Ok(Quantity::PerSecond(rate)),
            Err(_) => (
                format!("`{}` is not a rate", cut(word.text)),
                "expected a rate, for example `90/s`",
            ),
        },
        Metric::Lab { name, .. } => match plain(word.text) {
            Some(number) => return Ok(number),
            None => (
                format!("`{}` is not a number, but `{name}` is one", cut(word.text)),
                "expected a number without a unit, for example `3`, or a share such as `5%`",
            ),
        },
    };
    Err(Mistake {
        help: with_unit(word.text, words.peek(), metric),
        ..Mistake::new(word.span, message, label)
    })
}

/// A suggestion for a number without unit, whose unit may be the word `next`.
fn with_unit(text: &str, next: &str, metric: &Metric) -> Option<String> {
    let number = units::decimal(text, 0)?;
    let joined = format!("{text}{next}");
    let there = !next.is_empty();
    let meant = match metric {
        Metric::Latency(..) | Metric::Recovery => {
            units::duration(&joined).ok().filter(|_| there).map(|_| joined)?
        }
        Metric::Throughput(_) => match units::rate(&joined) {
            Ok(_) if there => joined,
            _ => format!("{text}/s"),
        },
        _ if there && units::percent(&joined).is_some() => joined,
        _ if number > 0.0 && number <= 1.0 => format::percent(number),
        _ if (0.0..=100.0).contains(&number) => format!("{text}%"),
        _ => return None,
    };
    Some(format!("did you mean `{meant}`?"))
}

fn share(text: &str) -> Option<Quantity> {
    let share = units::percent(text)?;
    (0.0..=1.0).contains(&share).then_some(Quantity::Share(share))
}

/// A metric of a lab has no unit, or has it in its name: `stale_ms`.
fn plain(text: &str) -> Option<Quantity> {
    let number = || units::decimal(text, 0).map(Quantity::Number);
    number().or_else(|| units::percent(text).map(Quantity::Share))
}
