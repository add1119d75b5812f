//! Steps that are written as the reference does them.

use std::rc::Rc;

use netsplit_lab_cache::eviction::Sieve;
use netsplit_lab_cache::exercises::{Compared as ComparedLeases, sieve};
use netsplit_lab_cache::leases::{Leases, leasing};
use netsplit_lab_cache::seats as cache;
use netsplit_lab_circuit_breaker::exercises::Compared as ComparedBreaker;
use netsplit_lab_circuit_breaker::{CircuitBreaker, CountedProbes, Outliers, seats as breaker};
use netsplit_lab_consistent_hashing::bounded::Bounded;
use netsplit_lab_consistent_hashing::exercises::compared;
use netsplit_lab_consistent_hashing::rendezvous::Rendezvous;
use netsplit_lab_consistent_hashing::ring::Ring;
use netsplit_lab_consistent_hashing::seats as hashing;
use netsplit_lab_leases::exercises::Compared as ComparedLock;
use netsplit_lab_leases::fencing::{Fenced, fencing};
use netsplit_lab_leases::holding::{ChecksTime, holder};
use netsplit_lab_leases::seats as leases;
use netsplit_lab_load_balancing::exercises::{ComparedPick, ComparedSubset};
use netsplit_lab_load_balancing::pick::{LeastOf, own_load};
use netsplit_lab_load_balancing::seats as balancing;
use netsplit_lab_load_balancing::subset::Deterministic;
use netsplit_lab_queueing::exercises::ComparedBalancer;
use netsplit_lab_queueing::{TwoChoices, seats as queueing};
use netsplit_lab_quorum_kv::exercises::Compared as ComparedKv;
use netsplit_lab_quorum_kv::hints::{Handoff, UntilStored};
use netsplit_lab_quorum_kv::quorum::{self, Quorum};
use netsplit_lab_quorum_kv::read_repair::{MergedAnswer, Repair};
use netsplit_lab_quorum_kv::seats as kv;
use netsplit_lab_quorum_kv::versions::{ByVector, Versions};
use netsplit_lab_raft::commitment::{Commitment, OwnTerm};
use netsplit_lab_raft::exercises::Compared as ComparedRaft;
use netsplit_lab_raft::reads::{ReadIndex, Reads};
use netsplit_lab_raft::replication::{self, Replication};
use netsplit_lab_raft::seats as raft;
use netsplit_lab_raft::snapshot::{Snapshots, WholeState};
use netsplit_lab_raft::storage::{Durable, Persistence};
use netsplit_lab_rate_limiter::budget::GlobalBucket;
use netsplit_lab_rate_limiter::exercises::{
    Compared as ComparedLimiter, ComparedBudget as ComparedShare,
};
use netsplit_lab_rate_limiter::limiter::rate;
use netsplit_lab_rate_limiter::{Gcra, SlidingLog, seats as limiter, synced};
use netsplit_lab_retry_jitter::exercises::{
    ComparedAdmission, ComparedBackoff, ComparedBudget, ComparedIdentity,
};
use netsplit_lab_retry_jitter::{DropExpired, FullJitter, PerRequest, RetryRatio, seats as retry};
use netsplit_sim::prelude::OpenFilling;

const LABEL: &str = "As the reference";

pub fn cache() -> [OpenFilling; 2] {
    let leases = leasing::<ComparedLeases<Leases, Leases>>;
    [
        cache::EVICTION.filling("my-sieve", LABEL, sieve::<Sieve>),
        cache::LEASING.filling("my-lease", LABEL, leases),
    ]
}

pub fn circuit_breaker() -> [OpenFilling; 3] {
    [
        breaker::BREAKER.filling("my-state-machine", LABEL, |config, half_open| {
            let mine = CircuitBreaker::new(config.clone(), half_open.clone());
            Box::new(ComparedBreaker::new(mine, || CircuitBreaker::new(config, half_open)))
        }),
        breaker::HALF_OPEN.filling("my-half-open-probes", LABEL, || {
            Rc::new(ComparedBreaker::new(CountedProbes, || CountedProbes))
        }),
        breaker::EJECTION.filling("my-outlier-ejection", LABEL, |config, hosts| {
            let mine = Outliers::new(config.clone(), hosts);
            Box::new(ComparedBreaker::new(mine, || Outliers::new(config, hosts)))
        }),
    ]
}

pub fn consistent_hashing() -> [OpenFilling; 3] {
    [
        hashing::PLACEMENT.filling("my-ring", LABEL, |view, params, _| {
            let points = params.virtual_nodes;
            compared(Ring::new(view, points), || Ring::new(view, points))
        }),
        hashing::PLACEMENT.filling("my-rendezvous", LABEL, |view, _, _| {
            compared(Rendezvous::new(view), || Rendezvous::new(view))
        }),
        hashing::PLACEMENT.filling("my-bounded-loads", LABEL, |view, params, _| {
            compared(Bounded::new(view, params), || Bounded::new(view, params))
        }),
    ]
}

