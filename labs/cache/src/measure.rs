//! Measures at the end of a run.

use netsplit_history::stale_reads;
use netsplit_sim::prelude::*;

use crate::client::{GET, PUT};

/// The measures of a whole run, by name. Without evidence a measure is left out.
pub(crate) fn measure(run: &Run) -> Vec<(&'static str, f64)> {
    let window = run.measured_window();
    let count = |name: &str| {
        run.series.get(name).and_then(|series| series.value(&window)).unwrap_or_default()
    };
    let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
    let measures = [
        ("hit_ratio", share(count("hits"), count("hits") + count("misses"))),
        ("db_rate", share(count("db_reads"), window.length().as_secs_f64())),
        ("fetches_per_fill", share(count("db_reads"), count("fills"))),
        ("stale_fill_share", share(count("stale_fills"), count("fills"))),
        ("stale_reads", stale_reads(run, GET, PUT).map(|reads| reads as f64)),
        ("flushed_share", share(count("db_writes"), count("buffered"))),
        ("lost_per_restart", share(count("lost_writes"), count("restarts"))),
    ];
    measures.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
