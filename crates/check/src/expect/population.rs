//! The requests and durations that a metric covers.

use std::time::Duration;

use netsplit_history::{Operation, Run, Status, Tally, Window};
use netsplit_scenario::{Ended, Population, Requests, Scenario};

/// The requests of the window that meet all conditions.
///
/// # Errors
/// When there are none.
pub(super) fn tally(
    requests: &Requests,
    window: &Window,
    scenario: &Scenario,
    run: &Run,
) -> Result<Tally, String> {
    let tally = Tally::of(run, window, |operation| belongs(operation, requests, scenario));
    if tally.counts.attempted > 0 {
        return Ok(tally);
    }
    Err(format!("no {} in this window", described(requests)))
}

/// The durations of the window, and a name for one of them.
pub(super) fn durations(
    population: &Population,
    window: &Window,
    scenario: &Scenario,
    run: &Run,
) -> (Vec<Duration>, String) {
    match population {
        Population::Requests(requests) => {
            let only_ok = requests.ended == Ended::Successful;
            let mut asked = run.operations.iter().filter(|operation| {
                window.contains(operation.intended) && belongs(operation, requests, scenario)
            });
            let ended = asked.clone().filter(|op| !only_ok || op.status == Status::Ok);
            let durations = ended.map(Operation::latency).collect();
            let successful = if only_ok && asked.next().is_some() { "successful " } else { "" };
            (durations, format!("{successful}{}", described(requests)))
        }
        Population::Observed { name, node } => {
            let host = node.as_ref().and_then(|node| run.host(node));
            let samples = run.observed.get(name.as_str()).into_iter().flatten();
            let counted = samples.filter(|sample| {
                window.contains(sample.at) && (node.is_none() || Some(sample.host) == host)
            });
            let of = node.as_ref().map(|node| format!(" of {node}")).unwrap_or_default();
            (counted.map(|sample| sample.value).collect(), format!("`{name}`{of}"))
        }
    }
}

fn belongs(operation: &Operation, requests: &Requests, scenario: &Scenario) -> bool {
    let is = |wanted: &Option<String>, name: &str| wanted.as_ref().is_none_or(|it| it == name);
    let in_region = |region: &str| {
        let mut loads = scenario.loads.iter().filter(|load| *load.name == *operation.load);
        loads.any(|load| load.region.as_deref() == Some(region))
    };
    (requests.ended != Ended::Admitted || operation.status != Status::Rejected)
        && is(&requests.operation, &operation.op)
        && is(&requests.load, &operation.load)
        && requests.region.as_deref().is_none_or(in_region)
}

/// A request with the conditions: "`get` request of load writers".
fn described(requests: &Requests) -> String {
    let Requests { operation, load, region, .. } = requests;
    let operation = operation.as_ref().map(|name| format!("`{name}` ")).unwrap_or_default();
    let load = load.as_ref().map(|name| format!(" of load {name}")).unwrap_or_default();
    let region = region.as_ref().map(|name| format!(" of region {name}")).unwrap_or_default();
    format!("{operation}request{load}{region}")
}
