//! A learner who has written every step right: some in a way of their own, the others as the
//! reference does. Right code is never red, and never found to differ.

use netsplit_lab_circuit_breaker::{CircuitBreakerLab, seats as breaker};
use netsplit_lab_consistent_hashing::{ConsistentHashing, seats as hashing};
use netsplit_lab_queueing::{Queueing, seats as queueing};
use netsplit_lab_quorum_kv::{QuorumKv, seats as kv};
use netsplit_lab_raft::{RaftLab, seats as raft};
use netsplit_lab_rate_limiter::{RateLimiter, seats as limiter};
use netsplit_lab_retry_jitter::{RetryJitter, seats as retry};
use netsplit_sim::Lab;

mod delegate;
mod solutions;

use delegate::delegate;
use solutions::{election, gateway_and_store, token_bucket};

fn main() -> std::process::ExitCode {
    netsplit_cli::main(&[
        CircuitBreakerLab
            .with(delegate(&breaker::BREAKER, "reference", "my-state-machine"))
            .with(delegate(&breaker::HALF_OPEN, "counted", "my-half-open-probes"))
            .with(delegate(&breaker::EJECTION, "limited", "my-outlier-ejection")),
        ConsistentHashing
            .with(delegate(&hashing::PLACEMENT, "ring", "my-ring"))
            .with(delegate(&hashing::PLACEMENT, "rendezvous", "my-rendezvous"))
            .with(delegate(&hashing::PLACEMENT, "bounded-loads", "my-bounded-loads")),
        Queueing
            .with(delegate(&queueing::BALANCER, "two-choices", "my-two-choices"))
            .with(delegate(&queueing::HEDGING, "after-delay", "my-hedging")),
        QuorumKv
            .with(delegate(&kv::QUORUM, "strict", "my-quorum-counting"))
            .with(delegate(&kv::VERSIONS, "version-vector", "my-versions"))
            .with(delegate(&kv::READ_REPAIR, "merged-answer", "my-read-repair"))
            .with(delegate(&kv::HINTS, "until-stored", "my-hinted-handoff")),
        RaftLab
            .with(election::filling())
            .with(delegate(&raft::REPLICATION, "strict", "my-log-replication"))
            .with(delegate(&raft::COMMITMENT, "own-term", "my-commitment"))
            .with(delegate(&raft::PERSISTENCE, "durable", "my-persistence"))
            .with(delegate(&raft::SNAPSHOTS, "whole-state", "my-snapshots"))
            .with(delegate(&raft::READS, "read-index", "my-linearizable-reads")),
        RateLimiter
            .with(token_bucket::filling())
            .with(delegate(&limiter::ALGORITHM, "sliding-log", "my-sliding-window"))
            .with(delegate(&limiter::ALGORITHM, "gcra", "my-gcra"))
            .with(delegate(&limiter::COORDINATION, "synced", "my-shared-budget"))
            .with(gateway_and_store::filling()),
        RetryJitter
            .with(delegate(&retry::BACKOFF, "full-jitter", "my-full-jitter"))
            .with(delegate(&retry::BUDGET, "retry-ratio", "my-retry-budget"))
            .with(delegate(&retry::ADMISSION, "drop-expired", "my-deadlines"))
            .with(delegate(&retry::IDENTITY, "per-request", "my-idempotency-keys")),
    ])
}
