//! Wrong breakers, each a mistake that somebody shipped.
//!
//! Each but [`NoBreaker`] delegates to the reference, or to the half-open handlers that it is
//! given, and differs in one method. [`LostPermit`] is resilience4j's issues 903 and 935 (stuck in
//! half-open), [`NoProbeLimit`] its issue 1432 (more half-open calls than permitted),
//! [`WaitsForEver`] its default.

use std::rc::Rc;
use std::time::Duration;

use crate::breaker::CircuitBreaker;
use crate::half_open::{Admission, HalfOpen, Round, RoundEnd};
use crate::types::{Breaker, BreakerConfig, Decision, Outcome, Permit, State};
use crate::windows::{Call, Tally};

/// Permits every call, and learns from none.
pub(crate) struct NoBreaker;

impl Breaker for NoBreaker {
    fn try_acquire(&mut self, _: Duration) -> Decision {
        Decision::Permitted(Permit { epoch: 0 })
    }

    fn record(&mut self, _: Duration, _: Permit, _: Outcome) {}

    fn cancel(&mut self, _: Permit) {}

    fn state(&self) -> State {
        State::Closed
    }

    fn judged(&self) -> Tally {
        Tally::default()
    }
}

/// Closes when its wait is over: everybody is a probe.
pub(crate) struct NeverHalfOpen(pub CircuitBreaker);

impl Breaker for NeverHalfOpen {
    fn try_acquire(&mut self, now: Duration) -> Decision {
        if matches!(self.0.state(), State::Open { until } if now >= until) {
            self.0.close();
        }
        self.0.try_acquire(now)
    }

    fn record(&mut self, now: Duration, permit: Permit, outcome: Outcome) {
        self.0.record(now, permit, outcome);
    }

    fn cancel(&mut self, permit: Permit) {
        self.0.cancel(permit);
    }

    fn state(&self) -> State {
        self.0.state()
    }

    fn judged(&self) -> Tally {
        self.0.judged()
    }
}

/// Takes every outcome for one of the present epoch, however old its call is.
pub(crate) struct OldNews(pub CircuitBreaker);

impl Breaker for OldNews {
    fn try_acquire(&mut self, now: Duration) -> Decision {
        self.0.try_acquire(now)
    }

    fn record(&mut self, now: Duration, _: Permit, outcome: Outcome) {
        let epoch = self.0.epoch();
        self.0.record(now, Permit { epoch }, outcome);
    }

    fn cancel(&mut self, permit: Permit) {
        self.0.cancel(permit);
    }

    fn state(&self) -> State {
        self.0.state()
    }

    fn judged(&self) -> Tally {
        self.0.judged()
    }
}

/// Forgets the permits of probes that were abandoned.
pub(crate) struct LostPermit(pub Rc<dyn HalfOpen>);

impl HalfOpen for LostPermit {
    fn try_acquire(&self, config: &BreakerConfig, round: &mut Round, now: Duration) -> Admission {
        self.0.try_acquire(config, round, now)
    }

    fn record(&self, config: &BreakerConfig, round: &mut Round, call: Call) -> Option<RoundEnd> {
        self.0.record(config, round, call)
    }

    fn cancel(&self, _: &mut Round) {}
}

/// Lets everybody in until the first probes have decided.
pub(crate) struct NoProbeLimit(pub Rc<dyn HalfOpen>);

impl HalfOpen for NoProbeLimit {
    fn try_acquire(&self, config: &BreakerConfig, round: &mut Round, now: Duration) -> Admission {
        match self.0.try_acquire(config, round, now) {
            Admission::Reject => {
                round.issued += 1;
                Admission::Probe
            }
            admission => admission,
        }
    }

    fn record(&self, config: &BreakerConfig, round: &mut Round, call: Call) -> Option<RoundEnd> {
        self.0.record(config, round, call)
    }

    fn cancel(&self, round: &mut Round) {
        self.0.cancel(round);
    }
}

/// Waits for its probes without a limit.
pub(crate) struct WaitsForEver(pub Rc<dyn HalfOpen>);

impl HalfOpen for WaitsForEver {
    fn try_acquire(&self, config: &BreakerConfig, round: &mut Round, now: Duration) -> Admission {
        let just_before = round.until.saturating_sub(Duration::from_nanos(1));
        self.0.try_acquire(config, round, now.min(just_before))
    }

    fn record(&self, config: &BreakerConfig, round: &mut Round, call: Call) -> Option<RoundEnd> {
        self.0.record(config, round, call)
    }

    fn cancel(&self, round: &mut Round) {
        self.0.cancel(round);
    }
}
