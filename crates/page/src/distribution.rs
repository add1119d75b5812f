//! The distribution of latencies in each phase and of each operation, on one logarithmic axis.

use std::time::Duration;

use netsplit_history::{Operation, Run, Status, Window};
use netsplit_report::{LatencyMs, Report, phase_windows};
use netsplit_scenario::Scenario;

/// The picture, in its own units.
const WIDTH: f64 = 960.0;
const LEFT: f64 = 170.0;
const RIGHT: f64 = 40.0;
const ROW: f64 = 46.0;
const TALL: f64 = 28.0;
/// Bars from the shortest latency to the longest.
const BARS: usize = 110;
/// Room for the name of a percentile.
const ROOM: f64 = 34.0;

/// The picture.
pub(crate) struct Distributions {
    pub width: f64,
    pub height: f64,
    pub left: f64,
    pub bar: f64,
    pub ticks: Vec<(f64, String)>,
    pub rows: Vec<Row>,
}

/// The distribution of one phase or operation.
pub(crate) struct Row {
    pub name: String,
    /// Where its bars stand.
    pub base: f64,
    pub bars: Vec<Bar>,
    pub marks: Vec<Mark>,
}

/// The latencies of an interval.
pub(crate) struct Bar {
    pub x: f64,
    pub y: f64,
    pub height: f64,
    pub said: String,
}

/// A percentile.
pub(crate) struct Mark {
    pub x: f64,
    /// Its name, where there is room for it.
    pub name: &'static str,
    pub said: String,
}

/// The axis: equal ratios are equal distances.
struct Axis {
    low: f64,
    high: f64,
}

impl Distributions {
    /// Those of a run; `None` if no request succeeded.
    pub fn new(scenario: &Scenario, run: &Run, report: &Report) -> Option<Distributions> {
        let measured = run.measured_window();
        let mut groups = Vec::new();
        for (phase, (name, window)) in report.phases.iter().zip(phase_windows(scenario, run)) {
            groups.push((name, latencies(run, &window, |_| true), &phase.latency_ms));
        }
        // One operation alone is the overall distribution.
        for (name, operation) in report.operations.iter().filter(|_| report.operations.len() > 1) {
            let of_name = latencies(run, &measured, |it| *it.op == **name);
            groups.push((format!("operation {name}"), of_name, &operation.latency_ms));
        }
        groups.retain(|(_, latencies, _)| !latencies.is_empty());
        let all = || groups.iter().flat_map(|(_, latencies, _)| latencies);
        let axis = Axis::over(*all().min()?, *all().max()?);
        let rows = groups.iter().enumerate();
        Some(Distributions {
            width: WIDTH,
            height: ROW * groups.len() as f64 + 24.0,
            left: LEFT,
            bar: rounded((WIDTH - LEFT - RIGHT) / BARS as f64 - 1.0),
            ticks: axis.ticks(),
            rows: rows
                .map(|(index, (name, latencies, reported))| {
                    axis.row(name.clone(), latencies, reported, ROW * (index as f64 + 1.0))
                })
                .collect(),
        })
    }
}

/// The latencies of the successful requests that were meant to be sent within a window.
fn latencies(run: &Run, window: &Window, keep: impl Fn(&Operation) -> bool) -> Vec<Duration> {
    let counted =
        |it: &&Operation| it.status == Status::Ok && window.contains(it.intended) && keep(it);
    run.operations.iter().filter(counted).map(Operation::latency).collect()
}

impl Axis {
    fn over(shortest: Duration, longest: Duration) -> Axis {
        let millis = |it: Duration| (it.as_nanos() as f64 / 1e6).max(1e-6);
        Axis { low: millis(shortest) * 0.9, high: millis(longest) * 1.1 }
    }

    /// The place of a latency, from 0 to 1.
    fn share(&self, millis: f64) -> f64 {
        ((millis / self.low).ln() / (self.high / self.low).ln()).clamp(0.0, 1.0)
    }

