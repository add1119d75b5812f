//! The event heap: everything that will happen, in order of time.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use netsplit_history::Time;
use slotmap::new_key_type;

new_key_type! {
    pub(crate) struct FlightKey;
    pub(crate) struct TimerKey;
    pub(crate) struct JobKey;
    pub(crate) struct RequestKey;
}

/// Something that will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A message arrives.
    Deliver(FlightKey),
    /// A timer of a node runs out; stale when the timer's schedule has moved on.
    Timer(TimerKey, u32),
    /// A worker finishes a job; stale when the job's schedule has moved on.
    Job(JobKey, u32),
    /// An open-loop load sends its next request.
    Arrival(u32),
    /// A session of a closed loop has thought enough.
    Think(u32),
    /// A request's client gives up.
    GiveUp(RequestKey),
    /// A fault strikes; with churn, one of its targets.
    Strike(u32, Option<crate::NodeId>),
    /// A firing of a fault heals.
    Heal(u32, u32),
    /// The scenario asks for an action.
    Act(u32),
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
#[derive(Default)]
pub(crate) struct Events {
    heap: BinaryHeap<Entry>,
    seq: u64,
}

impl Events {
    pub fn push(&mut self, at: Time, event: Event) {
        self.seq += 1;
        self.heap.push(Entry {
            at,
            seq: self.seq,
            event,
        });
    }

    /// The next event at or before `until`.
    pub fn pop_until(&mut self, until: Time) -> Option<(Time, Event)> {
        if self.heap.peek()?.at > until {
            return None;
        }
        self.heap.pop().map(|entry| (entry.at, entry.event))
    }
}
