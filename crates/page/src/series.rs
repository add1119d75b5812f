//! The values of the charts: a value for each column of a [`Timeline`].

use std::sync::Arc;
use std::time::Duration;

use netsplit_history::{Aggregate, Counts, Run, Series, Slices};
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
    let slices = Slices { length: timeline.step, count: timeline.columns.len() };
    let curve = |(name, series): (&Arc<str>, &Series)| {
        let gauge = series.aggregate == Aggregate::Last;
        let finite = |number: f64| Some(number).filter(|number| number.is_finite());
        let values = if gauge {
            slices.last_values(&series.points)
        } else {
            slices.sums(&series.points).into_iter().map(finite).collect()
        };
        Curve { name: name.to_string(), gauge, values }
    };
    run.series.iter().map(curve).collect()
}
