//! The seats: for the breaker, the reference, and wrong ones that override one method of it; for
//! the other [`Defences`] one decision each.
//!
//! Each of them is a mistake that somebody shipped. [`LostPermit`] is resilience4j's issues 903
//! and 935 (stuck in half-open), [`NoProbeLimit`] its issue 1432 (more half-open calls than
//! permitted), [`WaitsForEver`] its default.

use std::time::Duration;

use crate::breaker::CircuitBreaker;
use crate::bulkhead::GiveUp;
use crate::cache::LookUp;
use crate::messages::Service;
use crate::outlier::HasRoom;
use crate::rules::{Decision, Outcome, Permit, State};

/// Who sits in the seats beside the breaker's.
#[derive(Clone, Copy)]
pub(crate) struct Defences {
    pub give_up: GiveUp,
    pub has_room: HasRoom,
    pub look_up: LookUp<(Service, u64)>,
}

/// What a caller needs of a breaker.
pub trait Breaker {
    /// The reference inside.
    fn core(&mut self) -> &mut CircuitBreaker;

    /// May a call be made?
    fn try_acquire(&mut self, now: Duration) -> Decision {
        self.core().try_acquire(now)
    }

    /// A permitted call has ended.
    fn record(&mut self, now: Duration, permit: Permit, outcome: Outcome) {
        self.core().record(now, permit, outcome);
    }

    /// A permitted call was given up.
    fn cancel(&mut self, permit: Permit) {
        self.core().cancel(permit);
    }
}

impl Breaker for CircuitBreaker {
    fn core(&mut self) -> &mut CircuitBreaker {
        self
    }
}

/// Lets every call through.
pub struct NoBreaker(pub CircuitBreaker);

impl Breaker for NoBreaker {
    fn core(&mut self) -> &mut CircuitBreaker {
        &mut self.0
    }

    fn try_acquire(&mut self, _: Duration) -> Decision {
        // Of no epoch: nothing is learnt from the call.
        Decision::Permitted(Permit { epoch: u64::MAX })
    }
}

/// Sees only errors: a call that takes long and ends well is a good one.
pub struct SlowIsFine(pub CircuitBreaker);

impl Breaker for SlowIsFine {
    fn core(&mut self) -> &mut CircuitBreaker {
        &mut self.0
    }

    fn record(&mut self, now: Duration, permit: Permit, outcome: Outcome) {
        let took = Duration::ZERO;
        self.0.record(now, permit, Outcome { took, ..outcome });
    }
}

/// Forgets permits whose callers gave up.
pub struct LostPermit(pub CircuitBreaker);

impl Breaker for LostPermit {
    fn core(&mut self) -> &mut CircuitBreaker {
        &mut self.0
    }

    fn cancel(&mut self, _: Permit) {}
}

/// Half-open, lets everybody in until it has decided.
pub struct NoProbeLimit(pub CircuitBreaker);

impl Breaker for NoProbeLimit {
    fn core(&mut self) -> &mut CircuitBreaker {
        &mut self.0
    }

    fn try_acquire(&mut self, now: Duration) -> Decision {
        match self.0.try_acquire(now) {
            Decision::Rejected if matches!(self.0.state(), State::HalfOpen { .. }) => {
                let epoch = self.0.epoch();
                Decision::Permitted(Permit { epoch })
            }
            decision => decision,
        }
    }
}

/// Half-open, it has all the time in the world.
pub struct WaitsForEver(pub CircuitBreaker);

impl Breaker for WaitsForEver {
    fn core(&mut self) -> &mut CircuitBreaker {
        &mut self.0
    }

    fn try_acquire(&mut self, now: Duration) -> Decision {
        match self.0.state() {
            State::HalfOpen { until, .. } if now >= until => {
                let just_before = until.saturating_sub(Duration::from_nanos(1));
                self.0.try_acquire(just_before)
            }
            _ => self.0.try_acquire(now),
        }
    }
}

/// When its wait is over, it closes: everybody is the probe.
pub struct NeverHalfOpen(pub CircuitBreaker);

impl Breaker for NeverHalfOpen {
    fn core(&mut self) -> &mut CircuitBreaker {
        &mut self.0
    }

    fn try_acquire(&mut self, now: Duration) -> Decision {
        if matches!(self.0.state(), State::Open { until } if now >= until) {
            self.0.close();
        }
        self.0.try_acquire(now)
    }
}

/// Takes every outcome for one of the present state, however old its call is.
pub struct OldNews(pub CircuitBreaker);

impl Breaker for OldNews {
    fn core(&mut self) -> &mut CircuitBreaker {
        &mut self.0
    }

    fn record(&mut self, now: Duration, _: Permit, outcome: Outcome) {
        let epoch = self.0.epoch();
        self.0.record(now, Permit { epoch }, outcome);
    }
}
