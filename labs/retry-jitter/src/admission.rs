//! Admission: the queue in front of a node's workers.
//!
//! An [`Admission`] hands out a fixed number of slots. A job that finds none free waits or is
//! rejected, and a job that leaves passes its slot on:
//!
//! - [`DropExpired`]: in order of arrival, up to a limit, and a job that could not be finished
//!   before its deadline is dropped when its turn comes. Work for clients that have given up is
//!   what keeps an overloaded service overloaded, so this and the limit are the two cures at the
//!   server (Beyer et al., *Site Reliability Engineering*, 2016, chapters 21 and 22).
//! - [`InOrder`]: without regard to deadlines. With a limit that is shorter than the clients'
//!   timeout it is load shedding, which does much the same as dropping, and needs no deadlines.
//!   Without a limit it is fair, and the way to a metastable failure.
//! - [`Lifo`]: the newest first, once the queue is long. Under overload the newest job is the one
//!   whose client still waits, and with a short queue being fair costs nothing (Maurer, "Fail at
//!   Scale", ACM Queue 13(8), 2015: adaptive LIFO).
//!
//! What this leaves out: priorities, and the cost of a rejection, which is nothing here: a real
//! server parses a request before it rejects it, and enough of those are overload too.

use std::collections::VecDeque;
use std::time::Duration;

/// The number of a waiting job, unique at its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// The fate of a job that arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It has a slot, and starts.
    Start,
    /// It waits until its ticket is called. Tickets must differ from all earlier ones.
    Wait(Ticket),
    /// It is rejected.
    Reject,
}

/// The fates of waiting jobs when a slot becomes free.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// The job that starts, in the slot that became free.
    pub next: Option<Ticket>,
    /// The jobs that are dropped.
    pub dropped: Vec<Ticket>,
}

/// The slots of one node and the queue in front of them. Its state lasts until the node crashes.
///
/// Invariants: no job waits while a slot is free, no more jobs have a slot than there are slots,
/// and each ticket is called or dropped once at most.
pub trait Admission {
    /// A job arrives that will take `work` and is useless after `deadline`, a time on the node's
    /// monotonic clock, if its client told one.
    fn arrive(&mut self, work: Duration, deadline: Option<Duration>) -> Arrival;

    /// A job that had a slot leaves at the time `now` on the node's monotonic clock. The slot goes
    /// to a waiting job, or is free.
    fn leave(&mut self, now: Duration) -> Turn;
}

/// A job that waits.
struct Waiting {
    ticket: Ticket,
    work: Duration,
    deadline: Option<Duration>,
}

/// Slots, and the jobs that wait for one, the oldest in front.
struct Queue {
    /// `None` for no limit.
    slots: Option<usize>,
    /// The most jobs that may wait; `None` for no limit.
    limit: Option<usize>,
    busy: usize,
    waiting: VecDeque<Waiting>,
    last: u64,
}

impl Queue {
    fn new(slots: Option<usize>, limit: Option<usize>) -> Queue {
        Queue { slots, limit, busy: 0, waiting: VecDeque::new(), last: 0 }
    }

    fn arrive(&mut self, work: Duration, deadline: Option<Duration>) -> Arrival {
        // A free slot means an empty queue, since whoever leaves passes the slot on.
        if self.slots.is_none_or(|slots| self.busy < slots) {
            self.busy += 1;
            return Arrival::Start;
        }
        if self.limit.is_some_and(|limit| self.waiting.len() >= limit) {
            return Arrival::Reject;
        }
        self.last += 1;
        let ticket = Ticket(self.last);
        self.waiting.push_back(Waiting { ticket, work, deadline });
        Arrival::Wait(ticket)
    }

    /// Passes a slot on to `next`, or frees it.
    fn pass_on(&mut self, next: Option<Waiting>, dropped: Vec<Ticket>) -> Turn {
        if next.is_none() {
            self.busy -= 1;
        }
        Turn { next: next.map(|waiting| waiting.ticket), dropped }
    }
}

/// In order of arrival, up to the limit, without jobs that are too late.
pub struct DropExpired(Queue);

impl DropExpired {
    /// A server with this many slots, and room for `limit` jobs in its queue; `None` is unlimited.
    pub fn new(slots: Option<usize>, limit: Option<usize>) -> DropExpired {
        DropExpired(Queue::new(slots, limit))
    }
}

impl Admission for DropExpired {
    fn arrive(&mut self, work: Duration, deadline: Option<Duration>) -> Arrival {
        self.0.arrive(work, deadline)
    }

    fn leave(&mut self, now: Duration) -> Turn {
        let mut dropped = Vec::new();
        // After an outage most of the queue is too late: it goes in one sweep, at no cost.
        while let Some(waiting) = self.0.waiting.pop_front() {
            // Too late is what could not be *finished* in time; a start in time is of no use.
            if waiting.deadline.is_none_or(|deadline| now + waiting.work <= deadline) {
                return self.0.pass_on(Some(waiting), dropped);
            }
            dropped.push(waiting.ticket);
        }
        self.0.pass_on(None, dropped)
    }
}

/// In order of arrival, up to the limit.
pub(crate) struct InOrder(Queue);

impl InOrder {
    pub fn new(slots: Option<usize>, limit: Option<usize>) -> InOrder {
        InOrder(Queue::new(slots, limit))
    }
}

impl Admission for InOrder {
    fn arrive(&mut self, work: Duration, deadline: Option<Duration>) -> Arrival {
        self.0.arrive(work, deadline)
    }

    fn leave(&mut self, _now: Duration) -> Turn {
        let next = self.0.waiting.pop_front();
        self.0.pass_on(next, Vec::new())
    }
}

