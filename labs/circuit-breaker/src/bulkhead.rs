//! Bulkheads: a limit on the callers that are inside at once.
//!
//! A ship's hull is divided so that one leak does not fill it. Here the water is the front end's
//! own threads: without a [`Bulkhead`], a slow service ends up with all of them, and requests
//! that have nothing to do with it wait for a thread. A breaker does not replace it. Until enough
//! slow calls have *ended*, a breaker knows nothing of them; a bulkhead counts those that have
//! not.
//!
//! [`LeakyBulkhead`] is wrong: it releases the slot of a call that ends, well or badly, and not
//! that of one that is abandoned. Each user who leaves takes a slot along, until none is left.
//!
//! Left out: a queue in front of it. Who finds it full is rejected at once, as by Hystrix's
//! semaphores, so that the wait does not move elsewhere.

/// Slots for callers of one service. A caller that has entered releases its slot once, by `leave`
/// or `abandon`.
pub trait Bulkhead {
    /// Takes a slot. Returns whether there was a free one.
    #[must_use]
    fn try_enter(&mut self) -> bool;

    /// Releases the slot of a call that has ended.
    fn leave(&mut self);

    /// Releases the slot of a call that was abandoned before it ended.
    fn abandon(&mut self);
}

/// The reference: a counter.
#[derive(Clone, Debug)]
pub struct SemaphoreBulkhead {
    capacity: Option<u32>,
    inside: u32,
}

impl SemaphoreBulkhead {
    /// A bulkhead of `capacity` slots; `None` means no limit.
    pub fn new(capacity: Option<u32>) -> SemaphoreBulkhead {
        SemaphoreBulkhead { capacity, inside: 0 }
    }
}

impl Bulkhead for SemaphoreBulkhead {
    fn try_enter(&mut self) -> bool {
        let free = self.capacity.is_none_or(|capacity| self.inside < capacity);
        self.inside += u32::from(free);
        free
    }

    fn leave(&mut self) {
        self.inside -= 1;
    }

    fn abandon(&mut self) {
        self.inside -= 1;
    }
}

/// Keeps the slots of abandoned calls.
#[derive(Clone, Debug)]
pub struct LeakyBulkhead(pub SemaphoreBulkhead);

impl Bulkhead for LeakyBulkhead {
    fn try_enter(&mut self) -> bool {
        self.0.try_enter()
    }

    fn leave(&mut self) {
        self.0.leave();
    }

    fn abandon(&mut self) {}
}
