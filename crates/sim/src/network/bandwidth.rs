//! The queue of a link with limited bandwidth: messages leave one after another.
//!
//! When the bandwidth changes, what is left of the message that is being sent, and all that wait
//! behind it, leave at the new rate. The latency that a message was sent with stays.

use std::collections::VecDeque;
use std::time::Duration;

use netsplit_history::Time;

use crate::engine::events::FlightKey;

/// The messages of one link, in one direction, that have not left yet.
#[derive(Default)]
pub(crate) struct Queue {
    /// In bytes per second; `None` for no limit.
    bandwidth: Option<u64>,
    /// In order: the first is being sent.
    messages: VecDeque<Queued>,
}

struct Queued {
    /// What is left of it when its sending begins.
    work: Work,
    /// When its last byte leaves.
    leaves: Time,
    /// Its copies in flight.
    copies: Vec<FlightKey>,
}

/// Work of a link: bytes, times the nanoseconds in a second.
type Work = u128;

const NANOS: Work = 1_000_000_000;

/// A copy in flight whose message leaves at another time than it would have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    pub copy: FlightKey,
    pub from: Time,
    pub to: Time,
}

impl Queue {
    /// Queues a message; returns when it leaves.
    pub fn send(&mut self, bytes: usize, now: Time) -> Time {
        let Some(bandwidth) = self.bandwidth else {
            return now;
        };
        self.forget_sent(now);
        let work = bytes as Work * NANOS;
        let begins = self.messages.back().map_or(now, |last| last.leaves);
        let leaves = begins + duration(work, bandwidth);
        self.messages.push_back(Queued { work, leaves, copies: Vec::new() });
        leaves
    }

    /// Notes the copies in flight of the message that was queued last.
    pub fn carry(&mut self, copies: impl IntoIterator<Item = FlightKey>) {
        if let (Some(_), Some(last)) = (self.bandwidth, self.messages.back_mut()) {
            last.copies.extend(copies);
        }
    }

    /// Sets the bandwidth; returns the copies of the messages that it moves, in order.
    pub fn set_bandwidth(&mut self, bandwidth: Option<u64>, now: Time) -> Vec<Moved> {
        let before = std::mem::replace(&mut self.bandwidth, bandwidth);
        let Some(before) = before.filter(|_| before != bandwidth) else {
            return Vec::new();
        };
        self.forget_sent(now);
        let (mut free, mut moved) = (now, Vec::new());
        for message in &mut self.messages {
            let left = message.leaves.since(now).as_nanos() * Work::from(before);
            message.work = message.work.min(left);
            let from = message.leaves;
            message.leaves = bandwidth.map_or(now, |rate| free + duration(message.work, rate));
            free = message.leaves;
            let to = message.leaves;
            moved.extend(message.copies.iter().map(|copy| Moved { copy: *copy, from, to }));
        }
        moved
    }

    fn forget_sent(&mut self, now: Time) {
        while self.messages.front().is_some_and(|message| message.leaves <= now) {
            self.messages.pop_front();
        }
    }
}

/// How long a message occupies a link that is otherwise free.
pub(super) fn time_of(bytes: usize, bandwidth: u64) -> Duration {
    duration(bytes as Work * NANOS, bandwidth)
}

fn duration(work: Work, bandwidth: u64) -> Duration {
    Duration::from_nanos((work / Work::from(bandwidth.max(1))) as u64)
}

#[cfg(test)]
mod tests {
    use slotmap::SlotMap;

    use super::*;

    const fn at(ms: u64) -> Time {
        Time::from_nanos(ms * 1_000_000)
    }

    /// A queue of three messages of 1,000 bytes at 1,000 bytes per second, sent at 0.
    fn three() -> (Queue, Vec<FlightKey>) {
        let mut keys = SlotMap::with_key();
        let mut queue = Queue::default();
        assert_eq!(queue.set_bandwidth(Some(1000), at(0)), []);
        let copies = [1000, 2000, 3000].map(|leaves| {
            assert_eq!(queue.send(1000, at(0)), at(leaves));
            let copy = keys.insert(());
            queue.carry([copy]);
            copy
        });
        (queue, copies.into())
    }

    #[test]
    fn what_is_left_leaves_at_the_new_rate_whatever_it_was() {
        let (mut queue, copies) = three();
        let moved = |queue: &mut Queue, rate, now| -> Vec<_> {
            let moved = queue.set_bandwidth(rate, at(now));
            moved.iter().map(|m| (copies.iter().position(|c| *c == m.copy), m.to)).collect()
        };
        // Half of the second message is left.
        let faster = moved(&mut queue, Some(2000), 1500);
        assert_eq!(faster, [(Some(1), at(1750)), (Some(2), at(2250))]);
        assert_eq!(queue.send(1000, at(1500)), at(2750));
        // A quarter of the second is left: slower and slower.
        assert_eq!(moved(&mut queue, Some(1), 1625)[0], (Some(1), at(251_625)));
        let unlimited = moved(&mut queue, None, 1625);
        assert_eq!(unlimited, [(Some(1), at(1625)), (Some(2), at(1625))]);
        assert_eq!(queue.send(1000, at(1626)), at(1626));
    }

    #[test]
    fn an_equal_bandwidth_moves_nothing() {
        let (mut queue, _) = three();
        assert_eq!(queue.set_bandwidth(Some(1000), at(500)), []);
        assert_eq!(queue.send(1000, at(500)), at(4000));
    }
}
