//! The limiter's interface: one question, asked once per request.
//!
//! A [`Limiter`] watches one tenant. It is a plain value that is given the time: neither the
//! clock nor the node that it lives on is its concern. A [`Policy`] says what is allowed: `limit`
//! requests per `window`, and for the algorithms that know bursts, how large one may be. All of
//! them compute in whole nanoseconds, so that "exactly" means exactly. [`Limiters`] is what a node
//! that decides keeps: a limiter for each tenant, created when the tenant first asks.
//!
//! What this leaves out: requests that cost more than one; limiters over several policies at once
//! (10 a second and 1000 a day), where admitting must be all or nothing; and forgetting. A limiter
//! in its initial state could be dropped, and in a real service has to be: anybody can invent a
//! tenant.

use std::collections::BTreeMap;

use netsplit_sim::prelude::*;

use crate::messages::Tenant;

/// What a tenant is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The number of requests per `window`; at least 1. For a concurrency limit, the number of
    /// requests in flight.
    pub limit: u32,
    /// The time that `limit` is about; a multiple of `limit` nanoseconds.
    pub window: Duration,
    /// How many requests may come at once after a quiet time, at least 1; for the leaky bucket,
    /// how many may wait.
    pub burst: u32,
}

impl Policy {
    /// The time between two requests at the full rate: T in the literature on GCRA.
    pub fn interval(&self) -> Duration {
        self.window / self.limit
    }

    /// The time that an empty bucket of `burst` tokens takes to fill.
    pub fn capacity(&self) -> Duration {
        self.interval() * self.burst
    }
}

/// A limiter's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decision {
    /// The request is admitted.
    Admit {
        /// How long it waits first; zero for all but the leaky bucket.
        after: Duration,
    },
    /// The request is rejected.
    Reject {
        /// When to retry: it would be admitted then, if no other request came in between.
        retry_after: Duration,
    },
}

impl Decision {
    /// Admitted, without waiting.
    pub const ADMIT: Decision = Decision::Admit { after: Duration::ZERO };
}

/// Decides about the requests of one tenant, in the order in which they come.
pub trait Limiter {
    /// The limiter of a tenant that has not asked yet.
    fn new(policy: &Policy) -> Self
    where
        Self: Sized;

    /// Decides about a request that comes at `now`. An admitted request counts against the limit
    /// from now on, a rejected one never does.
    ///
    /// `now` is the time since some fixed instant. It should not go back; if it does, the limiter
    /// must not admit more than if the clock had stood still.
    fn try_acquire(&mut self, now: Duration) -> Decision;
}

/// A limiter that does not know exactly how many requests count against the limit.
pub trait Estimator: Limiter {
    /// The number of requests that it counts against the limit at `now`, before it decides.
    fn estimate(&self, now: Duration) -> f64;
}

/// A limiter of requests in flight, which has to know when they end.
pub trait InFlightLimiter: Limiter {
    /// An admitted request has been served.
    fn release(&mut self);
}

/// The limiter of one tenant, by what its node has to ask and tell it.
pub enum TenantLimiter {
    /// Decides by the time alone.
    Rate(Box<dyn Limiter>),
    /// Decides by the time alone; the run reports its estimate as the metric `estimate`.
    Estimate(Box<dyn Estimator>),
    /// Is told when requests end, so it lives on the gateway that serves them.
    Concurrency(Box<dyn InFlightLimiter>),
}

/// Creates the limiter of a tenant that has not asked yet: [`rate`], [`estimate`] or [`concurrency`]
/// of a limiter's type.
pub type Algorithm = fn(&Policy) -> TenantLimiter;

/// A limiter that decides by the time alone.
pub fn rate<L: Limiter + 'static>(policy: &Policy) -> TenantLimiter {
    TenantLimiter::Rate(Box::new(L::new(policy)))
}

/// A limiter that decides by an estimate.
pub fn estimate<L: Estimator + 'static>(policy: &Policy) -> TenantLimiter {
    TenantLimiter::Estimate(Box::new(L::new(policy)))
}

/// A limiter of requests in flight.
pub fn concurrency<L: InFlightLimiter + 'static>(policy: &Policy) -> TenantLimiter {
    TenantLimiter::Concurrency(Box::new(L::new(policy)))
}

/// The key under which a tenant's requests are counted.
pub type Keys = fn(Tenant) -> Tenant;

/// The limiters of a node.
pub struct Limiters {
    policy: Policy,
    algorithm: Algorithm,
    keys: Keys,
    by_key: BTreeMap<Tenant, TenantLimiter>,
}

impl Limiters {
    /// Limiters of tenants that have not asked yet.
    pub fn new(policy: Policy, algorithm: Algorithm, keys: Keys) -> Limiters {
        Limiters { policy, algorithm, keys, by_key: BTreeMap::new() }
    }

    /// Decides about a request at `now`, by any clock.
    pub fn decide(&mut self, host: &Host, tenant: Tenant, now: Duration) -> Decision {
        match self.limiter(tenant) {
            TenantLimiter::Rate(limiter) => limiter.try_acquire(now),
            TenantLimiter::Estimate(limiter) => {
                host.gauge("estimate", limiter.estimate(now));
                limiter.try_acquire(now)
            }
            TenantLimiter::Concurrency(limiter) => limiter.try_acquire(now),
        }
    }

    /// An admitted request of `tenant` has been served.
    pub fn release(&mut self, tenant: Tenant) {
        if let TenantLimiter::Concurrency(limiter) = self.limiter(tenant) {
            limiter.release();
        }
    }

    fn limiter(&mut self, tenant: Tenant) -> &mut TenantLimiter {
        let key = (self.keys)(tenant);
        self.by_key.entry(key).or_insert_with(|| (self.algorithm)(&self.policy))
    }
}
