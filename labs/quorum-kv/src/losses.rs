//! Lost writes: acknowledged, and gone, judged from the clients' history.
//!
//! A read that began after a write's acknowledgement *must* see it if no other write of the key
//! could have replaced it: every other one was acknowledged before this one began, or began
//! after the read was answered. A correct store returns it, alone or among siblings.
//!
//! A write is lost if it was acknowledged, the last read that must see it did not return it
//! although it began `lost_after` or more after the acknowledgement, and either no read ever saw
//! the write, or nothing was written after it, so that it should still be there at the end.
//! Other misses are [staleness](crate::staleness), which heals.
//!
//! Sound, not complete: a lost write that was not read afterwards, or that was soon overwritten,
//! is not found. And where quorums do not overlap, a write that was only hidden until it was
//! overwritten looks like a lost one; no client could tell the difference.

use std::collections::BTreeSet;
use std::time::Duration;

use netsplit_history::Time;

use crate::measure::{KeyHistories, KeyHistory, Seen};

/// The lost writes of all keys; nothing when no read could show that an acknowledged write is gone.
pub fn measure(keys: &KeyHistories, lost_after: Duration) -> Vec<(&'static str, f64)> {
    let judged: Vec<bool> = keys.values().flat_map(|history| judged(history, lost_after)).collect();
    if judged.is_empty() {
        return Vec::new();
    }
    vec![("lost_writes", judged.iter().filter(|lost| **lost).count() as f64)]
}

/// Whether each write of a key is lost, as far as a read that must see it began late enough to show
/// that.
fn judged(history: &KeyHistory, lost_after: Duration) -> Vec<bool> {
    let mut judged = Vec::new();
    let mut earlier_until = Time::ZERO;
    let seen: BTreeSet<_> = history.reads.iter().flat_map(|read| &read.values).collect();
    for (place, write) in history.writes.iter().enumerate() {
        let acknowledged = write.acknowledged.unwrap_or(Time::MAX);
        let alone = earlier_until < write.invoked || place == 0;
        earlier_until = earlier_until.max(acknowledged);
        let next = history.writes.get(place + 1).map(|next| next.invoked);
        let until = next.unwrap_or(Time::MAX);
        if !alone || until <= acknowledged {
            continue;
        }
        let late = |read: &&Seen| read.invoked.since(acknowledged) >= lost_after;
        if let Some(last) = last_between(&history.reads, acknowledged, until).filter(late) {
            let seen_before_it_was_replaced = next.is_some() && seen.contains(&write.value);
            judged.push(!seen_before_it_was_replaced && !last.values.contains(&write.value));
        }
    }
    judged
}

/// The last read that began after `from` and was answered before `until`.
fn last_between(reads: &[Seen], from: Time, until: Time) -> Option<&Seen> {
    let first = reads.partition_point(|read| read.invoked <= from);
    let last = reads.partition_point(|read| read.invoked < until);
    reads[first..last].iter().rev().find(|read| read.answered < until)
}

#[cfg(test)]
mod tests {
    use netsplit_history::Operation;
    use serde_json::{Value, json};

    use super::*;
    use crate::measure::by_key;
    use crate::measure::testing::{get, put, run, unknown_put};

    fn all(operations: Vec<Operation>) -> Vec<(&'static str, f64)> {
        measure(&by_key(&run(operations)), Duration::from_secs(1))
    }

    /// The lost writes, beside one that is not, so that there is something to measure.
    fn count(operations: Vec<Operation>) -> f64 {
        let elsewhere = |mut operation: Operation| {
            operation.key = Some("other".into());
            operation
        };
        let kept = [put(99, 0, 10), get(99, 2000, 2001)].map(elsewhere);
        all(operations.into_iter().chain(kept).collect())[0].1
    }

    #[test]
    fn without_an_acknowledged_write_and_a_late_read_nothing_is_measured() {
        assert_eq!(all(vec![]), []);
        assert_eq!(all(vec![get(Value::Null, 2000, 2001)]), []);
        assert_eq!(all(vec![put(1, 0, 10)]), []);
        assert_eq!(all(vec![put(1, 0, 10), get(1, 900, 901)]), []);
        assert_eq!(all(vec![unknown_put(1, 0, 10), get(Value::Null, 2000, 2001)]), []);
        assert_eq!(all(vec![put(1, 0, 10), get(1, 2000, 2001)]), [("lost_writes", 0.0)]);
    }

    #[test]
    fn a_write_that_the_last_read_did_not_find_is_lost() {
        assert_eq!(count(vec![put(1, 0, 10), get(Value::Null, 2000, 2001)]), 1.0);
        let seen_before = vec![put(1, 0, 10), get(1, 50, 51), get(Value::Null, 2000, 2001)];
        assert_eq!(count(seen_before), 1.0);
        let old_won = vec![put(1, 0, 10), put(2, 20, 30), get(1, 2000, 2001)];
        assert_eq!(count(old_won), 1.0);
    }

    #[test]
    fn a_write_that_was_seen_late_is_only_late() {
        let late = vec![put(1, 0, 10), get(Value::Null, 2000, 2001), get(1, 3000, 3001)];
        assert_eq!(count(late), 0.0);
        assert_eq!(count(vec![put(1, 0, 10), get(Value::Null, 900, 901)]), 0.0);
        assert_eq!(count(vec![put(1, 0, 10), get(json!([7, 1]), 2000, 2001)]), 0.0);
    }

    #[test]
    fn a_write_that_was_seen_and_then_overwritten_is_not_lost() {
        let hidden = vec![put(1, 0, 10), get(1, 20, 21), get(Value::Null, 2000, 2001)];
        let mut overwritten = hidden.clone();
        overwritten.push(put(2, 3000, 3001));
        assert_eq!(count(hidden), 1.0);
        assert_eq!(count(overwritten), 0.0);
    }

    #[test]
    fn a_write_that_another_may_have_replaced_is_not_lost() {
        let concurrent = vec![put(1, 0, 10), put(2, 5, 30), get(1, 2000, 2001)];
        assert_eq!(count(concurrent), 0.0);
        let unknown = vec![unknown_put(1, 0, 10), put(2, 20, 30), get(1, 2000, 2001)];
        assert_eq!(count(unknown), 0.0);
        let during = vec![put(1, 0, 10), put(2, 1500, 2500), get(2, 2000, 2600)];
        assert_eq!(count(during), 0.0);
    }

    #[test]
    fn what_was_overwritten_without_a_read_is_not_counted() {
        let history = vec![put(1, 0, 10), put(2, 20, 30), get(2, 2000, 2001)];
        assert_eq!(count(history), 0.0);
    }
}
