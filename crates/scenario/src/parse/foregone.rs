//! Sentences that are decided before any run: their bound is outside of what can be measured, or is
//! all of it.

use std::time::Duration;

use crate::diagnostic::Problem;
use crate::table::context::{Context, Value};
use crate::table::fields::Fields;
use crate::{
    Comparison, Expectation, Expectations, Load, Metric, Population, Quantity, Requests, Sentence,
};

/// Warns of sentences that hold, or fail, whatever the runs do.
pub(crate) fn about_sentences(
    ctx: &Context<'_>,
    fields: &Fields<'_, '_>,
    verdict: &Expectations,
    loads: &[Load],
) {
    let table = fields.get("verdict").and_then(|verdict| verdict.get_ref().as_table());
    let lists: [(&str, &[Expectation]); 2] =
        [("expect", &verdict.expect), ("sweep", &verdict.sweep)];
    for (key, sentences) in lists {
        let written = table.and_then(|verdict| verdict.get(key)?.get_ref().as_array());
        for (sentence, value) in sentences.iter().zip(written.into_iter().flatten()) {
            if let Some(claim) = Claim::of(&sentence.sentence, loads) {
                claim.warn(ctx, value);
            }
        }
    }
}

/// A comparison of a number of which the extremes are known.
struct Claim {
    what: String,
    least: f64,
    greatest: f64,
    comparison: Comparison,
    bound: Quantity,
}

impl Claim {
    fn of(sentence: &Sentence, loads: &[Load]) -> Option<Claim> {
        Some(match sentence {
            Sentence::Violates { comparison, share, .. } => Claim {
                what: "a share of the seeds".to_owned(),
                least: 0.0,
                greatest: 1.0,
                comparison: *comparison,
                bound: Quantity::Share(*share),
            },
            Sentence::Metric { metric, comparison, value, .. }
            | Sentence::Aggregate { metric, comparison, value, .. } => {
                let (least, greatest) = extremes(metric, loads)?;
                let (what, comparison, bound) = (format!("`{metric}`"), *comparison, *value);
                Claim { what, least, greatest, comparison, bound }
            }
            Sentence::Property { .. } => return None,
        })
    }

    fn warn(&self, ctx: &Context<'_>, value: &Value<'_>) {
        let decided = if self.always() {
            "holds"
        } else if self.never() {
            "fails"
        } else {
            return;
        };
        let [least, greatest] = [self.least, self.greatest].map(|number| self.bound.with(number));
        let range = match self.greatest {
            f64::INFINITY => format!("at least {least}"),
            _ if self.least == self.greatest => format!("always {least}"),
            _ => format!("from {least} to {greatest}"),
        };
        let problem =
            Problem::warning(value.span(), format!("this sentence {decided} whatever the runs do"))
                .help(format!("{} is {range} here; state a bound that decides", self.what));
        ctx.report(problem);
    }

    fn holds(&self, number: f64) -> bool {
        self.comparison.holds(number, self.bound.number())
    }

    /// Every comparison holds for an interval, so both ends stand for all numbers between.
    fn always(&self) -> bool {
        self.holds(self.least) && self.holds(self.greatest)
    }

    fn never(&self) -> bool {
        let nearest = self.bound.number().clamp(self.least, self.greatest);
        ![self.least, nearest, self.greatest].into_iter().any(|number| self.holds(number))
    }
}

/// The least and the greatest number that a metric can be, if they are known.
fn extremes(metric: &Metric, loads: &[Load]) -> Option<(f64, f64)> {
    Some(match metric {
        Metric::Slower(than, Population::Requests(requests))
            if longest(requests, loads).is_some_and(|longest| *than >= longest.into()) =>
        {
            (0.0, 0.0)
        }
        Metric::Availability(_) | Metric::RejectedRate(_) | Metric::Slower(..) => (0.0, 1.0),
        Metric::Latency(_, Population::Requests(requests)) => {
            (0.0, longest(requests, loads)?.as_nanos() as f64)
        }
        Metric::Latency(_, Population::Observed { .. })
        | Metric::Throughput(_)
        | Metric::Recovery
        | Metric::Lab { .. } => (0.0, f64::INFINITY),
    })
}

/// The time after which all of these requests have ended.
fn longest(requests: &Requests, loads: &[Load]) -> Option<Duration> {
    let of_load = |load: &&Load| requests.load.as_ref().is_none_or(|name| *name == load.name);
    let of_region = |load: &&Load| {
        requests.region.is_none() || requests.region.as_ref() == load.region.as_ref()
    };
    loads.iter().filter(of_load).filter(of_region).map(|load| load.timeout).max()
}
