//! Who may wait for a busy server, and whose turn it is.
//!
//! A [`Discipline`] is asked when somebody comes, when somebody may start, and whether that is still
//! worth it:
//!
//! - [`DropExpired`]: first come, first served, up to a limit, and work that could not be done
//!   before its deadline is dropped when its turn comes. Work for somebody who has left is what
//!   keeps an overloaded service overloaded, so this and the limit are the two cures at the
//!   server (Beyer et al., *Site Reliability Engineering*, 2016, chapters 21 and 22).
//! - [`Shed`]: a limit, and no look at deadlines. With a queue that is shorter than the clients'
//!   patience the two are much the same, and this one needs to be told nothing.
//! - [`Fifo`]: takes all and serves all in order: fair, and the way to a metastable failure.
//! - [`Lifo`]: serves the newest first, from some length of the queue on. Under overload the
//!   newest is the one who still waits, and with a short queue being fair costs nothing (Maurer,
//!   "Fail at Scale", ACM Queue 13(8), 2015: adaptive LIFO).
//!
//! What this leaves out: priorities, and the price of a rejection, which is nothing here: a real
//! server parses a request before it turns it away, and enough of those are overload too.

use std::collections::VecDeque;
use std::time::Duration;

/// A place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// Somebody who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Who.
    pub ticket: Ticket,
    /// How long the work will take.
    pub work: Duration,
    /// When it is of no use any more, if that is known.
    pub deadline: Option<Duration>,
}

/// Who may wait, and whose turn it is.
pub trait Discipline {
    /// Whether one more may wait when so many do.
    fn has_room(&self, waiting: usize, limit: Option<usize>) -> bool {
        limit.is_none_or(|limit| waiting < limit)
    }

    /// Takes the next out of the queue, in which the oldest is in front.
    fn take(&self, queue: &mut VecDeque<Waiting>) -> Option<Waiting> {
        queue.pop_front()
    }

    /// Whether it is worth starting at the time `now`.
    fn is_worth(&self, waiting: &Waiting, now: Duration) -> bool {
        let _ = (waiting, now);
        true
    }
}

/// First come, first served, up to the limit, unless it is too late.
pub struct DropExpired;

impl Discipline for DropExpired {
    fn is_worth(&self, waiting: &Waiting, now: Duration) -> bool {
        waiting.deadline.is_none_or(|deadline| now + waiting.work <= deadline)
    }
}

/// First come, first served, up to the limit.
pub struct Shed;

impl Discipline for Shed {}

/// First come, first served.
pub struct Fifo;

impl Discipline for Fifo {
    fn has_room(&self, _waiting: usize, _limit: Option<usize>) -> bool {
        true
    }
}

/// Last come, first served, while the queue is long.
pub struct Lifo {
    /// That is, while more than so many wait; otherwise in order. `None` for always in order.
    pub above: Option<usize>,
}

impl Discipline for Lifo {
    fn has_room(&self, _waiting: usize, _limit: Option<usize>) -> bool {
        true
    }

    fn take(&self, queue: &mut VecDeque<Waiting>) -> Option<Waiting> {
        if self.above.is_some_and(|above| queue.len() > above) {
            queue.pop_back()
        } else {
            queue.pop_front()
        }
    }
}
