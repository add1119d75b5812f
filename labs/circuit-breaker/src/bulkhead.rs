//! A bulkhead: no more than so many callers inside at once.
//!
//! A ship's hull is divided so that one leak does not fill it. Here the water is the front end's
//! own threads: without a [`Bulkhead`], a slow dependency ends up with all of them, and requests
//! that have nothing to do with it wait for a thread. A breaker does not replace it. Until enough
//! slow calls have *ended*, a breaker knows nothing of them; a bulkhead counts those that have
//! not.
//!
//! [`Bulkhead::leak`] is wrong: a place is given back on the way that a call ends well or badly, and
//! not where it is given up. Each user who leaves takes a place along, until none is left.
//!
//! What this leaves out: a queue in front of it. Whoever finds it full is turned away at once,
//! which is what Hystrix's semaphores do, and what keeps the wait from moving elsewhere.

/// Places for callers.
#[derive(Debug)]
pub struct Bulkhead {
    /// `None` for as many as come.
    places: Option<u32>,
    inside: u32,
}

impl Bulkhead {
    /// One with so many places.
    pub fn new(places: Option<u32>) -> Bulkhead {
        Bulkhead { places, inside: 0 }
    }

    /// Takes a place, if there is one. Whoever has one [`leave`](Bulkhead::leave)s.
    #[must_use]
    pub fn try_enter(&mut self) -> bool {
        let free = self.places.is_none_or(|places| self.inside < places);
        self.inside += u32::from(free);
        free
    }

    /// Gives a place back.
    pub fn leave(&mut self) {
        self.inside -= 1;
    }

    /// Does not.
    pub fn leak(&mut self) {}
}

/// A seat: what becomes of the place of one who gave up.
pub type GiveUp = fn(&mut Bulkhead);
