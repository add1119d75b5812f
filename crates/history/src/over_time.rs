//! Numbers over time, in slices of equal length.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Sample, Time};

/// A division of a run's time into slices of a round length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slices {
    /// The length of a slice; the last one may be shorter.
    pub length: Duration,
    /// The number of slices.
    pub count: usize,
}

impl Slices {
    /// The division of `duration` into at most `most` slices (at least one).
    pub fn of(duration: Time, most: usize) -> Slices {
        let length = round_length(duration, most.max(1));
        let count = duration.as_nanos().div_ceil(length.as_nanos() as u64);
        Slices { length, count: count as usize }
    }

    /// The slice that contains an instant; `None` after the last one.
    pub fn index(&self, at: Time) -> Option<usize> {
        let length = (self.length.as_nanos() as u64).max(1);
        Some((at.as_nanos() / length) as usize).filter(|index| *index < self.count)
    }

    /// The start of a slice.
    pub fn start(&self, index: usize) -> Time {
        Time::from_nanos(index as u64 * self.length.as_nanos() as u64)
    }

    /// The sum of the values in each slice: the increase of a counter.
    pub fn sums(&self, points: &[Sample<f64>]) -> Vec<f64> {
        let mut sums = vec![0.0; self.count];
        for point in points {
            if let Some(index) = self.index(point.at) {
                sums[index] += point.value;
            }
        }
        sums
    }

    /// The last finite value before the end of each slice: the level of a gauge. `None` before its
    /// first point, and while it is not finite. The points are in order of time.
    pub fn last_values(&self, points: &[Sample<f64>]) -> Vec<Option<f64>> {
        let at_end = |index: usize| {
            let end = self.start(index + 1);
            let before = points.partition_point(|point| point.at < end);
            let last = before.checked_sub(1).map(|last| points[last].value);
            last.filter(|value| value.is_finite())
        };
        (0..self.count).map(at_end).collect()
    }
}

/// Leading digits of round lengths, in tenths.
const ROUND: [u64; 11] = [10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100];

/// The shortest round length such that at most `most` slices cover `duration`.
fn round_length(duration: Time, most: usize) -> Duration {
    let least = duration.as_nanos().div_ceil(most as u64).max(10);
    let unit = 10u64.pow(least.ilog10() - 1);
    let round = ROUND.iter().map(|tenths| tenths * unit);
    let length = round.into_iter().find(|length| *length >= least);
    Duration::from_nanos(length.unwrap_or(least))
}

/// What the simulator counted over time, apart from requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OverTime {
    /// The division of the time until the load stopped.
    pub slices: Slices,
    /// Calls that client hosts made, per slice: a request makes one, and one more for each retry,
    /// hedge or further server.
    pub attempts: Vec<u64>,
    /// The queue before the workers of each node that has a limited number of them.
    pub queues: BTreeMap<Arc<str>, Vec<LevelSlice>>,
}

/// A level during one slice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LevelSlice {
    /// Its mean over the slice.
    pub mean: f64,
    /// Its maximum.
    pub max: u64,
}

/// A level over time: a number that holds until it changes, such as the length of a queue. It
/// starts at 0.
#[derive(Clone, Debug)]
pub struct Level {
    slices: Slices,
    value: u64,
    since: Time,
    /// Per slice so far: the integral in nanoseconds, and the maximum.
    seen: Vec<(u128, u64)>,
}

impl Level {
    /// A level that is recorded in these slices.
    pub fn new(slices: Slices) -> Level {
        Level { slices, value: 0, since: Time::ZERO, seen: Vec::new() }
    }

    /// Changes the level. Several changes at one instant count only with the last of them.
    pub fn set(&mut self, now: Time, value: u64) {
        if value != self.value {
            self.hold_until(now);
            self.value = value;
        }
    }

    fn hold_until(&mut self, now: Time) {
        while self.since < now {
            let Some(index) = self.slices.index(self.since) else {
                self.since = now;
                return;
            };
            let end = now.min(self.slices.start(index + 1));
            if self.value > 0 {
                self.seen.resize(self.seen.len().max(index + 1), (0, 0));
                let (integral, max) = &mut self.seen[index];
                *integral += u128::from(self.value) * end.since(self.since).as_nanos();
                *max = self.value.max(*max);
                self.since = end;
            } else {
                self.since = now;
            }
        }
    }

    /// The level in every slice; the run ended, or its load stopped, at `end`.
    pub fn finish(mut self, end: Time) -> Vec<LevelSlice> {
        self.hold_until(end);
        self.seen.resize(self.slices.count, (0, 0));
        let slice = |(index, (integral, max)): (usize, (u128, u64))| {
            let length = end.min(self.slices.start(index + 1)).since(self.slices.start(index));
            let length = length.as_nanos();
            let mean = if length == 0 { 0.0 } else { integral as f64 / length as f64 };
            LevelSlice { mean, max }
        };
        self.seen.into_iter().enumerate().map(slice).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ns: u64) -> Time {
        Time::from_nanos(ns)
    }

    #[test]
    fn slices_have_a_round_length_and_cover_the_duration() {
        for (seconds, most, step_ms) in
            [(60, 60, 1000), (600, 50, 12_000), (1, 50, 20), (61, 50, 1500)]
        {
            let slices = Slices::of(Time::from(Duration::from_secs(seconds)), most);
            assert_eq!(slices.length, Duration::from_millis(step_ms), "{seconds} {most}");
            let last = Time::from_nanos(seconds * 1_000_000_000 - 1);
            assert_eq!(slices.index(last), Some(slices.count - 1));
        }
        assert_eq!(Slices::of(Time::ZERO, 50).count, 0);
    }

    #[test]
    fn points_become_sums_and_last_values() {
        let slices = Slices::of(at(40), 4);
        let point = |ns, value| Sample { at: at(ns), host: 0, value };
        let points = [point(9, 1.0), point(10, 2.0), point(19, 4.0), point(40, 8.0)];
        assert_eq!(slices.sums(&points), [1.0, 6.0, 0.0, 0.0]);
        let points = [point(10, 3.0), point(25, f64::NAN), point(30, 5.0)];
        assert_eq!(slices.last_values(&points), [None, Some(3.0), None, Some(5.0)]);
    }

    #[test]
    fn a_level_is_averaged_over_its_time() {
        let slices = Slices::of(at(100), 10);
        let mut level = Level::new(slices);
        level.set(at(5), 4);
        level.set(at(25), 9);
        level.set(at(25), 1);
        level.set(at(40), 0);
        level.set(at(95), 2);
        let found: Vec<_> =
            level.finish(at(100)).iter().map(|slice| (slice.mean, slice.max)).collect();
        let none = (0.0, 0);
        let expected =
            [(2.0, 4), (4.0, 4), (2.5, 4), (1.0, 1), none, none, none, none, none, (1.0, 2)];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_level_after_the_last_slice_is_not_recorded() {
        let mut level = Level::new(Slices::of(at(20), 2));
        level.set(at(15), 2);
        level.set(at(500), 7);
        assert_eq!(level.finish(at(20)), [LevelSlice::default(), LevelSlice { mean: 1.0, max: 2 }]);
    }
}
