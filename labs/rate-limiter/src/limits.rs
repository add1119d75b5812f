//! A limiter for each tenant, made when the tenant first asks.
//!
//! [`Limits`] is what a node that decides keeps. Whose requests share a limiter is the seat
//! [`Keys`]: with one for everybody, a single busy tenant uses up what all have.
//!
//! What this leaves out: forgetting. A limiter in its initial state could be dropped, and in a
//! real service has to be: anybody can invent a tenant.

use std::collections::BTreeMap;
use std::time::Duration;

use netsplit_sim::Host;

use crate::concurrency::ConcurrencyLimit;
use crate::fixed_window::FixedWindow;
use crate::gcra::Gcra;
use crate::leaky_bucket::LeakyBucket;
use crate::limiter::{Decision, Limiter, Policy};
use crate::messages::Tenant;
use crate::mutants::{ForgetsSkew, LostRemainder, NoRefillCap, off_by_one};
use crate::sliding_counter::SlidingCounter;
use crate::sliding_log::SlidingLog;
use crate::token_bucket::TokenBucket;

/// Makes the limiter of a tenant.
pub type Algorithm = fn(&Policy) -> Box<dyn Limiter>;

/// What sits in the seat `algorithm`.
pub fn algorithm(filling: &str) -> Algorithm {
    match filling {
        "token-bucket" => |policy| Box::new(TokenBucket::new(policy)),
        "gcra" => |policy| Box::new(Gcra::new(policy)),
        "fixed-window" => |policy| Box::new(FixedWindow::new(policy)),
        "sliding-log" => |policy| Box::new(SlidingLog::new(policy)),
        "sliding-counter" => |policy| Box::new(SlidingCounter::new(policy)),
        "leaky-bucket" => |policy| Box::new(LeakyBucket::new(policy)),
        "concurrency-limit" => |policy| Box::new(ConcurrencyLimit::new(policy)),
        "off-by-one" => |policy| Box::new(off_by_one(policy)),
        "no-refill-cap" => |policy| Box::new(NoRefillCap::new(policy)),
        "lost-remainder" => |policy| Box::new(LostRemainder::new(policy)),
        "forgets-skew" => |policy| Box::new(ForgetsSkew::new(policy)),
        _ => unreachable!("the seat has no other fillings"),
    }
}

/// Whose requests share a limiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// Those of one tenant.
    PerTenant,
    /// Everybody's.
    Shared,
}

/// The limiters of a node.
pub struct Limits {
    policy: Policy,
    algorithm: Algorithm,
    keys: Keys,
    limiters: BTreeMap<Tenant, Box<dyn Limiter>>,
}

impl Limits {
    /// No tenant has asked yet.
    pub fn new(policy: Policy, algorithm: Algorithm, keys: Keys) -> Limits {
        Limits { policy, algorithm, keys, limiters: BTreeMap::new() }
    }

    /// Decides about a request at `now`, which may be any clock's.
    pub fn decide(&mut self, host: &Host, tenant: Tenant, now: Duration) -> Decision {
        let limiter = self.of(tenant);
        if let Some(estimate) = limiter.estimate(now) {
            host.gauge("estimate", estimate);
        }
        limiter.try_acquire(now)
    }

    /// The limiter of a tenant.
    pub fn of(&mut self, tenant: Tenant) -> &mut dyn Limiter {
        let key = match self.keys {
            Keys::PerTenant => tenant,
            Keys::Shared => Tenant(0),
        };
        let (algorithm, policy) = (self.algorithm, self.policy);
        self.limiters.entry(key).or_insert_with(|| algorithm(&policy)).as_mut()
    }
}
