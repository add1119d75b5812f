//! Scheduled events in order of time: a timing wheel.
//!
//! Varghese and Lauck, "Hashed and hierarchical timing wheels", 1987, scheme 4 with a list of what
//! lies beyond the wheel.

use std::cmp::Reverse;
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Firing {
    pub fault: FaultId,
    /// Counts the firings of the fault, from 0.
    pub number: u32,
}

/// A scheduled event. Its order means nothing, since no two have one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

/// A scheduled event: its time, its number, and what happens. The number decides among events of
/// one time.
type Entry = (Time, u64, Event);

/// Events by (time, order of scheduling).
///
/// Time is cut into slices. Events of the present slice are sorted, those of the slices that follow
/// lie unsorted in the slots of a wheel, and those beyond it in a map. Most events of a run are
/// timeouts that nothing waits for any more when they are due: they are moved twice, and sorted in
/// small groups that fit the processor's caches.
///
/// Invariants: every event in `sorted` and `pushed` is due in slice `slice` or earlier, every other
/// one later; an event in the wheel is due less than [`SLOTS`] slices after `slice`.
pub(crate) struct Events {
    slice: u64,
    /// Events of the present slice when it began, the last one first.
    sorted: Vec<Entry>,
    /// Events of the present slice that were scheduled since.
    pushed: BinaryHeap<Reverse<Entry>>,
    wheel: Vec<Vec<Entry>>,
    /// A bit for each slot, set if it has events.
    occupied: [u64; SLOTS / 64],
    beyond: BTreeMap<u64, Vec<Entry>>,
    /// Buffers of slots that were emptied, the last one in the caches still.
    spare: Vec<Vec<Entry>>,
    seq: u64,
    len: usize,
}

/// A slice of time has 2 to this power nanoseconds, 4 ms: few slots keep their buffers in the caches.
const SLICE_BITS: u32 = 22;

/// Slots of the wheel, which reaches 4.3 s ahead.
const SLOTS: usize = 1 << 10;

impl Default for Events {
    fn default() -> Events {
        Events {
            slice: 0,
            sorted: Vec::new(),
            pushed: BinaryHeap::new(),
            wheel: vec![Vec::new(); SLOTS],
            occupied: [0; SLOTS / 64],
            beyond: BTreeMap::new(),
            spare: Vec::new(),
            seq: 0,
            len: 0,
        }
    }
}

impl Events {
    pub fn push(&mut self, at: Time, event: Event) {
        self.seq += 1;
        self.len += 1;
        let entry = (at, self.seq, event);
        let slice = at.as_nanos() >> SLICE_BITS;
        if slice <= self.slice {
            self.pushed.push(Reverse(entry));
        } else if slice - self.slice < SLOTS as u64 {
            let place = slice as usize % SLOTS;
            let slot = &mut self.wheel[place];
            if slot.capacity() == 0 {
                *slot = self.spare.pop().unwrap_or_default();
            }
            slot.push(entry);
            self.occupied[place / 64] |= 1 << (place % 64);
        } else {
            self.push_beyond(slice, entry);
        }
    }

    #[cold]
    fn push_beyond(&mut self, slice: u64, entry: Entry) {
        self.beyond.entry(slice).or_default().push(entry);
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
    pub fn pop_until(&mut self, until: Time) -> Option<Entry> {
        if self.sorted.is_empty() && self.pushed.is_empty() {
            self.begin_next_slice();
        }
        let (sorted, pushed) = (self.sorted.last(), self.pushed.peek());
        let from_pushed = match (sorted, pushed) {
            (Some(sorted), Some(Reverse(pushed))) => pushed < sorted,
            (sorted, _) => sorted.is_none(),
        };
        let next = if from_pushed { pushed.map(|Reverse(entry)| entry) } else { sorted };
        next.filter(|(at, ..)| *at <= until)?;
        self.len -= 1;
        if from_pushed { self.pushed.pop().map(|Reverse(entry)| entry) } else { self.sorted.pop() }
    }

    /// Makes the next slice with events the present one.
    fn begin_next_slice(&mut self) {
        let in_wheel = self.next_in_wheel();
        let beyond = self.beyond.first_key_value().map(|(slice, _)| *slice);
        let Some(slice) = in_wheel.into_iter().chain(beyond).min() else { return };
        self.slice = slice;
        if in_wheel == Some(slice) {
            let place = slice as usize % SLOTS;
            self.occupied[place / 64] &= !(1 << (place % 64));
            let emptied =
                std::mem::replace(&mut self.sorted, std::mem::take(&mut self.wheel[place]));
            self.spare.push(emptied);
        }
        if beyond == Some(slice) {
            self.sorted.extend(self.beyond.remove(&slice).into_iter().flatten());
        }
        // Compared as one number, without a branch between its halves.
        let order = |(at, number, _): &Entry| u128::from(at.as_nanos()) << 64 | u128::from(*number);
        self.sorted.sort_unstable_by_key(|entry| Reverse(order(entry)));
    }

    /// The first slice after the present one that has events in the wheel.
    fn next_in_wheel(&self) -> Option<u64> {
        let start = (self.slice as usize + 1) % SLOTS;
        let words = SLOTS / 64;
        // The first word is looked at twice: from `start` on, and at last whole.
        let place = (0..=words).find_map(|ahead| {
            let word = (start / 64 + ahead) % words;
            let from = if ahead == 0 { start % 64 } else { 0 };
            let bits = self.occupied[word] & (u64::MAX << from);
            (bits != 0).then(|| word * 64 + bits.trailing_zeros() as usize)
        })?;
        let ahead = (place + SLOTS - start) % SLOTS;
        Some(self.slice + 1 + ahead as u64)
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
            let ahead = u64::from(n.wrapping_mul(2_654_435_761) >> 20) << (n % 4 * 8);
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
