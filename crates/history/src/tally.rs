//! Counting operations: what a window's users felt.

use std::time::Duration;

use serde::Serialize;

use crate::{Latencies, Operation, Run, Status, Time, Window};

/// How many requests ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All that the load sent.
    pub attempted: u64,
    /// Those that got what they asked for.
    pub ok: u64,
    /// Those that got an error.
    pub failed: u64,
    /// Those whose client gave up waiting.
    pub timed_out: u64,
    /// Those that the system declined on purpose.
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

    /// ok / (attempted - rejected): how the admitted requests fared.
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
    /// How they ended.
    pub counts: Counts,
    /// Latencies of the successful ones.
    pub latency: Latencies,
    /// Latencies of all, a time-out counted at its time-out.
    pub latency_all: Latencies,
}

impl Tally {
    /// Tallies the operations whose intended time is in `window` and that `keep` accepts.
    pub fn of(run: &Run, window: &Window, keep: impl Fn(&Operation) -> bool) -> Tally {
        let mut tally = Tally::default();
        let counted = |op: &&Operation| window.contains(op.intended) && keep(op);
        for operation in run.operations.iter().filter(counted) {
            tally.counts.add(operation.status);
            tally.latency_all.record(operation.latency());
            if operation.status == Status::Ok {
                tally.latency.record(operation.latency());
            }
        }
        tally
    }
}

const SECOND: Duration = Duration::from_secs(1);

/// The one-second bucket of the window with the lowest availability: (its start, its
/// availability). Buckets are aligned to whole seconds of the run; the earliest wins a tie.
pub fn worst_second(run: &Run, window: &Window) -> Option<(Time, f64)> {
    let mut buckets = std::collections::BTreeMap::<u64, Counts>::new();
    for operation in run
        .operations
        .iter()
        .filter(|op| window.contains(op.intended))
    {
        let second = operation.intended.as_nanos() / SECOND.as_nanos() as u64;
        buckets.entry(second).or_default().add(operation.status);
    }
    let mut worst: Option<(Time, f64)> = None;
    for (second, counts) in buckets {
        let availability = counts.availability()?;
        if worst.is_none_or(|(_, least)| availability < least) {
            worst = Some((Time::from(SECOND * second as u32), availability));
        }
    }
    worst
}

/// The availability that counts as recovered.
const RECOVERED: f64 = 0.99;

/// The smallest `d` such that from `heal + d` on every one-second window has an availability
/// of at least 99%, up to `until`; `None` when that never comes, or comes too late for one
/// whole second to prove it, or when nothing was asked.
///
/// Windows start at requests: between two requests a window can only lose its first one.
pub fn recovery(run: &Run, heal: Time, until: Time) -> Option<Duration> {
    let mut after: Vec<_> = run
        .operations
        .iter()
        .filter(|op| op.intended >= heal && op.intended < until)
        .map(|op| (op.intended, op.status == Status::Ok))
        .collect();
    after.sort_unstable();
    let last = after.last()?.0;
    let Some(since) = last_bad_window(&after) else {
        return Some(Duration::ZERO);
    };
    (since <= last && since + SECOND <= until).then(|| since.since(heal))
}

/// The earliest instant after which no one-second window is below [`RECOVERED`]: just past
/// the unsuccessful request that makes the last bad window bad.
fn last_bad_window(requests: &[(Time, bool)]) -> Option<Time> {
    let mut recovered_from = None;
    let (mut end, mut ok) = (0, 0u64);
    for (start, &(from, good)) in requests.iter().enumerate() {
        while end < requests.len() && requests[end].0 < from + SECOND {
            ok += u64::from(requests[end].1);
            end += 1;
        }
        if (ok as f64) < RECOVERED * (end - start) as f64 {
            recovered_from = Some(from + Duration::from_nanos(1));
        }
        ok -= u64::from(good);
    }
    recovered_from
}
