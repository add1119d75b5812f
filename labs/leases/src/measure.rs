//! Measures at the end of a run.

use netsplit_sim::prelude::*;

/// The measures of a whole run, by name. A share of nothing is left out.
pub(crate) fn measure(run: &Run) -> Vec<(&'static str, f64)> {
    let count = |name: &str| run.events.iter().filter(|event| &*event.name == name).count() as f64;
    let woken = run.series.get("wakeups").into_iter().flat_map(|series| &series.points);
    let woken: f64 = woken.map(|point| point.value).sum();
    let pauses = run.faults.iter().filter(|fault| fault.kind == "pause");
    let pauses = pauses.map(|fault| fault.spans.len()).sum::<usize>() as f64;
    let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
    let shares = [
        ("expired_per_pause", share(count("expired"), pauses)),
        ("wakeups_per_release", share(woken, count("freed"))),
    ];
    shares.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
