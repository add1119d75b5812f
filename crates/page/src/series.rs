//! The values of the charts: a value for each column of a [`Timeline`].

use std::time::Duration;

use netsplit_history::{Aggregate, Counts, Run, Time};
use netsplit_report::Timeline;
use serde::Serialize;

/// The charts' values.
#[derive(Serialize)]
pub(crate) struct Chart {
    /// The length of a column, in nanoseconds.
    step: u64,
    counts: Vec<Counts>,
    p50: Vec<Option<u64>>,
    p99: Vec<Option<u64>>,
    series: Vec<Curve>,
}

/// A counter or a gauge of the lab: a counter's sum in each column, a gauge's last value.
#[derive(Serialize)]
struct Curve {
    name: String,
    gauge: bool,
    values: Vec<Option<f64>>,
}

impl Chart {
    pub fn new(run: &Run, timeline: &Timeline) -> Chart {
        let columns = || timeline.columns.iter();
        let nanos = |duration: Duration| duration.as_nanos() as u64;
        Chart {
            step: nanos(timeline.step),
            counts: columns().map(|column| column.counts).collect(),
            p50: columns().map(|column| column.p50.map(nanos)).collect(),
            p99: columns().map(|column| column.p99.map(nanos)).collect(),
            series: curves(run, timeline),
        }
    }
}

fn curves(run: &Run, timeline: &Timeline) -> Vec<Curve> {
    let curve = |(name, series): (&std::sync::Arc<str>, &netsplit_history::Series)| {
        let gauge = series.aggregate == Aggregate::Last;
        let mut values = vec![if gauge { None } else { Some(0.0) }; timeline.columns.len()];
        for (at, value) in series.points.iter().map(|point| (point.at, point.value)) {
            let Some(slot) = values.get_mut(column(at, timeline.step)) else { continue };
            *slot = Some(if gauge { value } else { slot.unwrap_or(0.0) + value });
        }
        if gauge {
            let mut last = None;
            for value in &mut values {
                last = value.or(last);
                *value = last;
            }
        }
        values.iter_mut().for_each(|value| *value = value.filter(|number| number.is_finite()));
        Curve { name: name.to_string(), gauge, values }
    };
    run.series.iter().map(curve).collect()
}

fn column(at: Time, step: Duration) -> usize {
    (at.as_nanos() / (step.as_nanos() as u64).max(1)) as usize
}
