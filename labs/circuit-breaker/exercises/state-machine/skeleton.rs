//! The state machine of a breaker: closed, open, half-open.

use std::rc::Rc;
use std::time::Duration;

use netsplit_lab_circuit_breaker::exercises::Compared;
use netsplit_lab_circuit_breaker::{
    Admission, Breaker, BreakerConfig, Call, CircuitBreaker, Decision, HalfOpen, Outcome, Permit,
    Round, RoundEnd, State, Tally, Window, seats,
};
use netsplit_sim::prelude::OpenFilling;

/// A breaker.
pub struct MyBreaker {
    config: BreakerConfig,
    /// The handlers of a half-open round: which calls are probes, and what the probes decide.
    half_open: Rc<dyn HalfOpen>,
    /// The last calls of a closed breaker: `window.record(now, call)` adds one and returns how many
    /// there are of each kind.
    window: Box<dyn Window>,
    state: State,
    /// The number of changes of state so far.
    epoch: u64,
    failures_in_a_row: u32,
    /// The calls by which it last judged.
    judged: Tally,
}

impl MyBreaker {
    /// A closed breaker that has seen no call.
    fn new(config: BreakerConfig, half_open: Rc<dyn HalfOpen>) -> MyBreaker {
        MyBreaker {
            window: config.window.window(),
            config,
            half_open,
            state: State::Closed,
            epoch: 0,
            failures_in_a_row: 0,
            judged: Tally::default(),
        }
    }
}

impl Breaker for MyBreaker {
    /// Decides whether a call may be made at `now`.
    ///
    /// - Closed, every call is permitted: `Decision::Permitted(Permit { epoch })`.
    /// - Open, every call is rejected before `until`. The first one at `until` or later finds the
    ///   breaker half-open, in a round that lasts for `config.half_open_for`.
    /// - Half-open, `half_open.try_acquire` decides: a `Probe` is permitted, any other call is
    ///   rejected, and with `TimeUp` the breaker opens.
    /// - A breaker that opens stays open for `config.open_for` from `now`.
    fn try_acquire(&mut self, now: Duration) -> Decision {
        todo!("permit the call, or reject it")
    }

    /// Learns at `now` how a permitted call ended. It is a failure if it is not `ok`, and slow if
    /// it took longer than `config.slow_after`; it may be both.
    ///
    /// - A permit of another epoch than the present one changes nothing.
    /// - Closed, the call goes into the window, and `judged` is what the window holds then. The
    ///   breaker opens if these are at least `config.min_calls` and `config.is_broken`, or if as
    ///   many calls in a row have failed as `config.consecutive` says.
    /// - Half-open, `half_open.record` decides whether the breaker opens again or closes, if it
    ///   decides yet; `judged` is `round.ended`. A breaker that closes has an empty window and no
    ///   failures in a row.
    fn record(&mut self, now: Duration, permit: Permit, outcome: Outcome) {
        todo!("count the call, and open or close if it is time")
    }

    /// Takes back the permit of a call that was abandoned, which says nothing about the target.
    /// Only a half-open round needs to know (`half_open.cancel`), and only of its own probes.
    fn cancel(&mut self, permit: Permit) {
        todo!("give the permit back to the round")
    }

    fn state(&self) -> State {
        self.state
    }

    fn judged(&self) -> Tally {
        self.judged
    }
}

/// The filling `my-state-machine`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::BREAKER.filling("my-state-machine", "My state machine", |config, half_open| {
        let mine = MyBreaker::new(config.clone(), half_open.clone());
        Box::new(Compared::new(mine, || CircuitBreaker::new(config, half_open)))
    })
}
