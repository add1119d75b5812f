//! `netsplit trace`: prints the events of a run, a line each.

use std::fmt::Write;
use std::process::ExitCode;

use netsplit_harness::Catalog;
use netsplit_history::{Time, TraceEvent, TraceKind};
use netsplit_sim::Options;

use crate::args::Trace;
use crate::command::run::{simulate, with_seed};
use crate::terminal;

/// Runs the scenario and prints the events that were asked for.
pub fn trace(catalog: Catalog<'_>, args: &Trace) -> anyhow::Result<ExitCode> {
    let source = catalog.source(&args.which.scenario)?;
    let experiment = crate::load(catalog, &source, &args.which.overrides())?;
    let options = Options { record_trace: true, ..with_seed(args.which.seed) };
    let run = simulate(&experiment, &options)?;
    let mut text = String::new();
    for event in run.trace.iter().filter(|event| wanted(event, args)) {
        writeln!(text, "{event}")?;
    }
    if text.is_empty() {
        terminal::complain(&format!(
            "none of the run's {} events matches that time, node and message",
            run.trace.len()
        ));
    }
    terminal::print(&text);
    Ok(ExitCode::SUCCESS)
}

fn wanted(event: &TraceEvent, args: &Trace) -> bool {
    let about = |name: &String| {
        *event.node == **name
            || match &event.kind {
                TraceKind::Send { to, .. } | TraceKind::Drop { to, .. } => **to == **name,
                TraceKind::Deliver { from, .. } => **from == **name,
                _ => false,
            }
    };
    args.from.is_none_or(|from| event.at >= Time::from(from))
        && args.to.is_none_or(|to| event.at < Time::from(to))
        && args.node.as_ref().is_none_or(about)
        && args.message.as_deref().is_none_or(|kind| event.message() == Some(kind))
}
