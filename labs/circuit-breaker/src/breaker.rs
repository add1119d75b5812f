//! A circuit breaker: closed, open, half-open.
//!
//! [`Closed`](State::Closed), every call gets a [`Permit`], and a [`Window`] remembers how the
//! last ones went. When enough of them failed or were slow ([`BreakerConfig`]), the breaker opens:
//! calls are rejected at once, which spares the caller the wait and the target the load. After
//! [`BreakerConfig::open_for`] it is half-open: [`BreakerConfig::probes`] calls are let through,
//! the others still rejected, and when all probes have ended, their rates decide between closed
//! and open ([`HalfOpen`]). The idea is Nygard's ("Release It!", 2007), the names and defaults are
//! resilience4j's.
//!
//! Two things go wrong in real breakers, both about permits:
//!
//! - **A permit that never comes back** keeps a half-open breaker waiting, and everybody is
//!   rejected. A caller that gave up has nothing to record, so it [`cancel`]s; and
//!   [`BreakerConfig::half_open_for`] bounds what is left: undecided by then, the breaker opens
//!   again.
//! - **A permit of an earlier state**: a call that began before the breaker opened may end while
//!   it is half-open. It is no probe. Each change of state begins a new epoch, a permit carries
//!   the one it was issued in, and outcomes of earlier epochs are ignored.
//!
//! Left out: threads (most reports of too many half-open calls are races around these few
//! fields), and opening by degrees: at 49% failures every call goes through, at 50% none.
//!
//! [`cancel`]: Breaker::cancel

use std::rc::Rc;
use std::time::Duration;

use crate::half_open::{Admission, HalfOpen, Round, RoundEnd};
use crate::types::{Breaker, BreakerConfig, Decision, Outcome, Permit, State};
use crate::windows::{Call, Tally, Window};

/// The reference breaker.
pub struct CircuitBreaker {
    config: BreakerConfig,
    half_open: Rc<dyn HalfOpen>,
    window: Box<dyn Window>,
    state: State,
    /// The number of changes of state.
    epoch: u64,
    failures_in_a_row: u32,
    judged: Tally,
}

impl Breaker for CircuitBreaker {
    fn try_acquire(&mut self, now: Duration) -> Decision {
        // The wait ends when somebody calls, not by a timer: without calls there is no probe.
        if matches!(self.state, State::Open { until } if now >= until) {
            self.enter(State::HalfOpen(Round::new(now + self.config.half_open_for)));
        }
        let permitted = match &mut self.state {
            State::Closed => true,
            State::Open { .. } => false,
            State::HalfOpen(round) => {
                let admission = self.half_open.try_acquire(&self.config, round, now);
                if admission == Admission::TimeUp {
                    self.open(now);
                }
                admission == Admission::Probe
            }
        };
        if permitted {
            Decision::Permitted(Permit { epoch: self.epoch })
        } else {
            Decision::Rejected
        }
    }

    fn record(&mut self, now: Duration, permit: Permit, outcome: Outcome) {
        // A call of an earlier epoch tells of a time on which the breaker has already acted.
        if permit.epoch != self.epoch {
            return;
        }
        let (failed, slow) = (!outcome.ok, outcome.took > self.config.slow_after);
        let call = Call { failed, slow };
        match &mut self.state {
            State::Closed => {
                self.judged = self.window.record(now, call);
                self.failures_in_a_row = if failed { self.failures_in_a_row + 1 } else { 0 };
                if self.should_open() {
                    self.open(now);
                }
            }
            State::HalfOpen(round) => {
                let end = self.half_open.record(&self.config, round, call);
                self.judged = round.ended;
                match end {
                    Some(RoundEnd::Reopen) => self.open(now),
                    Some(RoundEnd::Close) => self.close(),
                    None => {}
                }
            }
            State::Open { .. } => {} // It issues no permits, so there is none of this epoch.
        }
    }

    fn cancel(&mut self, permit: Permit) {
        if let State::HalfOpen(round) = &mut self.state
            && permit.epoch == self.epoch
        {
            self.half_open.cancel(round);
        }
    }

    fn state(&self) -> State {
        self.state
    }

    fn judged(&self) -> Tally {
        self.judged
    }
}

impl CircuitBreaker {
    /// A closed breaker with an empty window.
    pub fn new(config: BreakerConfig, half_open: Rc<dyn HalfOpen>) -> CircuitBreaker {
        CircuitBreaker {
            window: config.window.window(),
            config,
            half_open,
            state: State::Closed,
            epoch: 0,
            failures_in_a_row: 0,
            judged: Tally::default(),
        }
    }

    /// The number of changes of its state.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    fn should_open(&self) -> bool {
        let in_a_row = self.config.consecutive.is_some_and(|n| self.failures_in_a_row >= n);
        // Without a minimum, the first failure of the day would be a failure rate of 100%.
        let enough = self.judged.calls >= self.config.min_calls;
        in_a_row || enough && self.config.is_broken(self.judged)
    }

    fn open(&mut self, now: Duration) {
        self.enter(State::Open { until: now + self.config.open_for });
    }

    /// Closes the breaker, which forgets the outage: its failures would open it again at once.
    pub(crate) fn close(&mut self) {
        self.window.clear();
        self.failures_in_a_row = 0;
        self.enter(State::Closed);
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.epoch += 1;
    }
}
