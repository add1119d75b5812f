//! Doing a run twice, and finding the first event at which the two differ.

use netsplit_harness::Experiment;
use netsplit_history::{Parting, Run, TraceEvent};
use netsplit_report::sweep::Divergence;
use netsplit_scenario::Refusal;
use netsplit_sim::Options;

use crate::worker::watched;

/// Does a run; with `twice`, does it again, and returns where the second differs.
///
/// # Errors
/// When the lab refuses the scenario.
pub fn run(
    experiment: &Experiment,
    options: &Options,
    twice: bool,
) -> Result<(Run, Option<Divergence>), Refusal> {
    let options = Options { record_trace: twice, ..options.clone() };
    let once = || watched(experiment, &options, &mut |_| ());
    let mut first = once()?;
    let divergence = if twice { divergence(&first, &once()?) } else { None };
    first.trace = Vec::new();
    Ok((first, divergence))
}

/// The first event at which two traces differ, in what it says or in what led to it.
fn divergence(first: &Run, second: &Run) -> Option<Divergence> {
    if first.fingerprint == second.fingerprint {
        return None;
    }
    let Parting { equal, alike } = Parting::of(&first.trace, &second.trace);
    let (a, b) = (first.trace.get(equal), second.trace.get(equal));
    let event = a.or(b);
    let told = |event: Option<&TraceEvent>| match event {
        Some(event) if alike == equal => event.to_string(),
        Some(event) => format!(
            "{event}, after other random draws or with other content ({:016x})",
            event.fingerprint
        ),
        None => "nothing more that a trace tells".into(),
    };
    Some(Divergence {
        event: equal + 1,
        at: event.map_or_else(|| first.end.to_string(), |event| event.at.to_string()),
        node: event.map_or_else(String::new, |event| event.node.to_string()),
        first: told(a),
        second: told(b),
    })
}

#[cfg(test)]
mod tests;
