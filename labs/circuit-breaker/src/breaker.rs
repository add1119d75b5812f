//! A circuit breaker: closed, open, half-open.
//!
//! [`Closed`](State::Closed), every call gets a [`Permit`], and a [`Window`] remembers how the
//! last ones went. When enough of them failed or were slow ([`Rules`]), the breaker opens: calls
//! are turned away at once, which spares the caller the wait and the dependency the load. After
//! [`Rules::open_for`] it is half-open: [`Rules::probes`] calls are let through, the others still
//! turned away, and when all probes have ended, their rates decide between closed and open. The
//! idea is Nygard's ("Release It!", 2007), the names and defaults are resilience4j's.
//!
//! Two things go wrong in real breakers, both about permits:
//!
//! - **A permit that never comes back** keeps a half-open breaker waiting, and everybody is
//!   turned away. A caller that gave up has nothing to record, so it [`cancel`]s; and
//!   [`Rules::half_open_for`] bounds what is left: undecided by then, the breaker opens again.
//! - **A permit of another time**: a call that began before the breaker opened may end while it
//!   is half-open. It is no probe. Each change of state begins a new epoch, a permit carries the
//!   one it was issued in, and outcomes of earlier epochs are ignored.
//!
//! What this leaves out: threads (most reports of too many half-open calls are races around these
//! few fields), and opening by degrees: between 49% and 50% failures lies everything.
//!
//! [`cancel`]: CircuitBreaker::cancel

use std::time::Duration;

use crate::rules::{Decision, Outcome, Permit, Rules, State};
use crate::windows::{Call, Tally, Window};

/// A breaker. All its times are one monotonic clock's.
#[derive(Debug)]
pub struct CircuitBreaker {
    rules: Rules,
    window: Box<dyn Window>,
    state: State,
    epoch: u64,
    failures_in_a_row: u32,
    judged: Tally,
}

impl CircuitBreaker {
    /// A closed one; `window` is empty.
    pub fn new(rules: Rules, window: Box<dyn Window>) -> CircuitBreaker {
        CircuitBreaker {
            rules,
            window,
            state: State::Closed,
            epoch: 0,
            failures_in_a_row: 0,
            judged: Tally::default(),
        }
    }

    /// May a call be made?
    pub fn try_acquire(&mut self, now: Duration) -> Decision {
        match self.state {
            State::Open { until } if now >= until => self.enter(State::HalfOpen {
                until: now + self.rules.half_open_for,
                issued: 0,
                ended: Tally::default(),
            }),
            State::HalfOpen { until, .. } if now >= until => self.open(now),
            _ => {}
        }
        match &mut self.state {
            State::Closed => {}
            State::HalfOpen { issued, .. } if *issued < self.rules.probes => *issued += 1,
            State::Open { .. } | State::HalfOpen { .. } => return Decision::Rejected,
        }
        Decision::Permitted(Permit { epoch: self.epoch })
    }

    /// A permitted call has ended.
    pub fn record(&mut self, now: Duration, permit: Permit, outcome: Outcome) {
        if !permit.belongs_to(self.epoch) {
            return;
        }
        let (failed, slow) = (!outcome.ok, outcome.took > self.rules.slow_after);
        let call = Call { failed, slow };
        match &mut self.state {
            State::Closed => {
                self.judged = self.window.record(now, call);
                self.failures_in_a_row = u32::from(failed) * (self.failures_in_a_row + 1);
                let row = self.rules.consecutive;
                let too_many_in_a_row = row.is_some_and(|n| self.failures_in_a_row >= n);
                let enough = self.judged.calls >= self.rules.min_calls;
                if too_many_in_a_row || enough && self.rules.broken_by(self.judged) {
                    self.open(now);
                }
            }
            State::HalfOpen { ended, .. } => {
                ended.add(call);
                self.judged = *ended;
                if self.judged.calls == self.rules.probes {
                    if self.rules.broken_by(self.judged) {
                        self.open(now);
                    } else {
                        self.close();
                    }
                }
            }
            State::Open { .. } => {}
        }
    }

    /// A permitted call was given up, and says nothing about the dependency.
    pub fn cancel(&mut self, permit: Permit) {
        if permit.belongs_to(self.epoch)
            && let State::HalfOpen { issued, .. } = &mut self.state
        {
            *issued -= 1;
        }
    }

    fn open(&mut self, now: Duration) {
        let until = now + self.rules.open_for;
        self.enter(State::Open { until });
    }

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

/// What can be seen of it from outside.
impl CircuitBreaker {
    /// Where it stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// How often its state has changed.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// What it judged by when it last recorded a call.
    pub fn judged(&self) -> Tally {
        self.judged
    }
}
