//! A learner who has written every step wrong, in a way that is easily overlooked.

use netsplit_lab_circuit_breaker::{CircuitBreakerLab, seats as breaker};
use netsplit_lab_consistent_hashing::{ConsistentHashing, seats as hashing};
use netsplit_lab_queueing::{Queueing, seats as queueing};
use netsplit_lab_quorum_kv::{QuorumKv, seats as kv};
use netsplit_lab_raft::{RaftLab, seats as raft};
use netsplit_lab_rate_limiter::{RateLimiter, seats as limiter};
use netsplit_lab_retry_jitter::{RetryJitter, seats as retry};
use netsplit_sim::Lab;

mod delegate;
mod never_due;

use delegate::delegate;
use never_due::NeverDue;

fn main() -> std::process::ExitCode {
    netsplit_cli::main(&[
        CircuitBreakerLab
            .with(delegate(&breaker::BREAKER, "old-news", "my-state-machine"))
            // A breaker with wrong handlers of the half-open round.
            .with(delegate(&breaker::BREAKER, "lost-permit", "my-half-open-probes"))
            .with(delegate(&breaker::EJECTION, "everybody", "my-outlier-ejection")),
        ConsistentHashing
            .with(delegate(&hashing::PLACEMENT, "off-by-one", "my-ring"))
            .with(delegate(&hashing::PLACEMENT, "ignores-weights", "my-rendezvous"))
            .with(delegate(&hashing::PLACEMENT, "forgets-capacity", "my-bounded-loads")),
        Queueing.with(delegate(&queueing::BALANCER, "random", "my-two-choices")).with(delegate(
            &queueing::HEDGING,
            "never",
            "my-hedging",
        )),
        QuorumKv
            .with(delegate(&kv::QUORUM, "off-by-one", "my-quorum-counting"))
            .with(delegate(&kv::VERSIONS, "wall-clock", "my-versions"))
            .with(delegate(&kv::READ_REPAIR, "late-repair", "my-read-repair"))
            .with(delegate(&kv::HINTS, "forgets-newer", "my-hinted-handoff")),
        RaftLab
            .with(delegate(&raft::ELECTION, "vote-twice", "my-election"))
            .with(delegate(&raft::REPLICATION, "no-log-check", "my-log-replication"))
            .with(delegate(&raft::COMMITMENT, "minority-commit", "my-commitment"))
            .with(delegate(&raft::PERSISTENCE, "no-fsync", "my-persistence"))
            .with(raft::SNAPSHOTS.filling("my-snapshots", "Never compacts", &NeverDue))
            .with(delegate(&raft::READS, "memory", "my-linearizable-reads")),
        RateLimiter
            .with(delegate(&limiter::ALGORITHM, "lost-remainder", "my-token-bucket"))
            .with(delegate(&limiter::ALGORITHM, "fixed-window", "my-sliding-window"))
            .with(delegate(&limiter::ALGORITHM, "off-by-one", "my-gcra"))
            .with(delegate(&limiter::COORDINATION, "carries-over", "my-shared-budget")),
        RetryJitter
            .with(delegate(&retry::BACKOFF, "seeded-alike", "my-full-jitter"))
            .with(delegate(&retry::BUDGET, "unlimited", "my-retry-budget"))
            .with(delegate(&retry::ADMISSION, "fifo", "my-deadlines"))
            .with(delegate(&retry::IDENTITY, "per-try", "my-idempotency-keys")),
    ])
}
