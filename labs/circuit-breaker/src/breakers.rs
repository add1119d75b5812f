//! A front end's breakers, one per host or one per service, and the permits they issued.
//!
//! A [`Pass`] is a permit that cannot be forgotten: whoever holds it records an outcome, or drops
//! it, when the user has left and the whole request with it, and it is cancelled. Everything that
//! happens while a breaker is half-open is recorded as an event, for the invariants; while it is
//! closed, only its changes are.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use netsplit_sim::Host;
use netsplit_sim::random::unit;
use serde_json::json;

use crate::breaker::CircuitBreaker;
use crate::params::Params;
use crate::rules::{Decision, Outcome, Permit, State};
use crate::seats::Breaker;

/// Puts a breaker into the seat.
pub(crate) type Make = fn(CircuitBreaker) -> Box<dyn Breaker>;

/// All breakers of one front end.
pub(crate) struct Breakers {
    host: Host,
    params: Rc<Params>,
    make: Make,
    by_target: RefCell<BTreeMap<Rc<str>, Watched>>,
}

/// A breaker, and what is told of it.
struct Watched {
    breaker: Box<dyn Breaker>,
    /// Calls that it has recorded.
    recorded: u64,
}

/// A permit on its way.
pub(crate) struct Pass {
    breakers: Rc<Breakers>,
    target: Rc<str>,
    /// `None` once it is given back.
    permit: Option<Permit>,
    /// The epoch in which it is a probe, if it is one.
    probe_of: Option<u64>,
}

impl Breakers {
    pub fn new(host: Host, params: Rc<Params>, make: Make) -> Rc<Breakers> {
        Rc::new(Breakers { host, params, make, by_target: RefCell::default() })
    }

    /// A pass to call `target`, unless its breaker says no.
    pub fn acquire(self: &Rc<Self>, target: &Rc<str>) -> Option<Pass> {
        let now = self.host.monotonic();
        let (decision, state, round) = self.with(target, |watched| {
            let decision = watched.breaker.try_acquire(now);
            let core = watched.breaker.core();
            (decision, core.state(), core.epoch())
        });
        let half_open = matches!(state, State::HalfOpen { .. });
        let told = || json!({ "breaker": &**target, "round": round, "now_ns": nanos(now) });
        match decision {
            Decision::Permitted(permit) => {
                if half_open {
                    self.host.count("probes", 1);
                    self.host.record("probe", told());
                }
                Some(Pass {
                    breakers: self.clone(),
                    target: target.clone(),
                    permit: Some(permit),
                    probe_of: half_open.then_some(round),
                })
            }
            Decision::Rejected => {
                self.host.count("turned_away", 1);
                if half_open {
                    self.host.record("turned-away", told());
                }
                None
            }
        }
    }

    /// Acts on the breaker of `target`, and tells when that changed its state.
    fn with<T>(&self, target: &Rc<str>, act: impl FnOnce(&mut Watched) -> T) -> T {
        let mut all = self.by_target.borrow_mut();
        let watched = all.entry(target.clone()).or_insert_with(|| self.fresh());
        let (before, epoch) = (watched.breaker.core().state(), watched.breaker.core().epoch());
        let done = act(watched);
        if watched.breaker.core().epoch() != epoch {
            self.tell(target, before, watched);
        }
        done
    }

    fn fresh(&self) -> Watched {
        // Drawn once per breaker: breakers that opened together come back one after another.
        let late = self.params.open_jitter.0 * unit(&mut self.host.rng());
        let open_for = self.params.open_for.mul_f64(1.0 + late);
        let rules = self.params.rules(open_for);
        let breaker = CircuitBreaker::new(rules, self.params.window.empty());
        Watched { breaker: (self.make)(breaker), recorded: 0 }
    }

    /// Records a change of state.
    fn tell(&self, target: &Rc<str>, before: State, watched: &mut Watched) {
        let core = watched.breaker.core();
        let (judged, round) = (core.judged(), core.epoch());
        let (from, now) = (word(before), nanos(self.host.monotonic()));
        match core.state() {
            State::Closed => self.host.record(
                "closed",
                json!({ "breaker": &**target, "from": from, "round": round, "now_ns": now }),
            ),
            State::HalfOpen { until, .. } => self.host.record(
                "half-opened",
                json!({
                    "breaker": &**target, "from": from, "round": round, "now_ns": now,
                    "probes": self.params.probes, "until_ns": nanos(until),
                }),
            ),
            State::Open { .. } => {
                self.host.count("openings", 1);
                self.host.record(
                    "opened",
                    json!({
                        "breaker": &**target, "from": from, "round": round, "now_ns": now,
                        "recorded": watched.recorded, "calls": judged.calls,
                        "failures": judged.failures, "slow": judged.slow,
                    }),
                );
            }
        }
    }
}

impl Pass {
    /// The call has ended.
    pub fn record(mut self, outcome: Outcome) {
        let Some(permit) = self.permit.take() else {
            return;
        };
        self.tell_end(if outcome.ok { "ok" } else { "failed" });
        let now = self.breakers.host.monotonic();
        self.breakers.with(&self.target, |watched| {
            watched.recorded += 1;
            watched.breaker.record(now, permit, outcome);
        });
    }

    fn tell_end(&self, how: &str) {
        if let Some(round) = self.probe_of {
            self.breakers.host.record(
                "probe-ended",
                json!({ "breaker": &*self.target, "round": round, "how": how }),
            );
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take() {
            self.tell_end("cancelled");
            self.breakers.with(&self.target, |watched| watched.breaker.cancel(permit));
        }
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Closed => "closed",
        State::Open { .. } => "open",
        State::HalfOpen { .. } => "half-open",
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
