//! State that all nodes of a run share: the policy, the parameters and what fills the seats.

use std::ptr;

use netsplit_sim::prelude::*;

use crate::client::RetryPolicy;
use crate::coordination::{Clock, Outage};
use crate::limiter::{Algorithm, Keys, Limiters, Policy};
use crate::params::Params;
use crate::seats;

/// What all nodes and clients of a run know.
pub struct Cluster {
    /// What each tenant is allowed.
    pub policy: Policy,
    /// The lab's parameters.
    pub params: Params,
    /// How many gateways share the limit.
    pub gateways: usize,
    /// What fills the seat `algorithm`.
    pub algorithm: Algorithm,
    /// What fills the seat `keys`.
    pub keys: Keys,
    /// Whether those two are the reference's: a token bucket per tenant.
    pub token_bucket_per_tenant: bool,
    /// What fills the seat `clock`.
    pub clock: Clock,
    /// What fills the seat `outage`.
    pub outage: Outage,
    /// What fills the seat `manners`.
    pub retry_policy: Rc<dyn RetryPolicy>,
    /// The longest time that a client waits for an answer.
    pub client_timeout: Duration,
}

impl Cluster {
    /// Builds it from a checked scenario.
    ///
    /// # Errors
    /// When the parameters do not fit together.
    pub fn new(setup: &Setup<'_>) -> Result<Cluster, Refusal> {
        let params = setup.params::<Params>().clone();
        if setup.group("store").count != 1 {
            let wrong = "there is more than one store";
            return Err(Refusal::new("nodes.store.count", wrong, "expected 1"));
        }
        Ok(Cluster {
            policy: policy(&params)?,
            gateways: setup.group("gateways").count as usize,
            algorithm: *setup.pick(&seats::ALGORITHM),
            keys: *setup.pick(&seats::KEYS),
            token_bucket_per_tenant: is_reference(setup, &seats::ALGORITHM)
                && is_reference(setup, &seats::KEYS),
            clock: *setup.pick(&seats::CLOCK),
            outage: *setup.pick(&seats::OUTAGE),
            retry_policy: setup.pick(&seats::RETRY_POLICY)(&params),
            client_timeout: setup.client_timeout(),
            params,
        })
    }

    /// Limiters for a node that decides, before any request.
    pub fn limiters(&self) -> Limiters {
        Limiters::new(self.policy, self.algorithm, self.keys)
    }
}

/// The policy, if its interval is a whole number of nanoseconds: rounding it would admit one
/// request too many sooner or later, and the invariants are exact.
fn policy(params: &Params) -> Result<Policy, Refusal> {
    let (window, limit) = (params.window.as_nanos(), u128::from(params.limit));
    for (key, value) in [("params.limit", params.limit), ("params.burst", params.burst)] {
        if value == 0 {
            return Err(Refusal::new(key, format!("{key} is 0"), "expected at least 1"));
        }
    }
    if window == 0 || !window.is_multiple_of(limit) {
        let wrong = format!("params.window / params.limit is {window} ns / {limit}");
        let expected = "expected a whole number of nanoseconds per request";
        return Err(Refusal::new("params.window", wrong, expected).or("params.limit"));
    }
    Ok(Policy { limit: params.limit, window: *params.window, burst: params.burst })
}

/// Whether a seat has the reference's filling in this run.
fn is_reference<T: Sync>(setup: &Setup<'_>, seat: &'static Seat<T>) -> bool {
    let reference = &seat.fillings[0].make;
    ptr::eq(setup.pick(seat), reference)
}
