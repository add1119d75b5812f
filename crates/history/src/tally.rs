//! Counts and latencies of the operations in a window.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Latencies, Operation, Run, Status, Time, Window};

/// Requests by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// All requests that the load sent.
    pub attempted: u64,
    /// Those that succeeded.
    pub ok: u64,
    /// Those that got an error.
    pub failed: u64,
    /// Those whose client gave up waiting.
    pub timed_out: u64,
    /// Those that the system declined deliberately.
    pub rejected: u64,
}

impl Counts {
    /// Counts one more request.
    pub fn add(&mut self, status: Status) {
        self.attempted += 1;
        match status {
            Status::Ok => self.ok += 1,
            Status::Failed => self.failed += 1,
            Status::TimedOut => self.timed_out += 1,
            Status::Rejected => self.rejected += 1,
        }
    }

    /// ok / attempted; `None` when nothing was attempted.
    pub fn availability(&self) -> Option<f64> {
        (self.attempted > 0).then(|| self.ok as f64 / self.attempted as f64)
    }

    /// ok / (attempted - rejected): the availability of the admitted requests.
    pub fn availability_admitted(&self) -> Option<f64> {
        let admitted = self.attempted - self.rejected;
        (admitted > 0).then(|| self.ok as f64 / admitted as f64)
    }

    /// rejected / attempted.
    pub fn rejected_rate(&self) -> Option<f64> {
        (self.attempted > 0).then(|| self.rejected as f64 / self.attempted as f64)
    }
}

/// The operations of a window: counts and latencies.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Requests by status.
    pub counts: Counts,
    /// Latencies of the successful ones.
    pub latency: Latencies,
    /// Latencies of all; a timed-out request counts with its timeout.
    pub latency_all: Latencies,
}

impl Tally {
    /// Counts the operations whose intended time is in `window` and that `keep` accepts.
    pub fn of(run: &Run, window: &Window, keep: impl Fn(&Operation) -> bool) -> Tally {
        let mut tally = Tally::default();
        let counted = |op: &&Operation| window.contains(op.intended) && keep(op);
        run.operations.iter().filter(counted).for_each(|operation| tally.add(operation));
        tally
    }

    /// Counts one more operation.
    pub fn add(&mut self, operation: &Operation) {
        self.counts.add(operation.status);
        self.latency_all.record(operation.latency());
        if operation.status == Status::Ok {
            self.latency.record(operation.latency());
        }
    }
}

const SECOND: Duration = Duration::from_secs(1);
const SECOND_NS: u64 = 1_000_000_000;

/// The one-second bucket of the window with the lowest availability: (its start, its
/// availability). Buckets are aligned to whole seconds of the run, and a bucket that the window
/// covers in part counts only the requests of that part; the earliest wins a tie.
pub fn worst_second(run: &Run, window: &Window) -> Option<(Time, f64)> {
    let mut buckets = BTreeMap::<u64, Counts>::new();
    for operation in run.operations.iter().filter(|op| window.contains(op.intended)) {
        let second = operation.intended.as_nanos() / SECOND_NS;
        buckets.entry(second).or_default().add(operation.status);
    }
    let mut worst: Option<(Time, f64)> = None;
    for (second, counts) in buckets {
        let availability = counts.availability()?;
        if worst.is_none_or(|(_, least)| availability < least) {
            worst = Some((Time::from_nanos(second * SECOND_NS), availability));
        }
    }
    worst
}

/// The smallest `d` such that from `heal + d` on every one-second window that ends by `until`
/// has an availability of at least 99%. Windows start at any nanosecond; windows without requests
/// count as good.
///
/// `None` when there is no such `d`, or no whole second with a request in it after `heal + d`.
pub fn recovery(run: &Run, heal: Time, until: Time) -> Option<Duration> {
    let requests: Vec<_> = run
        .operations
        .iter()
        .filter(|op| op.intended >= heal && op.intended < until)
        .map(|op| (op.intended, op.status == Status::Ok))
        .collect();
    let last = requests.iter().map(|request| request.0).max()?;
    let last_start = (heal + SECOND <= until).then(|| until - SECOND)?;
    let recovered = after_bad_windows(&requests, heal, last_start);
    (recovered <= last && recovered <= last_start).then(|| recovered.since(heal))
}