    fn x(&self, millis: f64) -> f64 {
        rounded(LEFT + self.share(millis) * (WIDTH - LEFT - RIGHT))
    }

    /// The latency at a place.
    fn at(&self, share: f64) -> f64 {
        self.low * (self.high / self.low).powf(share)
    }

    fn row(&self, name: String, latencies: &[Duration], reported: &LatencyMs, base: f64) -> Row {
        let mut counts = [0u32; BARS];
        for latency in latencies {
            let share = self.share(latency.as_nanos() as f64 / 1e6);
            counts[((share * BARS as f64) as usize).min(BARS - 1)] += 1;
        }
        let most = f64::from(counts.iter().copied().max().unwrap_or(1)).sqrt();
        let full = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let bars = full.map(|(index, count)| {
            let [from, to] = [index, index + 1].map(|it| self.at(it as f64 / BARS as f64));
            let height = rounded((f64::from(*count).sqrt() / most * TALL).max(1.0));
            Bar {
                x: self.x(from),
                y: rounded(base - height),
                height,
                said: format!("{count} of {}: {from:.3} to {to:.3} ms", latencies.len()),
            }
        });
        Row { name, base, bars: bars.collect(), marks: self.marks(reported) }
    }

    fn marks(&self, reported: &LatencyMs) -> Vec<Mark> {
        let all = [
            ("p50", "p50", reported.p50),
            ("p90", "p90", reported.p90),
            ("p99", "p99", reported.p99),
            ("p99.9", "p99_9", reported.p99_9),
            ("max", "max", reported.max),
        ];
        let mut free = f64::MIN;
        let known = all.into_iter().filter_map(|(name, field, value)| Some((name, field, value?)));
        known
            .map(|(name, field, millis)| {
                let few = if reported.is_few(field) { " (few samples beyond)" } else { "" };
                let x = self.x(millis);
                let shown = if x >= free { name } else { "" };
                if x >= free {
                    free = x + ROOM;
                }
                Mark { x, name: shown, said: format!("{name} {millis} ms{few}") }
            })
            .collect()
    }

    /// Powers of ten, and twice and five times each where there is room.
    fn ticks(&self) -> Vec<(f64, String)> {
        let decades = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
        let wide = (self.high / self.low).log10() > 3.0;
        let steps: &[f64] = if wide { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let all =
            decades.flat_map(|decade| steps.iter().map(move |step| step * 10f64.powi(decade)));
        let inside = all.filter(|millis| (self.low..=self.high).contains(millis));
        inside.map(|millis| (self.x(millis), format!("{} ms", short(millis)))).collect()
    }
}

/// A round number without the digits that a power of ten may leave.
fn short(number: f64) -> String {
    let digits = (-number.log10().floor()).max(0.0) as usize;
    format!("{number:.digits$}")
}

/// A coordinate with one decimal.
fn rounded(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ratios_are_equal_distances() {
        let axis = Axis { low: 1.0, high: 100.0 };
        assert_eq!([1.0, 10.0, 100.0].map(|millis| axis.x(millis)), [170.0, 545.0, 920.0]);
        let ticks: Vec<_> = axis.ticks().into_iter().map(|(_, said)| said).collect();
        assert_eq!(ticks, ["1 ms", "2 ms", "5 ms", "10 ms", "20 ms", "50 ms", "100 ms"]);
    }

    #[test]
    fn each_latency_is_in_one_bar_and_the_tail_shows() {
        let axis = Axis { low: 1.0, high: 100.0 };
        let mut latencies = vec![Duration::from_millis(2); 9_999];
        latencies.push(Duration::from_millis(90));
        let row = axis.row("all".to_owned(), &latencies, &LatencyMs::default(), 46.0);
        let heights: Vec<_> = row.bars.iter().map(|bar| bar.height).collect();
        assert_eq!(heights, [TALL, 1.0]);
        assert!(row.bars[1].said.starts_with("1 of 10000: "), "{}", row.bars[1].said);
    }
}
