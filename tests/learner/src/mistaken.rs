//! A learner who has written every step wrong, in a way that is easily overlooked.

use netsplit_lab_cache::eviction::Clock;
use netsplit_lab_cache::{CacheLab, exercises as cache_exercises, seats as cache};
use netsplit_lab_circuit_breaker::{
    CircuitBreakerLab, EjectionConfig, Outliers, exercises as breaker_exercises, seats as breaker,
};
use netsplit_lab_consistent_hashing::exercises::compared;
use netsplit_lab_consistent_hashing::ring::Ring;
use netsplit_lab_consistent_hashing::{ConsistentHashing, seats as hashing};
use netsplit_lab_leases::fencing::{Fenced, FencesWrites, fencing};
use netsplit_lab_leases::{LeaseLab, exercises as lease_exercises, seats as leases};
use netsplit_lab_load_balancing::exercises::ComparedSubset;
use netsplit_lab_load_balancing::subset::RandomSubset;
use netsplit_lab_load_balancing::{LoadBalancing, seats as balancing};
use netsplit_lab_queueing::{Queueing, seats as queueing};
use netsplit_lab_quorum_kv::exercises::Compared;
use netsplit_lab_quorum_kv::hints::{ForgetsNewer, Handoff};
use netsplit_lab_quorum_kv::quorum::{OffByOne, Quorum};
use netsplit_lab_quorum_kv::read_repair::{LateRepair, Repair};
use netsplit_lab_quorum_kv::versions::{ByWallClock, Versions};
use netsplit_lab_quorum_kv::{QuorumKv, seats as kv};
use netsplit_lab_raft::{RaftLab, seats as raft};
use netsplit_lab_rate_limiter::limiter::rate;
use netsplit_lab_rate_limiter::{
    FixedWindow, RateLimiter, SlidingLog, exercises as limiter_exercises, seats as limiter,
};
use netsplit_lab_retry_jitter::{RetryJitter, seats as retry};
use netsplit_sim::Lab;

mod delegate;
mod never_due;

use delegate::delegate;
use never_due::NeverDue;

const QUORUM: &dyn Quorum = &OffByOne;
const VERSIONS: &dyn Versions = &ByWallClock;
const REPAIR: &dyn Repair = &LateRepair;
const HANDOFF: &dyn Handoff = &ForgetsNewer;

fn main() -> std::process::ExitCode {
    netsplit_cli::main(&[
        CacheLab
            .with(cache::EVICTION.filling("my-sieve", "Wrong", cache_exercises::sieve::<Clock>))
            .with(delegate(&cache::LEASING, "outlives-delete", "my-lease")),
        CircuitBreakerLab
            .with(delegate(&breaker::BREAKER, "old-news", "my-state-machine"))
            // A breaker with wrong handlers of the half-open round.
            .with(delegate(&breaker::BREAKER, "lost-permit", "my-half-open-probes"))
            .with(breaker::EJECTION.filling("my-outlier-ejection", "Wrong", |config, hosts| {
                let wrong = EjectionConfig { at_most: 1.0, ..config.clone() };
                let wrong = Outliers::new(wrong, hosts);
                Box::new(breaker_exercises::Compared::new(wrong, || Outliers::new(config, hosts)))
            })),
        ConsistentHashing
            .with(hashing::PLACEMENT.filling("my-ring", "Wrong", |view, params, _| {
                compared(Ring::new(view, 1), || Ring::new(view, params.virtual_nodes))
            }))
            .with(delegate(&hashing::PLACEMENT, "ignores-weights", "my-rendezvous"))
            .with(delegate(&hashing::PLACEMENT, "forgets-capacity", "my-bounded-loads")),
        LeaseLab
            .with(leases::RESOURCE.filling(
                "my-fencing-tokens",
                "Wrong",
                fencing::<lease_exercises::Compared<FencesWrites, Fenced>>,
            ))
            .with(delegate(&leases::HOLDER, "counts-from-answer", "my-lease-holder")),
        LoadBalancing
            .with(delegate(&balancing::PICK, "p2c-reported", "my-p2c"))
            .with(balancing::SUBSET.filling("my-subset", "Wrong", &ComparedSubset(RandomSubset))),
        Queueing.with(delegate(&queueing::BALANCER, "random", "my-two-choices")).with(delegate(
            &queueing::HEDGING,
            "never",
            "my-hedging",
        )),
        QuorumKv
            .with(kv::QUORUM.filling("my-quorum-counting", "Wrong", &Compared(QUORUM)))
            .with(kv::VERSIONS.filling("my-versions", "Wrong", &Compared(VERSIONS)))
            .with(kv::READ_REPAIR.filling("my-read-repair", "Wrong", &Compared(REPAIR)))
            .with(kv::HINTS.filling("my-hinted-handoff", "Wrong", &Compared(HANDOFF))),
        RaftLab
            .with(delegate(&raft::ELECTION, "vote-twice", "my-election"))
            .with(delegate(&raft::REPLICATION, "no-log-check", "my-log-replication"))
            .with(delegate(&raft::COMMITMENT, "minority-commit", "my-commitment"))
            .with(delegate(&raft::PERSISTENCE, "no-fsync", "my-persistence"))
            .with(raft::SNAPSHOTS.filling("my-snapshots", "Never compacts", &NeverDue))
            .with(delegate(&raft::READS, "memory", "my-linearizable-reads")),
        RateLimiter
            .with(delegate(&limiter::ALGORITHM, "lost-remainder", "my-token-bucket"))
            .with(limiter::ALGORITHM.filling(
                "my-sliding-window",
                "Wrong",
                rate::<limiter_exercises::Compared<FixedWindow, SlidingLog>>,
            ))
            .with(delegate(&limiter::ALGORITHM, "off-by-one", "my-gcra"))
            .with(delegate(&limiter::COORDINATION, "carries-over", "my-shared-budget"))
            .with(delegate(&limiter::COORDINATION, "local", "my-gateway-and-store")),
        RetryJitter
            .with(delegate(&retry::BACKOFF, "seeded-alike", "my-full-jitter"))
            .with(delegate(&retry::BUDGET, "unlimited", "my-retry-budget"))
            .with(delegate(&retry::ADMISSION, "fifo", "my-deadlines"))
            .with(delegate(&retry::IDENTITY, "per-try", "my-idempotency-keys")),
    ])
}
