//! The event heap: scheduled events in order of time.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};

use netsplit_history::Time;
use slotmap::new_key_type;

use crate::machine::id::NodeId;

new_key_type! {
    pub(crate) struct FlightKey;
    pub(crate) struct TimerKey;
    pub(crate) struct JobKey;
    pub(crate) struct RequestKey;
}

/// A fault, by its place in the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FaultId(pub u32);

/// One firing of a fault: from when its effects are injected until they heal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Firing {
    pub fault: FaultId,
    /// Counts the firings of the fault, from 0.
    pub number: u32,
}

/// A scheduled event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A message arrives.
    Deliver(FlightKey),
    /// A timer of a node expires; stale if it was rescheduled since.
    Timer(TimerKey, u32),
    /// A worker finishes a job; stale if it was rescheduled since.
    Job(JobKey, u32),
    /// An open-loop load sends its next request.
    Arrival(u32),
    /// A session of a closed loop sends its next request: its think time is over.
    Think(u32),
    /// A request's client times out.
    Timeout(RequestKey),
    /// A fault fires; with churn, at one of its targets.
    Inject(FaultId, Option<NodeId>),
    /// A firing of a fault heals.
    Heal(Firing),
    /// An action of the scenario is due, by its place in the scenario. `tries` counts how often it
    /// was due and found no node.
    Act { action: u32, tries: u32 },
}

#[derive(PartialEq, Eq)]
struct Entry {
    at: Time,
    seq: u64,
    event: Event,
}

impl Ord for Entry {
    /// The earliest is the greatest, for the heap; among equals, the first pushed.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.seq).cmp(&(self.at, self.seq))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Events by (time, order of scheduling).
///
/// Most events of a run are timeouts that nothing waits for any more when they are due. So events
/// beyond the present slice of time are kept unsorted, slice by slice, and only the present slice
/// is a heap: it stays small enough for the processor's caches.
///
/// Invariant: every event of `now` is due in slice `slice` or earlier, every other one later.
#[derive(Default)]
pub(crate) struct Events {
    now: BinaryHeap<Entry>,
    slice: u64,
    later: BTreeMap<u64, Vec<Entry>>,
    seq: u64,
    len: usize,
}

/// A slice of time has 2 to this power nanoseconds, 17 ms.
const SLICE_BITS: u32 = 24;

impl Events {
    pub fn push(&mut self, at: Time, event: Event) {
        self.seq += 1;
        self.len += 1;
        let entry = Entry { at, seq: self.seq, event };
        let slice = at.as_nanos() >> SLICE_BITS;
        if slice <= self.slice {
            self.now.push(entry);
        } else {
            self.later.entry(slice).or_default().push(entry);
        }
    }

    /// Events so far, each of which has its number.
    pub fn pushed(&self) -> u64 {
        self.seq
    }

    /// Events to come.
    pub fn len(&self) -> usize {
        self.len
    }

    /// The next event at or before `until`, with its number.
    pub fn pop_until(&mut self, until: Time) -> Option<(Time, u64, Event)> {
        if self.now.is_empty() {
            let (slice, entries) = self.later.pop_first()?;
            self.slice = slice;
            self.now = BinaryHeap::from(entries);
        }
        if self.now.peek()?.at > until {
            return None;
        }
        self.len -= 1;
        self.now.pop().map(|entry| (entry.at, entry.seq, entry.event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(events: &mut Events) -> Option<(Time, Event)> {
        events.pop_until(Time::MAX).map(|(at, _, event)| (at, event))
    }

    #[test]
    fn events_come_in_order_of_time_and_then_of_scheduling() {
        let mut events = Events::default();
        let mut expected = Vec::new();
        let mut popped = Vec::new();
        for n in 0..20_000u32 {
            // Times near and far, many of them equal.
            let ahead = u64::from(n.wrapping_mul(2_654_435_761) >> 20) << (n % 3 * 10);
            let base = popped.last().map_or(0, |(at, _): &(Time, Event)| at.as_nanos());
            let at = Time::from_nanos(base + ahead);
            events.push(at, Event::Act { action: n, tries: 0 });
            expected.push((at, n));
            if n % 2 == 0 {
                popped.extend(next(&mut events));
            }
        }
        while let Some(event) = next(&mut events) {
            popped.push(event);
        }
        assert_eq!(events.len(), 0);
        expected.sort_unstable();
        let popped: Vec<_> = popped
            .into_iter()
            .map(|(at, event)| match event {
                Event::Act { action, .. } => (at, action),
                other => unreachable!("{other:?}"),
            })
            .collect();
        assert_eq!(popped, expected);
    }

    #[test]
    fn nothing_comes_after_the_end() {
        let mut events = Events::default();
        events.push(Time::from_nanos(10), Event::Act { action: 0, tries: 0 });
        events.push(Time::MAX, Event::Act { action: 1, tries: 0 });
        assert!(events.pop_until(Time::from_nanos(9)).is_none());
        assert!(events.pop_until(Time::from_nanos(10)).is_some());
        assert!(events.pop_until(Time::from_nanos(u64::MAX - 1)).is_none());
    }
}