/// The earliest start from which no window up to `last_start` is bad: just past the start of
/// the last bad one, or `heal` when none is.
///
/// A request at `r` is in the windows that start in `(r - 1s, r]`, so the counts of a sliding
/// window change only at `r - 1s + 1ns` and at `r + 1ns`: only those instants are visited.
fn after_bad_windows(requests: &[(Time, bool)], heal: Time, last_start: Time) -> Time {
    let instant = Duration::from_nanos(1);
    let mut changes = BTreeMap::<Time, (i64, i64)>::new();
    for &(at, good) in requests {
        let enters = (at + instant).max(heal + SECOND) - SECOND;
        for (when, by) in [(enters, 1), (at + instant, -1)] {
            let change = changes.entry(when).or_default();
            change.0 += by;
            change.1 += by * i64::from(good);
        }
    }
    let (mut attempted, mut ok) = (0, 0);
    let mut recovered = heal;
    let mut ahead = changes.into_iter().peekable();
    while let Some((from, change)) = ahead.next() {
        if from > last_start {
            break;
        }
        attempted += change.0;
        ok += change.1;
        if ok * 100 < attempted * 99 {
            let next = ahead.peek().map_or(Time::MAX, |(next, _)| *next);
            recovered = next.min(last_start + instant);
        }
    }
    recovered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Content, Outcome};

    fn run_of(requests: impl IntoIterator<Item = (u64, Status)>) -> Run {
        let operations = requests
            .into_iter()
            .map(|(at_ms, status)| {
                let at = Time::from(Duration::from_millis(at_ms));
                Operation {
                    client: 1,
                    load: "clients".into(),
                    op: "get".into(),
                    key: None,
                    input: Content::default(),
                    output: Content::default(),
                    intended: at,
                    invoke: at,
                    finished: at + Duration::from_millis(5),
                    status,
                    outcome: Outcome::Ok,
                    error: None,
                }
            })
            .collect();
        Run { operations, ..Run::default() }
    }

    fn s(seconds: f64) -> Time {
        Time::from(Duration::from_secs_f64(seconds))
    }

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// 100 requests a second over ten seconds; those in `bad` (milliseconds) fail.
    fn steady(bad: std::ops::Range<u64>) -> Run {
        run_of((0..1000).map(|i| {
            let at = i * 10;
            let failed = bad.contains(&at);
            (at, if failed { Status::Failed } else { Status::Ok })
        }))
    }

    #[test]
    fn recovery_is_zero_when_every_window_is_good() {
        assert_eq!(recovery(&steady(0..0), s(2.0), s(10.0)), Some(Duration::ZERO));
    }

    #[test]
    fn recovery_lasts_until_the_last_bad_window_starts() {
        // The failure at 3.99s still leaves 99 of 100; with the one at 3.98s it is 98.
        let instant = Duration::from_nanos(1);
        assert_eq!(recovery(&steady(2000..4000), s(2.0), s(10.0)), Some(ms(1980) + instant));
    }

    #[test]
    fn recovery_is_never_when_failures_last_to_the_end() {
        assert_eq!(recovery(&steady(2000..10_000), s(2.0), s(10.0)), None);
        assert_eq!(recovery(&steady(2000..9500), s(2.0), s(10.0)), None);
    }

    #[test]
    fn one_failure_in_a_hundred_is_no_outage_wherever_it_stands() {
        for at in [2000, 5000, 9950, 9990] {
            let run = steady(at..at + 1);
            assert_eq!(recovery(&run, s(2.0), s(10.0)), Some(Duration::ZERO), "{at}");
        }
    }

    #[test]
    fn recovery_sees_windows_that_start_between_requests() {
        // 98 successes and a failure fit in [2.005s, 3.005s): 98.99%. The window that starts at
        // the next request, 2.5s, is healed by the many successes after the failure.
        let mut requests = vec![(2000, Status::Ok)];
        requests.extend((0..98).map(|i| (2500 + i, Status::Ok)));
        requests.push((3000, Status::Failed));
        requests.extend((0..200).map(|i| (3010 + i, Status::Ok)));
        let found = recovery(&run_of(requests), s(2.0), s(10.0));
        assert_eq!(found, Some(ms(10) + Duration::from_nanos(1)));
    }

    #[test]
    fn recovery_needs_a_whole_second_with_a_request_to_prove_it() {
        let run = steady(0..0);
        assert_eq!(recovery(&run, s(2.0), s(2.9)), None);
        assert_eq!(recovery(&run, s(2.0), s(3.0)), Some(Duration::ZERO));
        assert_eq!(recovery(&run, s(20.0), s(30.0)), None);
        let silent_after_failure = run_of([(2000, Status::Failed)]);
        assert_eq!(recovery(&silent_after_failure, s(2.0), s(10.0)), None);
    }

    #[test]
    fn recovery_ignores_what_was_meant_before_the_heal_and_after_the_end() {
        let run = steady(1000..2000);
        assert_eq!(recovery(&run, s(2.0), s(10.0)), Some(Duration::ZERO));
        let run = steady(8000..10_000);
        assert_eq!(recovery(&run, s(2.0), s(8.0)), Some(Duration::ZERO));
    }

    #[test]
    fn recovery_does_not_depend_on_the_order_of_the_operations() {
        let mut run = steady(2000..4000);
        let sorted = recovery(&run, s(2.0), s(10.0));
        run.operations.reverse();
        assert_eq!(recovery(&run, s(2.0), s(10.0)), sorted);
    }

    #[test]
    fn the_worst_second_is_the_earliest_of_the_lowest() {
        let run = steady(3000..3500);
        let all = Window::span(Time::ZERO, s(10.0));
        assert_eq!(worst_second(&run, &all), Some((s(3.0), 0.5)));
        assert_eq!(worst_second(&steady(0..0), &all), Some((Time::ZERO, 1.0)), "a tie");
        assert_eq!(worst_second(&run, &Window::default()), None);
    }

    #[test]
    fn the_worst_second_counts_only_the_window() {
        let run = steady(3000..3500);
        let window = Window::span(s(3.25), s(6.0));
        let (at, availability) = worst_second(&run, &window).unwrap();
        assert_eq!(at, s(3.0));
        assert!((availability - 50.0 / 75.0).abs() < 1e-9, "{availability}");
    }

    #[test]
    fn a_tally_keeps_failures_out_of_the_latency_of_successes() {
        let mut run = run_of([
            (0, Status::Ok),
            (1, Status::Failed),
            (2, Status::TimedOut),
            (3, Status::Rejected),
            (99, Status::Ok),
        ]);
        run.operations[2].finished = run.operations[2].intended + ms(1000);
        let tally = Tally::of(&run, &Window::span(s(0.0), s(0.01)), |_| true);
        let expected = Counts { attempted: 4, ok: 1, failed: 1, timed_out: 1, rejected: 1 };
        assert_eq!(tally.counts, expected);
        assert_eq!(tally.latency.count(), 1);
        assert_eq!(tally.latency_all.max(), Some(ms(1000)));
        assert_eq!(tally.counts.availability(), Some(0.25));
        assert_eq!(tally.counts.availability_admitted(), Some(1.0 / 3.0));
        assert_eq!(tally.counts.rejected_rate(), Some(0.25));
        let none = Tally::of(&run, &Window::default(), |_| true).counts;
        assert_eq!(none.availability(), None);
    }
}