/// The newest first while the queue is long.
pub(crate) struct Lifo {
    queue: Queue,
    /// While more jobs than this wait; otherwise in order. `None` for always in order.
    above: Option<usize>,
}

impl Lifo {
    pub fn new(slots: Option<usize>, above: Option<usize>) -> Lifo {
        Lifo { queue: Queue::new(slots, None), above }
    }
}

impl Admission for Lifo {
    fn arrive(&mut self, work: Duration, deadline: Option<Duration>) -> Arrival {
        self.queue.arrive(work, deadline)
    }

    fn leave(&mut self, _now: Duration) -> Turn {
        let waiting = &mut self.queue.waiting;
        let is_long = self.above.is_some_and(|above| waiting.len() > above);
        let next = if is_long { waiting.pop_back() } else { waiting.pop_front() };
        self.queue.pass_on(next, Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// One slot, and room for `limit` waiting requests.
    fn drop_expired(limit: Option<usize>) -> DropExpired {
        DropExpired::new(Some(1), limit)
    }

    /// The fates of jobs of 10 ms that arrive at once, with the given deadlines.
    fn arrive(admission: &mut dyn Admission, deadlines_ms: &[u32]) -> Vec<Arrival> {
        deadlines_ms
            .iter()
            .map(|deadline| admission.arrive(MS * 10, Some(MS * *deadline)))
            .collect()
    }

    fn turn(next: Option<u64>, dropped: &[u64]) -> Turn {
        Turn { next: next.map(Ticket), dropped: dropped.iter().copied().map(Ticket).collect() }
    }

    #[test]
    fn a_full_queue_rejects_and_one_without_a_limit_never_does() {
        let admissions: [(Box<dyn Admission>, _); 5] = [
            (Box::new(drop_expired(Some(2))), Arrival::Reject),
            (Box::new(InOrder::new(Some(1), Some(2))), Arrival::Reject),
            (Box::new(InOrder::new(Some(1), None)), Arrival::Wait(Ticket(3))),
            (Box::new(Lifo::new(Some(1), Some(0))), Arrival::Wait(Ticket(3))),
            (Box::new(drop_expired(None)), Arrival::Wait(Ticket(3))),
        ];
        for (mut admission, last) in admissions {
            let arrivals = arrive(&mut *admission, &[100, 100, 100, 100]);
            let [start, one, two] =
                [Arrival::Start, Arrival::Wait(Ticket(1)), Arrival::Wait(Ticket(2))];
            assert_eq!(arrivals, [start, one, two, last]);
        }
    }

    #[test]
    fn a_job_that_cannot_be_done_in_time_is_dropped() {
        let mut admission = drop_expired(None);
        arrive(&mut admission, &[100, 30, 59, 60, 61]);
        assert_eq!(admission.leave(MS * 50), turn(Some(3), &[1, 2]));
        assert_eq!(admission.leave(MS * 60), turn(None, &[4]));
        assert_eq!(arrive(&mut admission, &[100]), [Arrival::Start]);
    }

    #[test]
    fn without_a_deadline_nothing_is_dropped() {
        let mut admission = drop_expired(None);
        for _ in 0..3 {
            admission.arrive(MS * 10, None);
        }
        assert_eq!(admission.leave(MS * 1_000_000), turn(Some(1), &[]));
    }

    #[test]
    fn the_others_serve_jobs_that_are_too_late() {
        let mut in_order = InOrder::new(Some(1), None);
        arrive(&mut in_order, &[100, 30, 40]);
        assert_eq!(in_order.leave(MS * 90), turn(Some(1), &[]));
        let mut lifo = Lifo::new(Some(1), Some(0));
        arrive(&mut lifo, &[100, 30, 40]);
        assert_eq!(lifo.leave(MS * 90), turn(Some(2), &[]));
    }

    #[test]
    fn the_newest_is_first_in_a_long_queue_and_last_in_a_short_one() {
        for (above, turns) in
            [(Some(0), [4, 3, 2, 1]), (Some(2), [4, 3, 1, 2]), (None, [1, 2, 3, 4])]
        {
            let mut admission = Lifo::new(Some(1), above);
            arrive(&mut admission, &[100; 5]);
            let taken = turns.map(|_| admission.leave(MS).next);
            assert_eq!(taken, turns.map(|ticket| Some(Ticket(ticket))), "{above:?}");
        }
    }

    proptest! {
        /// Whatever arrives and leaves, slots are never handed out twice, no job waits while one is
        /// free, and each waiting job is called or dropped, once.
        #[test]
        fn slots_are_conserved(slots in 1..4usize, comes in vec(any::<bool>(), 1..200)) {
            let mut admission = DropExpired::new(Some(slots), Some(5));
            let (mut inside, mut waiting) = (0, std::collections::BTreeSet::new());
            for (now, come) in comes.into_iter().enumerate() {
                let now = MS * now as u32;
                if come {
                    match admission.arrive(MS, Some(now + MS * 7)) {
                        Arrival::Start => inside += 1,
                        Arrival::Wait(ticket) => prop_assert!(waiting.insert(ticket)),
                        Arrival::Reject => prop_assert_eq!(waiting.len(), 5),
                    }
                } else if inside > 0 {
                    let turn = admission.leave(now);
                    inside -= usize::from(turn.next.is_none());
                    for ticket in turn.dropped.iter().chain(&turn.next) {
                        prop_assert!(waiting.remove(ticket));
                    }
                }
                prop_assert!(inside <= slots);
                prop_assert!(waiting.is_empty() || inside == slots);
            }
        }
    }
}
