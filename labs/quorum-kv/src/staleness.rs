//! Staleness of reads, judged from the clients' history.
//!
//! A read is stale if a write was acknowledged before the read began, and began after the write
//! whose value the read returned was acknowledged: in whatever order concurrent writes took
//! effect, the read missed that one. It is behind by the number of such writes, and by the time
//! since the first of them was acknowledged. With siblings, the one that is least behind counts.
//! A value whose write was never acknowledged cannot be placed in time, so a read of it is never
//! called stale.
//!
//! PBS (section 3.1) asks how likely a read is to return none of the k newest versions: that is
//! `behind_k`, for every k, and [C(N-W,R)/C(N,R)]^k when writes go to W and reads to R random nodes.

use std::collections::BTreeMap;
use std::time::Duration;

use netsplit_history::{Run, Time};

use crate::measure::{KeyHistories, KeyHistory, Seen, Written};

/// The numbered measure: `behind_1`, `behind_2`, ...
pub const BEHIND: &str = "behind_";

/// The staleness of one read.
#[derive(Clone, Copy, Debug)]
struct Behind {
    versions: usize,
    time: Duration,
    /// Whether a write was acknowledged before it began.
    could_miss: bool,
}

/// The staleness of all measured reads of a run; nothing when none began after a write of its key
/// was acknowledged. The shares `behind_k` end with the first that is zero.
pub fn measure(run: &Run, keys: &KeyHistories) -> Vec<(&'static str, f64)> {
    let all: Vec<_> = keys.values().flat_map(|history| behind(run, history)).collect();
    if !all.iter().any(|read| read.could_miss) {
        return Vec::new();
    }
    let at_least = |versions| all.iter().filter(|read| read.versions >= versions).count() as f64;
    let share = |versions| at_least(versions) / all.len() as f64;
    let longest = all.iter().map(|read| read.time).max().unwrap_or_default();
    let most = all.iter().map(|read| read.versions).max().unwrap_or_default();
    let mut measured = vec![
        ("stale_reads", at_least(1)),
        ("stale_ms_max", longest.as_secs_f64() * 1e3),
        ("stale_rate", share(1)),
    ];
    measured.extend((1..=most + 1).map(|versions| (BEHIND, share(versions))));
    measured
}

/// The staleness of each measured read of a key.
fn behind(run: &Run, history: &KeyHistory) -> Vec<Behind> {
    let mut acknowledged: Vec<_> = history
        .writes
        .iter()
        .filter_map(|write| Some((write.acknowledged?, write.invoked)))
        .collect();
    acknowledged.sort_unstable();
    let values: BTreeMap<_, _> = history.writes.iter().map(|write| (write.value, write)).collect();
    let measured = run.measured_window();
    let reads = history.reads.iter().filter(|read| measured.contains(read.invoked));
    reads.map(|read| read_behind(&acknowledged, &values, read)).collect()
}

fn read_behind(
    acknowledged: &[(Time, Time)],
    values: &BTreeMap<u64, &Written>,
    read: &Seen,
) -> Behind {
    let since = |value: &u64| match values.get(value) {
        Some(write) => write.acknowledged.map(Some),
        None => None,
    };
    let missed = |placed: Option<Option<Time>>| match placed {
        None => (0, Duration::ZERO),
        Some(from) => missed_since(acknowledged, from, read.invoked),
    };
    let siblings = read.values.iter().map(|value| missed(since(value)));
    let (versions, time) = siblings.min().unwrap_or_else(|| missed(Some(None)));
    let could_miss = acknowledged.first().is_some_and(|(at, _)| *at < read.invoked);
    Behind { versions, time, could_miss }
}

/// The number of writes that began after `from` and were acknowledged before `until`, and the time
/// since the first of them.
fn missed_since(
    acknowledged: &[(Time, Time)],
    from: Option<Time>,
    until: Time,
) -> (usize, Duration) {
    let first = match from {
        Some(from) => acknowledged.partition_point(|(at, _)| *at <= from),
        None => 0,
    };
    let last = acknowledged.partition_point(|(at, _)| *at < until).max(first);
    let missed = || {
        let later = acknowledged[first..last].iter();
        later.filter(|(_, invoked)| from.is_none_or(|from| *invoked > from))
    };
    (missed().count(), missed().next().map_or(Duration::ZERO, |(at, _)| until.since(*at)))
}

