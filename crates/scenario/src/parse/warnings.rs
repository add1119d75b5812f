//! What can be run, but perhaps not as meant: warnings.

use netsplit_history::Time;

use crate::diagnostic::Problem;
use crate::parse::fault::Placed;
use crate::table::context::Context;
use crate::table::fields::Fields;
use crate::{Expectations, Load};

/// A verdict of nothing is always a pass.
pub(crate) fn about_verdict(ctx: &Context<'_>, fields: &Fields<'_, '_>, verdict: &Expectations) {
    if verdict.expect.is_empty() && verdict.sweep.is_empty() {
        let span = match fields.get("verdict") {
            Some(value) => value.span(),
            None => fields.span_of("title"),
        };
        let problem = Problem::warning(span, "this scenario expects nothing, so it always passes")
            .help("say what must hold under [verdict]: expect = [\"availability >= 99%\"]");
        ctx.report(problem);
    }
}

/// What is over before the warm-up is, nobody measures.
pub(crate) fn about_warmup(ctx: &Context<'_>, faults: &[Placed], warmup: Time) {
    for placed in faults {
        let spans = placed.fault.certain_spans(Time::MAX);
        if spans.last().is_some_and(|(_, heals)| *heals <= warmup) {
            let message = format!("`{}` is over before anything is measured", placed.fault.name);
            let problem = Problem::warning(placed.kind_span.clone(), message);
            ctx.report(problem.help("strike after `warmup`, or shorten `warmup`"));
        }
    }
}

/// Without a load there is nobody to notice anything.
pub(crate) fn about_loads(ctx: &Context<'_>, fields: &Fields<'_, '_>, loads: &[Load]) {
    if loads.is_empty() {
        let message = "no client asks anything in this scenario";
        let problem = Problem::warning(fields.span_of("title"), message);
        ctx.report(problem.help("add a load: [[load]] with rate = \"200/s\""));
    }
}
