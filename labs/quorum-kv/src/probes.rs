//! Visibility of writes, estimated from the reads of `write-then-read`.
//!
//! Each write is read once per delay of `read_after`, so for every delay t the share of reads
//! that missed the write is an unbiased estimate of P(a read at t is stale); reads of one write
//! are correlated, which widens the error and moves no mean. [`visibility_ms`] is the t at which
//! that share falls to 0.1%, between delays on a straight line in its logarithm: late replicas
//! make it fall about exponentially. An estimate from, say, the first read that saw each write
//! would be too early, since a later read of the same write may miss it again.

use std::time::Duration;

use netsplit_history::{Run, Status};
use netsplit_scenario::Span;
use serde_json::Value;

use crate::client::PROBE;

/// The share of stale reads at which a write counts as visible.
const STALE: f64 = 0.001;

/// The reads at one delay.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Probes {
    after: Duration,
    missed: f64,
    all: f64,
}

/// The visibility of writes in a run.
pub fn measure(run: &Run, delays: &[Span]) -> Vec<(&'static str, f64)> {
    let mut grid: Vec<_> =
        delays.iter().map(|after| Probes { after: **after, ..Probes::default() }).collect();
    let measured = run.measured_window();
    let inside = run
        .operations
        .iter()
        .filter(|op| &*op.op == PROBE && op.status == Status::Ok && measured.contains(op.intended));
    for operation in inside {
        let answers = operation.output.as_array().into_iter().flatten();
        for (probes, answer) in grid.iter_mut().zip(answers) {
            if let Value::Bool(seen) = answer {
                probes.all += 1.0;
                probes.missed += f64::from(u8::from(!seen));
            }
        }
    }
    let mut measured = Vec::new();
    grid.retain(|probes| probes.all > 0.0);
    if let Some(first) = grid.first() {
        measured.push(("stale_probes", grid.iter().map(|probes| probes.missed).sum()));
        measured.push(("p_consistent", 1.0 - first.missed / first.all));
    }
    grid.sort_by_key(|probes| probes.after);
    measured.extend(visibility_ms(&grid).map(|ms| ("visibility_ms", ms)));
    measured
}

/// Milliseconds after which all but 0.1% of reads see a write; `None` when the delays end before
/// that.
fn visibility_ms(grid: &[Probes]) -> Option<f64> {
    let ms = |probes: &Probes| probes.after.as_secs_f64() * 1e3;
    let too_stale = |probes: &Probes| probes.missed > STALE * probes.all;
    let Some(last) = grid.iter().rposition(too_stale) else {
        return grid.first().map(ms);
    };
    let (before, after) = (&grid[last], grid.get(last + 1)?);
    // Half a miss in place of none, since 0 has no logarithm.
    let log = |probes: &Probes| (probes.missed.max(0.5) / probes.all / STALE).ln();
    let (high, low) = (log(before), log(after).min(0.0));
    Some(ms(before) + (ms(after) - ms(before)) * high / (high - low))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(points: &[(u64, f64)]) -> Vec<Probes> {
        let probes = |(after_us, missed): &(u64, f64)| Probes {
            after: Duration::from_micros(*after_us),
            missed: *missed,
            all: 10_000.0,
        };
        points.iter().map(probes).collect()
    }

    #[test]
    fn an_exponential_tail_is_met_exactly() {
        // 100 e^(-t/1ms): 0.1% of 10,000 is 10, at t = ln 10 ms.
        let at = |ms: f64| 100.0 * f64::exp(-ms);
        let points = grid(&[(0, at(0.0)), (2000, at(2.0)), (3000, at(3.0)), (4000, at(4.0))]);
        let visibility = visibility_ms(&points).expect("the delays reach it");
        assert!((visibility - f64::ln(10.0)).abs() < 1e-9, "{visibility}");
    }

    #[test]
    fn the_last_crossing_counts() {
        let points = grid(&[(0, 100.0), (1000, 10.0), (2000, 20.0), (3000, 0.0)]);
        let visibility = visibility_ms(&points).expect("the delays reach it");
        assert!((2.0..3.0).contains(&visibility), "{visibility}");
    }

    #[test]
    fn what_is_never_stale_is_visible_at_once() {
        assert_eq!(visibility_ms(&grid(&[(0, 0.0), (1000, 0.0)])), Some(0.0));
    }

    #[test]
    fn delays_that_end_too_early_tell_nothing() {
        assert_eq!(visibility_ms(&grid(&[(0, 100.0), (1000, 50.0)])), None);
    }
}