#[cfg(test)]
mod tests {
    use netsplit_history::Operation;
    use serde_json::{Value, json};

    use super::*;
    use crate::measure::by_key;
    use crate::measure::testing::{get, put, run, unknown_put};

    fn all(operations: Vec<Operation>) -> Vec<(&'static str, f64)> {
        let run = run(operations);
        measure(&run, &by_key(&run))
    }

    fn measured(operations: Vec<Operation>, name: &str) -> f64 {
        all(operations).into_iter().find(|(n, _)| *n == name).expect("it is measured").1
    }

    fn behind_by(mut writes: Vec<Operation>, read: Operation) -> f64 {
        writes.push(read);
        let shares = all(writes.clone()).into_iter().filter(|(name, _)| *name == BEHIND);
        let shares: Vec<_> = shares.map(|(_, share)| share).collect();
        let versions = shares.iter().sum();
        assert_eq!(shares.last(), Some(&0.0), "the last is zero, and so are all after it");
        assert_eq!(measured(writes, "stale_reads") > 0.0, versions > 0.0);
        versions
    }

    #[test]
    fn reads_that_could_miss_no_write_are_no_evidence() {
        assert_eq!(all(vec![get(Value::Null, 60, 61)]), []);
        assert_eq!(all(vec![put(1, 0, 10)]), []);
        assert_eq!(all(vec![put(1, 0, 10), get(Value::Null, 5, 20)]), []);
        assert_eq!(all(vec![unknown_put(1, 0, 10), get(Value::Null, 15, 20)]), []);
        assert_eq!(measured(vec![put(1, 0, 10), get(1, 15, 20)], "stale_reads"), 0.0);
    }

    #[test]
    fn a_read_is_behind_by_the_writes_that_it_missed() {
        let writes = || vec![put(1, 0, 10), put(2, 20, 30), put(3, 40, 50)];
        assert_eq!(behind_by(writes(), get(3, 60, 61)), 0.0);
        assert_eq!(behind_by(writes(), get(2, 60, 61)), 1.0);
        assert_eq!(behind_by(writes(), get(1, 60, 61)), 2.0);
        assert_eq!(behind_by(writes(), get(Value::Null, 60, 61)), 3.0);
    }

    #[test]
    fn a_write_that_overlaps_the_read_or_the_value_is_not_missed() {
        let writes = || vec![put(1, 0, 10), put(2, 5, 30)];
        assert_eq!(behind_by(writes(), get(1, 60, 61)), 0.0);
        let writes = || vec![put(1, 0, 10), put(2, 20, 30)];
        assert_eq!(behind_by(writes(), get(1, 30, 61)), 0.0);
        assert_eq!(behind_by(writes(), get(1, 31, 61)), 1.0);
    }

    #[test]
    fn a_value_that_may_have_been_written_late_is_not_stale() {
        let writes = vec![unknown_put(1, 0, 10), put(2, 20, 30)];
        assert_eq!(behind_by(writes, get(1, 60, 61)), 0.0);
    }

    #[test]
    fn of_siblings_the_freshest_counts() {
        let writes = || vec![put(1, 0, 10), put(2, 20, 30), put(3, 40, 50)];
        assert_eq!(behind_by(writes(), get(json!([3, 1]), 60, 61)), 0.0);
        assert_eq!(behind_by(writes(), get(json!([1, 2]), 60, 61)), 1.0);
    }

    #[test]
    fn time_counts_from_the_first_acknowledgement_that_was_missed() {
        let history = vec![put(1, 0, 10), put(2, 20, 30), put(3, 40, 50), get(1, 60, 61)];
        assert_eq!(measured(history, "stale_ms_max"), 30.0);
    }
}
