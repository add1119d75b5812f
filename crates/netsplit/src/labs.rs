//! The labs, in teaching order. A new lab is one more line here.

use netsplit_sim::Lab;

/// All labs.
pub const LABS: &[&dyn Lab] = &[
    &netsplit_lab_queueing::Queueing,
    &netsplit_lab_quorum_kv::QuorumKv,
    &netsplit_lab_raft::RaftLab,
    &netsplit_lab_leases::LeaseLab,
    &netsplit_lab_rate_limiter::RateLimiter,
    &netsplit_lab_consistent_hashing::ConsistentHashing,
    &netsplit_lab_cache::CacheLab,
    &netsplit_lab_load_balancing::LoadBalancing,
    &netsplit_lab_retry_jitter::RetryJitter,
    &netsplit_lab_circuit_breaker::CircuitBreakerLab,
];
