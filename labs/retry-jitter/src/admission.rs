//! The queue in front of a service's workers.
//!
//! [`Admission`] hands out a fixed number of slots. Whoever finds none free waits, or is turned
//! away, and whoever leaves passes the slot on. Who may wait, and whose turn it is, is left to a
//! [`Discipline`].

use std::collections::VecDeque;
use std::time::Duration;

use crate::discipline::{Discipline, Ticket, Waiting};

/// What happens to one who arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// A slot is free.
    Start,
    /// None is; wait for the turn of this ticket.
    Wait(Ticket),
    /// There is no room to wait either.
    Reject,
}

/// What happens when one leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Who may start.
    pub next: Option<Ticket>,
    /// Who need not wait any longer.
    pub dropped: Vec<Ticket>,
}

/// The slots of one node and the queue in front of them.
///
/// Invariants: nobody waits while a slot is free; `busy` is at most `slots`.
pub struct Admission {
    /// `None` for as many as come.
    slots: Option<usize>,
    /// How many may wait; `None` for any number.
    limit: Option<usize>,
    discipline: Box<dyn Discipline>,
    busy: usize,
    queue: VecDeque<Waiting>,
    last: u64,
}

impl Admission {
    /// So many slots, all free.
    pub fn new(
        slots: Option<usize>,
        limit: Option<usize>,
        discipline: Box<dyn Discipline>,
    ) -> Admission {
        Admission { slots, limit, discipline, busy: 0, queue: VecDeque::new(), last: 0 }
    }

    /// Somebody comes with so much work, useful until the deadline.
    pub fn arrive(&mut self, work: Duration, deadline: Option<Duration>) -> Arrival {
        if self.slots.is_none_or(|slots| self.busy < slots) {
            self.busy += 1;
            return Arrival::Start;
        }
        if !self.discipline.has_room(self.queue.len(), self.limit) {
            return Arrival::Reject;
        }
        self.last += 1;
        let ticket = Ticket(self.last);
        self.queue.push_back(Waiting { ticket, work, deadline });
        Arrival::Wait(ticket)
    }

    /// Somebody who had a slot leaves at the time `now`.
    pub fn leave(&mut self, now: Duration) -> Turn {
        assert!(self.busy > 0, "who leaves had a slot");
        self.busy -= 1;
        let mut turn = Turn::default();
        while let Some(waiting) = self.discipline.take(&mut self.queue) {
            if self.discipline.is_worth(&waiting, now) {
                self.busy += 1;
                turn.next = Some(waiting.ticket);
                break;
            }
            turn.dropped.push(waiting.ticket);
        }
        turn
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::discipline::{DropExpired, Fifo, Lifo, Shed};

    const MS: Duration = Duration::from_millis(1);
    const LIFO: Lifo = Lifo { above: Some(0) };

    fn one_slot(limit: Option<usize>, discipline: impl Discipline + 'static) -> Admission {
        Admission::new(Some(1), limit, Box::new(discipline))
    }

    /// How work of 10 ms each fares that comes at once, to be useful until the given times.
    fn arrive(admission: &mut Admission, deadlines_ms: &[u32]) -> Vec<Arrival> {
        deadlines_ms
            .iter()
            .map(|deadline| admission.arrive(MS * 10, Some(MS * *deadline)))
            .collect()
    }

    fn turn(next: Option<u64>, dropped: &[u64]) -> Turn {
        Turn { next: next.map(Ticket), dropped: dropped.iter().copied().map(Ticket).collect() }
    }

    #[test]
    fn a_full_queue_turns_away_and_a_plain_one_never_does() {
        for (mut admission, last) in [
            (one_slot(Some(2), DropExpired), Arrival::Reject),
            (one_slot(Some(2), Shed), Arrival::Reject),
            (one_slot(Some(2), Fifo), Arrival::Wait(Ticket(3))),
            (one_slot(Some(2), LIFO), Arrival::Wait(Ticket(3))),
            (one_slot(None, DropExpired), Arrival::Wait(Ticket(3))),
        ] {
            let arrivals = arrive(&mut admission, &[100, 100, 100, 100]);
            let [start, one, two] =
                [Arrival::Start, Arrival::Wait(Ticket(1)), Arrival::Wait(Ticket(2))];
            assert_eq!(arrivals, [start, one, two, last]);
        }
    }

    #[test]
    fn what_cannot_be_done_in_time_is_dropped() {
        let mut admission = one_slot(None, DropExpired);
        arrive(&mut admission, &[100, 30, 59, 60, 61]);
        assert_eq!(admission.leave(MS * 50), turn(Some(3), &[1, 2]));
        assert_eq!(admission.leave(MS * 60), turn(None, &[4]));
        assert_eq!(arrive(&mut admission, &[100]), [Arrival::Start]);
    }

    #[test]
    fn without_a_deadline_nothing_is_dropped() {
        let mut admission = one_slot(None, DropExpired);
        for _ in 0..3 {
            admission.arrive(MS * 10, None);
        }
        assert_eq!(admission.leave(MS * 1_000_000), turn(Some(1), &[]));
    }

    #[test]
    fn the_others_serve_what_is_too_late() {
        let mut fifo = one_slot(None, Fifo);
        arrive(&mut fifo, &[100, 30, 40]);
        assert_eq!(fifo.leave(MS * 90), turn(Some(1), &[]));
        let mut shed = one_slot(None, Shed);
        arrive(&mut shed, &[100, 30, 40]);
        assert_eq!(shed.leave(MS * 90), turn(Some(1), &[]));
        let mut lifo = one_slot(None, LIFO);
        arrive(&mut lifo, &[100, 30, 40]);
        assert_eq!(lifo.leave(MS * 90), turn(Some(2), &[]));
    }

    #[test]
    fn the_newest_is_first_in_a_long_queue_and_last_in_a_short_one() {
        for (above, turns) in
            [(Some(0), [4, 3, 2, 1]), (Some(2), [4, 3, 1, 2]), (None, [1, 2, 3, 4])]
        {
            let mut admission = one_slot(None, Lifo { above });
            arrive(&mut admission, &[100; 5]);
            let taken = turns.map(|_| admission.leave(MS).next);
            assert_eq!(taken, turns.map(|ticket| Some(Ticket(ticket))), "{above:?}");
        }
    }

    proptest! {
        /// Whatever comes and goes, slots are never handed out twice, nobody waits while one is
        /// free, and everybody who waits is let in or dropped, once.
        #[test]
        fn slots_are_conserved(slots in 1..4usize, comes in vec(any::<bool>(), 1..200)) {
            let mut admission = Admission::new(Some(slots), Some(5), Box::new(DropExpired));
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
