//! Coordination: how gateways share a limit.
//!
//! A [`Coordination`] builds both sides of a run: the [`Gatekeeper`] that answers one question for
//! each gateway, may this request pass, and the store's task. There are three:
//!
//! | filling | who decides | price |
//! |---|---|---|
//! | [`local`] | the gateway, by a limiter of its own | N gateways admit N times the limit |
//! | [`central`] | one store, asked for every request | a round trip each, and the store may be unreachable |
//! | [`synced`](crate::synced()) | the gateway, by a budget that the store renews | a bounded overshoot |
//!
//! At one store, decisions are made one after another, so the limit holds exactly, whatever the
//! network does. Which clock counts there is a seat: the store's own, or the time stamp that the
//! gateway sent along, as scripts do that take the time as an argument. Gateways' clocks disagree.
//! The seat [`Outage`] decides what a gateway does when the store does not answer.
//!
//! What this leaves out: a fallback in between, a local limiter with a share of the limit, which
//! most services that can afford it have; the race of a store that cannot decide, where gateways
//! read a counter and write it back; a store that is sharded by tenant, or replicated; batching.

use std::cell::RefCell;
use std::pin::Pin;

use netsplit_sim::prelude::*;

use crate::cluster::Cluster;
use crate::limiter::{Decision, Limiters, TenantLimiter};
use crate::messages::{Acquire, Tenant};
use crate::record;

/// Builds the deciding part of each gateway, and the store.
///
/// Whoever decides must also announce each decision through [`record`], where and when it is made:
/// the invariants know nothing else.
pub trait Coordination {
    /// The deciding part of the gateway on `host`, each time that it starts.
    fn gateway(&self, host: Host) -> Rc<dyn Gatekeeper>;

    /// The task of the store on `host`, each time that it starts; it ends when the store crashes.
    fn store(&self, host: Host) -> Task;
}

/// Builds a coordination; the error says why it cannot work with this cluster's seats and parameters.
pub type BuildCoordination = fn(&Rc<Cluster>) -> Result<Rc<dyn Coordination>, Refusal>;

/// Decides for one gateway while it is up.
pub trait Gatekeeper {
    /// Decides about a request that came just now. The answer may take messages.
    fn decide(&self, tenant: Tenant) -> PendingDecision;

    /// A request that it admitted has been served.
    fn done(&self, tenant: Tenant);
}

/// A decision that may still wait for an answer.
pub type PendingDecision = Pin<Box<dyn Future<Output = Result<Decision, Unavailable>>>>;

/// Nobody can tell whether the request is within the limit, and it is not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable;

/// What happens to requests when the store does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// They are turned away: the limit holds, the service is down.
    FailClosed,
    /// They are admitted: the service is up, without a limit.
    FailOpen,
}

/// The time by which the store decides, on the store's host and about this request.
pub type Clock = fn(&Host, &Acquire) -> Duration;

/// One store that is asked for every request.
struct Central(Rc<Cluster>);

/// One store decides about every request.
///
/// # Errors
/// When limiters have to be told that requests end, which the store does not see.
pub fn central(cluster: &Rc<Cluster>) -> Result<Rc<dyn Coordination>, Refusal> {
    if let TenantLimiter::Concurrency(_) = (cluster.algorithm)(&cluster.policy) {
        let wrong = "a concurrency limit has to see requests end, on the gateway that serves them";
        let expected = "expected coordination=local with algorithm=concurrency-limit";
        return Err(Refusal::new("variant", wrong, expected));
    }
    Ok(Rc::new(Central(cluster.clone())))
}

impl Coordination for Central {
    fn gateway(&self, host: Host) -> Rc<dyn Gatekeeper> {
        Rc::new(CentralGateway { host, cluster: self.0.clone() })
    }

    fn store(&self, host: Host) -> Task {
        let (limiters, clock) = (RefCell::new(self.0.limiters()), self.0.clock);
        Box::pin(async move {
            let store = host.clone();
            host.serve(move |_, ask: Acquire| {
                let now = clock(&store, &ask);
                let decision = limiters.borrow_mut().decide(&store, ask.tenant, now);
                record::decision(&store, ask.tenant, decision);
                async move { decision }
            })
            .await;
        })
    }
}

/// A gateway that asks the store.
struct CentralGateway {
    host: Host,
    cluster: Rc<Cluster>,
}

impl Gatekeeper for CentralGateway {
    fn decide(&self, tenant: Tenant) -> PendingDecision {
        let (host, outage) = (self.host.clone(), self.cluster.outage);
        let store = host.nodes("store")[0];
        let ask = Acquire { tenant, stamp: host.now() };
        let call = host.call(store, &ask, *self.cluster.params.store_timeout);
        Box::pin(async move {
            match (call.await, outage) {
                (Ok(decision), _) => Ok(decision),
                (Err(_), Outage::FailClosed) => Err(Unavailable),
                (Err(_), Outage::FailOpen) => {
                    // Nobody has counted it, so nobody else can announce it.
                    record::admitted_blindly(&host, tenant);
                    Ok(Decision::ADMIT)
                }
            }
        })
    }

    fn done(&self, _tenant: Tenant) {}
}

/// Each gateway by itself, by one of its clocks.
struct Local {
    cluster: Rc<Cluster>,
    clock: fn(&Host) -> Duration,
}

/// Each gateway limits by itself.
///
/// # Errors
/// Never: all algorithms work on a gateway.
pub fn local(cluster: &Rc<Cluster>) -> Result<Rc<dyn Coordination>, Refusal> {
    Ok(Rc::new(Local { cluster: cluster.clone(), clock: Host::monotonic }))
}

/// Each gateway limits by itself, by the time of day: a clock that is set mints tokens.
///
/// # Errors
/// Never: all algorithms work on a gateway.
pub fn local_wall_clock(cluster: &Rc<Cluster>) -> Result<Rc<dyn Coordination>, Refusal> {
    Ok(Rc::new(Local { cluster: cluster.clone(), clock: Host::now }))
}

impl Coordination for Local {
    fn gateway(&self, host: Host) -> Rc<dyn Gatekeeper> {
        let limiters = RefCell::new(self.cluster.limiters());
        Rc::new(LocalGateway { host, clock: self.clock, limiters })
    }

    fn store(&self, _host: Host) -> Task {
        Box::pin(async {})
    }
}

/// A gateway with limiters of its own.
struct LocalGateway {
    host: Host,
    clock: fn(&Host) -> Duration,
    limiters: RefCell<Limiters>,
}

impl Gatekeeper for LocalGateway {
    fn decide(&self, tenant: Tenant) -> PendingDecision {
        let (host, now) = (&self.host, (self.clock)(&self.host));
        let decision = self.limiters.borrow_mut().decide(host, tenant, now);
        record::decision(host, tenant, decision);
        Box::pin(async move { Ok(decision) })
    }

    fn done(&self, tenant: Tenant) {
        self.limiters.borrow_mut().release(tenant);
        record::finished(&self.host, tenant);
    }
}