pub fn leases() -> [OpenFilling; 2] {
    let (tokens, holds) =
        (fencing::<ComparedLock<Fenced, Fenced>>, holder::<ComparedLock<ChecksTime, ChecksTime>>);
    [
        leases::RESOURCE.filling("my-fencing-tokens", LABEL, tokens),
        leases::HOLDER.filling("my-lease-holder", LABEL, holds),
    ]
}

pub fn load_balancing() -> [OpenFilling; 2] {
    [
        balancing::PICK.filling("my-p2c", LABEL, |_| {
            Box::new(ComparedPick(LeastOf { choices: 2, load: own_load }))
        }),
        balancing::SUBSET.filling("my-subset", LABEL, &ComparedSubset(Deterministic)),
    ]
}

pub fn queueing() -> [OpenFilling; 2] {
    let hedging = queueing::HEDGING.fillings.iter();
    let hedging = hedging.clone().find(|filling| filling.name == "after-delay");
    [
        queueing::BALANCER.filling("my-two-choices", LABEL, |replicas| {
            Box::new(ComparedBalancer::new(TwoChoices::new(replicas), replicas))
        }),
        // The step is one asynchronous function, which nothing wraps.
        queueing::HEDGING.filling("my-hedging", LABEL, hedging.expect("it is shipped").make),
    ]
}

pub fn quorum_kv() -> [OpenFilling; 4] {
    let (quorum, versions) =
        (&ComparedKv::<dyn Quorum>(&quorum::Strict), &ComparedKv::<dyn Versions>(&ByVector));
    let (repair, handoff) =
        (&ComparedKv::<dyn Repair>(&MergedAnswer), &ComparedKv::<dyn Handoff>(&UntilStored));
    [
        kv::QUORUM.filling("my-quorum-counting", LABEL, quorum),
        kv::VERSIONS.filling("my-versions", LABEL, versions),
        kv::READ_REPAIR.filling("my-read-repair", LABEL, repair),
        kv::HINTS.filling("my-hinted-handoff", LABEL, handoff),
    ]
}

pub fn raft() -> [OpenFilling; 5] {
    let replication = &ComparedRaft::<dyn Replication>(&replication::Strict);
    let commitment = &ComparedRaft::<dyn Commitment>(&OwnTerm);
    let persistence = &ComparedRaft::<dyn Persistence>(&Durable);
    let snapshots = &ComparedRaft::<dyn Snapshots>(&WholeState);
    let reads = &ComparedRaft::<dyn Reads>(&ReadIndex);
    [
        raft::REPLICATION.filling("my-log-replication", LABEL, replication),
        raft::COMMITMENT.filling("my-commitment", LABEL, commitment),
        raft::PERSISTENCE.filling("my-persistence", LABEL, persistence),
        raft::SNAPSHOTS.filling("my-snapshots", LABEL, snapshots),
        raft::READS.filling("my-linearizable-reads", LABEL, reads),
    ]
}

pub fn rate_limiter() -> [OpenFilling; 3] {
    [
        limiter::ALGORITHM.filling("my-gcra", LABEL, rate::<ComparedLimiter<Gcra, Gcra>>),
        limiter::ALGORITHM.filling(
            "my-sliding-window",
            LABEL,
            rate::<ComparedLimiter<SlidingLog, SlidingLog>>,
        ),
        limiter::COORDINATION.filling("my-shared-budget", LABEL, |cluster| {
            synced(cluster, Rc::new(ComparedShare(GlobalBucket)))
        }),
    ]
}

pub fn retry_jitter() -> [OpenFilling; 4] {
    [
        retry::BACKOFF.filling("my-full-jitter", LABEL, |bounds| {
            Box::new(ComparedBackoff::new(FullJitter(bounds), bounds))
        }),
        retry::BUDGET.filling("my-retry-budget", LABEL, |params| {
            let ratio = *params.retry_ratio;
            Box::new(ComparedBudget::new(RetryRatio::new(ratio), ratio))
        }),
        retry::ADMISSION.filling("my-deadlines", LABEL, |slots, params| {
            let limit = params.queue_limit.count();
            Box::new(ComparedAdmission::new(DropExpired::new(slots, limit), slots, limit))
        }),
        retry::IDENTITY.filling("my-idempotency-keys", LABEL, || {
            Box::new(ComparedIdentity::new(PerRequest::default()))
        }),
    ]
}
