//! A learner who has written nothing yet: every skeleton, as it is shipped.

#![allow(unused, missing_docs, clippy::pedantic, reason = "skeletons are not written yet")]

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

#[path = "../../../labs/consistent-hashing/exercises/bounded-loads/skeleton.rs"]
mod bounded_loads;
#[path = "../../../labs/raft/exercises/commitment/skeleton.rs"]
mod commitment;
#[path = "../../../labs/retry-jitter/exercises/deadlines/skeleton.rs"]
mod deadlines;
#[path = "../../../labs/raft/exercises/election/skeleton.rs"]
mod election;
#[path = "../../../labs/leases/exercises/fencing-tokens/skeleton.rs"]
mod fencing_tokens;
#[path = "../../../labs/retry-jitter/exercises/full-jitter/skeleton.rs"]
mod full_jitter;
#[path = "../../../labs/rate-limiter/exercises/gateway-and-store/skeleton.rs"]
mod gateway_and_store;
#[path = "../../../labs/rate-limiter/exercises/gcra/skeleton.rs"]
mod gcra;
#[path = "../../../labs/circuit-breaker/exercises/half-open-probes/skeleton.rs"]
mod half_open_probes;
#[path = "../../../labs/queueing/exercises/hedging/skeleton.rs"]
mod hedging;
#[path = "../../../labs/quorum-kv/exercises/hinted-handoff/skeleton.rs"]
mod hinted_handoff;
#[path = "../../../labs/retry-jitter/exercises/idempotency-keys/skeleton.rs"]
mod idempotency_keys;
#[path = "../../../labs/cache/exercises/lease/skeleton.rs"]
mod lease;
#[path = "../../../labs/leases/exercises/lease-holder/skeleton.rs"]
mod lease_holder;
#[path = "../../../labs/raft/exercises/linearizable-reads/skeleton.rs"]
mod linearizable_reads;
#[path = "../../../labs/raft/exercises/log-replication/skeleton.rs"]
mod log_replication;
#[path = "../../../labs/circuit-breaker/exercises/outlier-ejection/skeleton.rs"]
mod outlier_ejection;
#[path = "../../../labs/load-balancing/exercises/p2c/skeleton.rs"]
mod p2c;
#[path = "../../../labs/raft/exercises/persistence/skeleton.rs"]
mod persistence;
#[path = "../../../labs/quorum-kv/exercises/quorum-counting/skeleton.rs"]
mod quorum_counting;
#[path = "../../../labs/quorum-kv/exercises/read-repair/skeleton.rs"]
mod read_repair;
#[path = "../../../labs/consistent-hashing/exercises/rendezvous/skeleton.rs"]
mod rendezvous;
#[path = "../../../labs/retry-jitter/exercises/retry-budget/skeleton.rs"]
mod retry_budget;
#[path = "../../../labs/consistent-hashing/exercises/ring/skeleton.rs"]
mod ring;
#[path = "../../../labs/rate-limiter/exercises/shared-budget/skeleton.rs"]
mod shared_budget;
#[path = "../../../labs/cache/exercises/sieve/skeleton.rs"]
mod sieve;
#[path = "../../../labs/rate-limiter/exercises/sliding-window/skeleton.rs"]
mod sliding_window;
#[path = "../../../labs/raft/exercises/snapshots/skeleton.rs"]
mod snapshots;
#[path = "../../../labs/circuit-breaker/exercises/state-machine/skeleton.rs"]
mod state_machine;
#[path = "../../../labs/load-balancing/exercises/subset/skeleton.rs"]
mod subset;
#[path = "../../../labs/rate-limiter/exercises/token-bucket/skeleton.rs"]
mod token_bucket;
#[path = "../../../labs/queueing/exercises/two-choices/skeleton.rs"]
mod two_choices;
#[path = "../../../labs/quorum-kv/exercises/versions/skeleton.rs"]
mod versions;

fn main() -> std::process::ExitCode {
    netsplit_cli::main(&[
        CacheLab.with(sieve::filling()).with(lease::filling()),
        CircuitBreakerLab
            .with(state_machine::filling())
            .with(half_open_probes::filling())
            .with(outlier_ejection::filling()),
        ConsistentHashing
            .with(ring::filling())
            .with(rendezvous::filling())
            .with(bounded_loads::filling()),
        LeaseLab.with(fencing_tokens::filling()).with(lease_holder::filling()),
        LoadBalancing.with(p2c::filling()).with(subset::filling()),
        Queueing.with(two_choices::filling()).with(hedging::filling()),
        QuorumKv
            .with(quorum_counting::filling())
            .with(versions::filling())
            .with(read_repair::filling())
            .with(hinted_handoff::filling()),
        RaftLab
            .with(election::filling())
            .with(log_replication::filling())
            .with(commitment::filling())
            .with(persistence::filling())
            .with(snapshots::filling())
            .with(linearizable_reads::filling()),
        RateLimiter
            .with(token_bucket::filling())
            .with(sliding_window::filling())
            .with(gcra::filling())
            .with(shared_budget::filling())
            .with(gateway_and_store::filling()),
        RetryJitter
            .with(full_jitter::filling())
            .with(retry_budget::filling())
            .with(deadlines::filling())
            .with(idempotency_keys::filling()),
    ])
}
