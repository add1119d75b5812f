//! The labs with every step written right: some in a way of their own, the others as the reference
//! does, each in the wrapper of its skeleton. Right code is never red, and never found to differ.

use netsplit_lab_cache::CacheLab;
use netsplit_lab_circuit_breaker::CircuitBreakerLab;
use netsplit_lab_consistent_hashing::ConsistentHashing;
use netsplit_lab_leases::LeaseLab;
use netsplit_lab_load_balancing::LoadBalancing;
use netsplit_lab_queueing::Queueing;
use netsplit_lab_quorum_kv::QuorumKv;
use netsplit_lab_raft::RaftLab;
use netsplit_lab_rate_limiter::RateLimiter;
use netsplit_lab_retry_jitter::RetryJitter;
use netsplit_sim::Lab;
use netsplit_sim::prelude::OpenFilling;

mod as_reference;
mod election;
mod gateway_and_store;
mod token_bucket;

/// The labs, with the learner's fillings.
pub fn labs() -> [&'static dyn Lab; 10] {
    [
        with(&CacheLab, as_reference::cache()),
        with(&CircuitBreakerLab, as_reference::circuit_breaker()),
        with(&ConsistentHashing, as_reference::consistent_hashing()),
        with(&LeaseLab, as_reference::leases()),
        with(&LoadBalancing, as_reference::load_balancing()),
        with(&Queueing, as_reference::queueing()),
        with(&QuorumKv, as_reference::quorum_kv()),
        with(&RaftLab, as_reference::raft()).with(election::filling()),
        with(&RateLimiter, as_reference::rate_limiter())
            .with(token_bucket::filling())
            .with(gateway_and_store::filling()),
        with(&RetryJitter, as_reference::retry_jitter()),
    ]
}

fn with(
    lab: &'static dyn Lab,
    fillings: impl IntoIterator<Item = OpenFilling>,
) -> &'static dyn Lab {
    fillings.into_iter().fold(lab, |lab, filling| lab.with(filling))
}
