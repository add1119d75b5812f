//! The run over time, as arrays with a number per slice.
//!
//! Requests belong to the slice of their intended send. Slices have an equal, round length; the
//! last one may be shorter. Numbers of nodes are by name: of their queues, and of the lab's gauges.

use std::collections::BTreeMap;

use netsplit_check::significant;
use netsplit_history::{Aggregate, Level, Run, Sample, Series, Slices};
use serde::{Deserialize, Serialize};

use crate::Timeline;
use crate::rounding::millis;

/// Significant digits of means and gauges.
const DIGITS: usize = 4;

/// The run over time, until its load stopped.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OverTimeReport {
    /// The length of a slice, in seconds.
    pub slice_s: f64,
    /// Requests that the load sent.
    pub requests: Vec<u64>,
    /// Those that succeeded.
    pub ok: Vec<u64>,
    /// Those that got an error.
    pub failed: Vec<u64>,
    /// Those whose client gave up waiting.
    pub timed_out: Vec<u64>,
    /// Those that the system declined.
    pub rejected: Vec<u64>,
    /// Calls that client hosts made: at least one per request, and one more for each retry or
    /// hedge that a client makes itself.
    pub attempts: Vec<u64>,
    /// The median latency of the successful requests, in milliseconds.
    pub p50_ms: Vec<Option<f64>>,
    /// Their 99th percentile; with few requests, often the maximum.
    pub p99_ms: Vec<Option<f64>>,
    /// The number of requests in flight.
    pub in_flight: Levels,
    /// The queue before the workers of each node that has a limited number of them.
    pub queues: BTreeMap<String, Levels>,
    /// Each gauge of the lab by node: its value at the end of the slice, null before it is set.
    pub gauges: BTreeMap<String, BTreeMap<String, Vec<Option<f64>>>>,
    /// Each counter of the lab: its increase, over all nodes.
    pub counters: BTreeMap<String, Vec<f64>>,
}

/// A level over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Levels {
    /// Its mean in each slice.
    pub mean: Vec<f64>,
    /// Its maximum in each slice.
    pub max: Vec<u64>,
}

impl From<&[netsplit_history::LevelSlice]> for Levels {
    fn from(slices: &[netsplit_history::LevelSlice]) -> Levels {
        Levels {
            mean: slices.iter().map(|slice| significant(slice.mean, DIGITS)).collect(),
            max: slices.iter().map(|slice| slice.max).collect(),
        }
    }
}

impl From<&Run> for OverTimeReport {
    fn from(run: &Run) -> OverTimeReport {
        let slices = run.over_time.slices;
        let columns = Timeline::in_slices(run, slices).columns;
        let count = |of: fn(&netsplit_history::Counts) -> u64| -> Vec<u64> {
            columns.iter().map(|column| of(&column.counts)).collect()
        };
        let queues = run.over_time.queues.iter();
        let series = |aggregate| run.series.iter().filter(move |(_, s)| s.aggregate == aggregate);
        OverTimeReport {
            slice_s: slices.length.as_secs_f64(),
            requests: count(|counts| counts.attempted),
            ok: count(|counts| counts.ok),
            failed: count(|counts| counts.failed),
            timed_out: count(|counts| counts.timed_out),
            rejected: count(|counts| counts.rejected),
            attempts: run.over_time.attempts.clone(),
            p50_ms: columns.iter().map(|column| column.p50.map(|d| millis(d, 3))).collect(),
            p99_ms: columns.iter().map(|column| column.p99.map(|d| millis(d, 3))).collect(),
            in_flight: in_flight(run, slices),
            queues: queues.map(|(name, level)| (name.to_string(), level[..].into())).collect(),
            gauges: series(Aggregate::Last)
                .map(|(name, gauge)| (name.to_string(), by_node(run, gauge, slices)))
                .collect(),
            counters: series(Aggregate::Sum)
                .map(|(name, counter)| (name.to_string(), slices.sums(&counter.points)))
                .collect(),
        }
    }
}

/// Requests between their intended send and their end.
fn in_flight(run: &Run, slices: Slices) -> Levels {
    let starts = run.operations.iter().map(|operation| (operation.intended, true));
    let ends = run.operations.iter().map(|operation| (operation.finished, false));
    let mut changes: Vec<_> = starts.chain(ends).collect();
    changes.sort_by_key(|(at, _)| *at);
    let (mut level, mut number) = (Level::new(slices), 0u64);
    let mut changes = changes.into_iter().peekable();
    while let Some((at, starts)) = changes.next() {
        number = if starts { number + 1 } else { number.saturating_sub(1) };
        if changes.peek().is_none_or(|next| next.0 > at) {
            level.set(at, number);
        }
    }
    level.finish(run.duration)[..].into()
}

fn by_node(run: &Run, gauge: &Series, slices: Slices) -> BTreeMap<String, Vec<Option<f64>>> {
    let mut nodes: BTreeMap<u32, Vec<Sample<f64>>> = BTreeMap::new();
    for point in &gauge.points {
        nodes.entry(point.host).or_default().push(*point);
    }
    let name =
        |host: u32| run.hosts.get(host as usize).map_or_else(String::new, ToString::to_string);
    nodes
        .into_iter()
        .map(|(host, points)| (name(host), rounded(&slices.last_values(&points))))
        .collect()
}

fn rounded(values: &[Option<f64>]) -> Vec<Option<f64>> {
    values.iter().map(|value| value.map(|value| significant(value, DIGITS))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, cut};
    use netsplit_history::OverTime;

    #[test]
    fn slices_add_up_to_the_run() {
        let (_, mut run) = cut();
        let slices = Slices::of(run.duration, 60);
        run.over_time = OverTime { slices, ..OverTime::default() };
        run.hosts = vec!["n1".into()];
        let over_time = OverTimeReport::from(&run);
        let (sent, ok): (u64, u64) = (over_time.requests.iter().sum(), over_time.ok.iter().sum());
        let succeeded =
            run.operations.iter().filter(|op| op.status == netsplit_history::Status::Ok);
        assert_eq!((sent, ok), (run.operations.len() as u64, succeeded.count() as u64));
        let sojourns: f64 = run.operations.iter().map(|op| op.latency().as_secs_f64()).sum();
        let integral: f64 = over_time.in_flight.mean.iter().sum::<f64>() * over_time.slice_s;
        assert!((integral / sojourns - 1.0).abs() < 0.01, "{integral} {sojourns}");
        let stale: f64 = over_time.counters["stale_reads"].iter().sum();
        let points = &run.series["stale_reads"].points;
        assert_eq!(stale, points.iter().map(|point| point.value).sum::<f64>());
        let hints = &over_time.gauges["hints"]["n1"];
        assert_eq!((hints[24], hints[25], hints[59]), (None, Some(17.0), Some(17.0)));
        assert_eq!(slices.index(at(25.0)), Some(25));
    }

    #[test]
    fn a_report_has_its_numbers_over_time_on_one_line() {
        let (scenario, run) = cut();
        let text = crate::to_json(&crate::testing::report_of(&scenario, &run));
        let lines = text.lines().filter(|line| line.contains("over_time"));
        assert!(lines.clone().all(|line| line.contains("counters")) && lines.count() == 1);
    }
}
