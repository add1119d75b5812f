//! A run divided into columns of equal length, for the charts.
//!
//! The warm-up is included, and marked: without it a chart would hide how the system reached its
//! state. Requests belong to the column of their intended time.

use std::time::Duration;

use netsplit_history::{Counts, Run, Slices, Status, Time};

/// The requests of a run over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// The length of a column; the last one may be shorter.
    pub step: Duration,
    /// The end of the warm-up.
    pub warmup: Time,
    /// When the load stopped: the right edge.
    pub end: Time,
    /// From the start of the run to the right edge.
    pub columns: Vec<Column>,
    /// Each fault's name and the spans in which it was active, clipped to the chart.
    pub faults: Vec<(String, Vec<(Time, Time)>)>,
    /// Each action's name, when it was asked, and when it was obeyed.
    pub actions: Vec<(String, Time, Option<Time>)>,
}

/// The requests of one column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Column {
    /// The column's start.
    pub from: Time,
    /// Requests by status.
    pub counts: Counts,
    /// Successful requests per second.
    pub throughput: f64,
    /// The median latency of the successful requests.
    pub p50: Option<Duration>,
    /// Their 99th percentile; with few requests, often the maximum.
    pub p99: Option<Duration>,
}

impl Timeline {
    /// The timeline of `run` in at most `most_columns` columns (at least one) of a round length.
    pub fn new(run: &Run, most_columns: usize) -> Timeline {
        Timeline::in_slices(run, Slices::of(run.duration, most_columns))
    }

    /// The timeline of `run` with a column for each slice.
    pub fn in_slices(run: &Run, slices: Slices) -> Timeline {
        let (step, count) = (slices.length, slices.count);
        let mut columns = vec![Column::default(); count];
        let mut latencies = vec![Vec::new(); count];
        for operation in &run.operations {
            let Some(index) = slices.index(operation.intended) else {
                continue;
            };
            columns[index].counts.add(operation.status);
            if operation.status == Status::Ok {
                latencies[index].push(operation.latency());
            }
        }
        for (index, (column, latencies)) in columns.iter_mut().zip(&mut latencies).enumerate() {
            column.from = slices.start(index);
            let length = run.duration.since(column.from).min(step);
            column.throughput = column.counts.ok as f64 / length.as_secs_f64();
            latencies.sort_unstable();
            column.p50 = nearest_rank(latencies, 50);
            column.p99 = nearest_rank(latencies, 99);
        }
        Timeline {
            step,
            warmup: run.warmup,
            end: run.duration,
            columns,
            faults: faults(run),
            actions: actions(run),
        }
    }
}

fn faults(run: &Run) -> Vec<(String, Vec<(Time, Time)>)> {
    let seen = |&(from, to): &(Time, Time)| (from, to.min(run.duration));
    let spans = |spans: &[(Time, Time)]| -> Vec<_> {
        let inside = spans.iter().map(seen).filter(|(from, to)| from < to);
        inside.collect()
    };
    run.faults.iter().map(|fault| (fault.name.clone(), spans(&fault.spans))).collect()
}

fn actions(run: &Run) -> Vec<(String, Time, Option<Time>)> {
    let seen = |at: &Time| *at < run.duration;
    let asked = run.actions.iter().filter_map(|action| {
        let asked = action.asked.filter(seen)?;
        Some((action.name.clone(), asked, action.obeyed.filter(seen)))
    });
    asked.collect()
}

/// The nearest-rank percentile of the sorted durations.
fn nearest_rank(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100);
    rank.checked_sub(1).map(|index| sorted[index])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, cut};

    #[test]
    fn columns_have_a_round_length_and_cover_the_load() {
        let (_, run) = cut();
        let timeline = Timeline::new(&run, 50);
        assert_eq!(timeline.step, Duration::from_millis(1200));
        assert_eq!(timeline.columns.len(), 50);
        assert!(Timeline::new(&Run::default(), 50).columns.is_empty());
    }

    #[test]
    fn every_request_until_the_load_stops_is_in_one_column() {
        let (_, run) = cut();
        let timeline = Timeline::new(&run, 7);
        let counted: u64 = timeline.columns.iter().map(|c| c.counts.attempted).sum();
        assert_eq!(counted, run.operations.len() as u64);
    }

    #[test]
    fn throughput_counts_successes_over_the_true_length_of_the_column() {
        let (_, run) = cut();
        let timeline = Timeline::new(&run, 8);
        assert_eq!(timeline.step, Duration::from_secs(8));
        let rates: Vec<_> = timeline.columns.iter().map(|c| c.throughput).collect();
        assert_eq!(rates, [200.0, 200.0, 175.0, 162.5, 200.0, 200.0, 200.0, 200.0]);
    }

    #[test]
    fn percentiles_are_of_the_successes_in_the_column() {
        let (_, run) = cut();
        let timeline = Timeline::new(&run, 60);
        let calm = &timeline.columns[10];
        assert_eq!(calm.p50, nearest_rank(&sorted(&run, 10), 50));
        assert_eq!(calm.p99, nearest_rank(&sorted(&run, 10), 99));
        assert!(calm.p50 < calm.p99);
        let millis: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(nearest_rank(&millis, 99), Some(Duration::from_millis(198)));
        assert_eq!(nearest_rank(&[], 99), None);
    }

    fn sorted(run: &Run, second: u64) -> Vec<Duration> {
        let from = Time::from(Duration::from_secs(second));
        let in_it = run
            .operations
            .iter()
            .filter(|op| op.intended >= from && op.intended < from + Duration::from_secs(1))
            .filter(|op| op.status == Status::Ok);
        let mut latencies: Vec<_> = in_it.map(netsplit_history::Operation::latency).collect();
        latencies.sort_unstable();
        latencies
    }

    #[test]
    fn faults_end_with_the_picture() {
        let (_, mut run) = cut();
        run.faults[0].spans = vec![(at(50.0), at(61.0)), (at(60.5), at(61.0))];
        let timeline = Timeline::new(&run, 60);
        let spans = vec![(at(50.0), at(60.0))];
        assert_eq!(timeline.faults, [("minority-cut".to_owned(), spans)]);
    }
}
