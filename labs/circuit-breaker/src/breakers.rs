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

use crate::cluster::Cluster;
use crate::types::{Breaker, Decision, Outcome, Permit, State};

/// All breakers of one front end.
pub(crate) struct Breakers {
    host: Host,
    cluster: Rc<Cluster>,
    by_target: RefCell<BTreeMap<Rc<str>, Watched>>,
}

/// A breaker, and what its events say of it.
struct Watched {
    breaker: Box<dyn Breaker>,
    /// The number of changes of its state.
    epoch: u64,
    /// The number of calls that it has recorded.
    recorded: u64,
}

/// A permit that is in use.
pub(crate) struct Pass {
    breakers: Rc<Breakers>,
    target: Rc<str>,
    /// `None` once it is given back.
    permit: Option<Permit>,
    /// The epoch in which it is a probe, if it is one.
    probe_of: Option<u64>,
}

impl Breakers {
    pub fn new(host: Host, cluster: Rc<Cluster>) -> Rc<Breakers> {
        Rc::new(Breakers { host, cluster, by_target: RefCell::default() })
    }

    /// A pass to call `target`, unless its breaker rejects the call.
    pub fn acquire(self: &Rc<Self>, target: &Rc<str>) -> Option<Pass> {
        let now = self.host.monotonic();
        let (decision, state, epoch) =
            self.with(target, |watched| watched.breaker.try_acquire(now));
        let half_open = matches!(state, State::HalfOpen(_));
        let detail = || json!({ "breaker": &**target, "round": epoch, "now_ns": nanos(now) });
        match decision {
            Decision::Permitted(permit) => {
                if half_open {
                    self.host.count("probes", 1);
                    self.host.record("probe", detail());
                }
                Some(Pass {
                    breakers: self.clone(),
                    target: target.clone(),
                    permit: Some(permit),
                    probe_of: half_open.then_some(epoch),
                })
            }
            Decision::Rejected => {
                self.host.count("turned_away", 1);
                if half_open {
                    self.host.record("turned-away", detail());
                }
                None
            }
        }
    }

    /// Acts on the breaker of `target`, and records it if that changed its state. Returns also
    /// the state and the epoch after it.
    fn with<T>(&self, target: &Rc<str>, act: impl FnOnce(&mut Watched) -> T) -> (T, State, u64) {
        let mut all = self.by_target.borrow_mut();
        let watched = all.entry(target.clone()).or_insert_with(|| self.fresh());
        let before = watched.breaker.state().name();
        let done = act(watched);
        if watched.breaker.state().name() != before {
            watched.epoch += 1;
            self.record_change(target, before, watched);
        }
        (done, watched.breaker.state(), watched.epoch)
    }

    fn fresh(&self) -> Watched {
        let params = &self.cluster.params;
        // Drawn once per breaker: breakers that opened together come back one after another.
        let late = params.open_jitter.0 * unit(&mut self.host.rng());
        let open_for = params.open_for.mul_f64(1.0 + late);
        Watched { breaker: self.cluster.breaker(open_for), epoch: 0, recorded: 0 }
    }

    fn record_change(&self, target: &Rc<str>, from: &str, watched: &Watched) {
        let Watched { breaker, epoch, recorded } = watched;
        let now = nanos(self.host.monotonic());
        match breaker.state() {
            State::Closed => self.host.record(
                "closed",
                json!({ "breaker": &**target, "from": from, "round": epoch, "now_ns": now }),
            ),
            State::HalfOpen(round) => self.host.record(
                "half-opened",
                json!({
                    "breaker": &**target, "from": from, "round": epoch, "now_ns": now,
                    "probes": self.cluster.params.probes, "until_ns": nanos(round.until),
                }),
            ),
            State::Open { .. } => {
                let judged = breaker.judged();
                self.host.count("openings", 1);
                self.host.record(
                    "opened",
                    json!({
                        "breaker": &**target, "from": from, "round": epoch, "now_ns": now,
                        "recorded": recorded, "calls": judged.calls,
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
        self.record_end(if outcome.ok { "ok" } else { "failed" });
        let now = self.breakers.host.monotonic();
        self.breakers.with(&self.target, |watched| {
            watched.recorded += 1;
            watched.breaker.record(now, permit, outcome);
        });
    }

    fn record_end(&self, how: &str) {
        if let Some(epoch) = self.probe_of {
            self.breakers.host.record(
                "probe-ended",
                json!({ "breaker": &*self.target, "round": epoch, "how": how }),
            );
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take() {
            self.record_end("cancelled");
            self.breakers.with(&self.target, |watched| watched.breaker.cancel(permit));
        }
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
