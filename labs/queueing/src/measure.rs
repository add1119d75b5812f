//! End-of-run measures.

use std::time::Duration;

use netsplit_history::Run;

use crate::cluster::Cluster;

/// The measures of a whole run, by name.
pub(crate) fn measure(run: &Run, cluster: &Cluster) -> Vec<(&'static str, f64)> {
    let window = run.measured_window();
    let requests = run.operations.iter().filter(|op| window.contains(op.intended)).count();
    let leaves = (requests * cluster.replicas.leaves) as f64;
    let hedges = run.series.get("hedges").and_then(|series| series.value(&window));
    let hedge_rate = hedges.filter(|_| leaves > 0.0).map(|hedges| hedges / leaves);
    let busy: f64 = measured(run, "service").map(|work| work.as_secs_f64()).sum();
    let utilisation =
        cluster.workers.map(|workers| busy / (window.length().as_secs_f64() * workers as f64));
    let measures = [("hedge_rate", hedge_rate), ("utilisation", utilisation)];
    measures.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// The samples of an observed distribution that lie in the measured window.
fn measured<'a>(run: &'a Run, name: &str) -> impl Iterator<Item = Duration> + 'a {
    let window = run.measured_window();
    let samples = run.observed.get(name).into_iter().flatten();
    samples.filter(move |sample| window.contains(sample.at)).map(|sample| sample.value)
}
