//! Warnings: scenarios that can be run, but perhaps not as intended.

use netsplit_history::Time;

use crate::diagnostic::Problem;
use crate::parse::fault::Placed;
use crate::table::context::Context;
use crate::table::fields::Fields;
use crate::{Expectations, Load};

/// Warns of a scenario without expectations, which always passes.
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

/// Warns of a scenario without clients.
pub(crate) fn about_loads(ctx: &Context<'_>, fields: &Fields<'_, '_>, loads: &[Load]) {
    if loads.is_empty() {
        let message = "this scenario has no clients";
        let problem = Problem::warning(fields.span_of("title"), message);
        ctx.report(problem.help("add a load: [[load]] with rate = \"200/s\""));
    }
}
