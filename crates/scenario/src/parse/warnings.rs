//! Warnings: scenarios that can be run, but perhaps not as intended.

use netsplit_history::Time;

use crate::diagnostic::Problem;
use crate::parse::fault::Placed;
use crate::parse::limits::REQUEST_BYTES;
use crate::table::context::Context;
use crate::table::fields::Fields;
use crate::{Arrivals, Expectations, Limits, Load};

/// Warns of a scenario without expectations, which always passes, and of a pass rate of 0%.
pub(crate) fn about_verdict(ctx: &Context<'_>, fields: &Fields<'_, '_>, verdict: &Expectations) {
    if verdict.expect.is_empty() && verdict.sweep.is_empty() {
        let span = match fields.get("verdict") {
            Some(value) => value.span(),
            None => fields.span_of("title"),
        };
        let problem =
            Problem::warning(span, "this scenario has no expectations, so it always passes")
                .help("add expectations: [verdict] with expect = [\"availability >= 99%\"]");
        ctx.report(problem);
    }
    if verdict.min_pass_rate == 0.0 {
        let span = fields.get("verdict").map_or(0..0, toml::Spanned::span);
        let problem = Problem::warning(span, "`min_pass_rate` of 0% holds whatever the runs do");
        ctx.report(problem.help("a sweep wants at least one seed to pass; state a share above 0%"));
    }
}

/// Warns of faults that end before the warm-up does, and so affect no measurement.
pub(crate) fn about_warmup(ctx: &Context<'_>, faults: &[Placed], warmup: Time) {
    for placed in faults {
        let spans = placed.fault.certain_spans(Time::MAX);
        if spans.last().is_some_and(|(_, heals)| *heals <= warmup) {
            let message = format!("`{}` ends before the measurement starts", placed.fault.name);
            let problem = Problem::warning(placed.kind_span.clone(), message);
            ctx.report(problem.help("start the fault after `warmup`, or shorten `warmup`"));
        }
    }
}

/// Warns of loads whose requests alone exceed a budget of the run.
pub(crate) fn about_limits(
    ctx: &Context<'_>,
    fields: &Fields<'_, '_>,
    (loads, limits, end): (&[Load], &Limits, Time),
) {
    let requests: f64 = loads.iter().map(|load| requests(load, end)).sum();
    let bytes = requests * REQUEST_BYTES as f64;
    if bytes <= limits.memory as f64 {
        return;
    }
    let (needed, limit) = ((bytes / 1e9).ceil(), limits.memory as f64 / 1e9);
    let message = format!(
        "about {requests:.0} requests take {needed}GB, and the run ends when it holds {limit}GB"
    );
    let help = format!(
        "shorten it or lower its load; with that much memory to spare: --set limits.memory={needed}GB"
    );
    ctx.report(Problem::warning(fields.span_of("load"), message).help(help));
}

/// The expected number of requests, as far as the load alone decides it.
fn requests(load: &Load, end: Time) -> f64 {
    let until = load.until.map_or(end, |until| until.min(end));
    match &load.arrivals {
        Arrivals::Open { steps, .. } => {
            let ends = steps.iter().skip(1).map(|(at, _)| *at).chain([until]);
            let spans = steps.iter().zip(ends);
            spans.map(|((from, rate), to)| to.min(until).since(*from).as_secs_f64() * rate).sum()
        }
        Arrivals::Closed { clients, .. } | Arrivals::Once { clients } => f64::from(*clients),
    }
}

/// Warns of a scenario without clients.
pub(crate) fn about_loads(ctx: &Context<'_>, fields: &Fields<'_, '_>, loads: &[Load]) {
    if loads.is_empty() {
        let message = "this scenario has no clients";
        let problem = Problem::warning(fields.span_of("title"), message);
        ctx.report(problem.help("add a load: [[load]] with rate = \"200/s\""));
    }
}
