//! Each exercise of this lab can be filled from another crate, and its scenarios judge it: a
//! limiter, a shared budget, and a gateway and store with the lab's messages.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use netsplit_check::Verdict;
use netsplit_harness::testing::load;
use netsplit_lab_rate_limiter::budget::{
    Budget, GlobalBucket, Ledger, Round, SharedBudget, Statement,
};
use netsplit_lab_rate_limiter::coordination::{
    Coordination, Gatekeeper, PendingDecision, Unavailable,
};
use netsplit_lab_rate_limiter::limiter::rate;
use netsplit_lab_rate_limiter::messages::{Acquire, Tenant};
use netsplit_lab_rate_limiter::{Decision, Limiter, Policy, RateLimiter, record, seats, synced};
use netsplit_sim::{Host, Lab, Task};

/// Tokens in nanoseconds, as a learner may write them.
struct MyBucket {
    policy: Policy,
    nanos: u128,
    last: Duration,
}

impl Limiter for MyBucket {
    fn new(policy: &Policy) -> MyBucket {
        let nanos = policy.capacity().as_nanos();
        MyBucket { policy: *policy, nanos, last: Duration::ZERO }
    }

    fn try_acquire(&mut self, now: Duration) -> Decision {
        let (interval, most) = (self.policy.interval(), self.policy.capacity().as_nanos());
        self.nanos = most.min(self.nanos + now.saturating_sub(self.last).as_nanos());
        self.last = self.last.max(now);
        if self.nanos < interval.as_nanos() {
            let missing = interval.as_nanos() - self.nanos;
            return Decision::Reject { retry_after: Duration::from_nanos(missing as u64) };
        }
        self.nanos -= interval.as_nanos();
        Decision::ADMIT
    }
}

/// `scenario` passes with the seat's filling `mine`, and `fails` with the other.
fn passes_and_fails(lab: &'static dyn Lab, scenario: &str, passes: &str, fails: &str) {
    for (variant, verdict) in [(passes, Verdict::Pass), (fails, Verdict::Fail)] {
        let experiment = load(lab, scenario, &[&format!("variant={variant}")]);
        let (_, findings) = experiment.run(1).expect("the lab can be built");
        assert_eq!(findings.verdict, verdict, "{variant}: {findings:#?}");
    }
}

#[test]
fn a_limiter_is_filled_from_outside() {
    let mine = seats::ALGORITHM.filling("mine", "A token bucket of one's own", rate::<MyBucket>);
    passes_and_fails(RateLimiter.with(mine), "steady", "mine", "off-by-one");
}

/// Half of what is left for every region: slower, and within the law.
struct Half;

impl SharedBudget for Half {
    fn settle(&self, ledger: &mut Ledger, round: &Round) {
        GlobalBucket.settle(ledger, round);
    }

    fn statement(&self, ledger: &Ledger, region: usize) -> Statement {
        let all = GlobalBucket.statement(ledger, region);
        Statement { level: all.level / 2, ..all }
    }

    fn renew(&self, budget: &mut Budget, statement: &Statement) {
        GlobalBucket.renew(budget, statement);
    }

    fn try_spend(&self, budget: &mut Budget) -> bool {
        GlobalBucket.try_spend(budget)
    }
}

#[test]
fn a_shared_budget_is_filled_from_outside() {
    let mine = seats::COORDINATION
        .filling("mine", "Half of what is left", |cluster| synced(cluster, Rc::new(Half)));
    let expect = r#"verdict.expect=["excess < 100", "invariant overshoot-bound"]"#;
    let lab = RateLimiter.with(mine);
    for (variant, verdict) in [("mine", Verdict::Pass), ("synced", Verdict::Fail)] {
        let set = [&*format!("variant={variant}"), expect];
        let experiment = load(lab, "regions-out-of-sync", &set);
        let (_, findings) = experiment.run(1).expect("the lab can be built");
        assert_eq!(findings.verdict, verdict, "{variant}: {findings:#?}");
    }
}

/// The blank page: a gateway and a store that know the lab's messages and nothing else of it.
struct MyNodes(Policy);

struct MyGateway(Host);

impl Coordination for MyNodes {
    fn gateway(&self, host: Host) -> Rc<dyn Gatekeeper> {
        Rc::new(MyGateway(host))
    }

    fn store(&self, host: Host) -> Task {
        let (policy, store) = (self.0, host.clone());
        let buckets: RefCell<BTreeMap<Tenant, MyBucket>> = RefCell::default();
        Box::pin(async move {
            host.serve(move |_, Acquire { tenant, .. }| {
                let mut buckets = buckets.borrow_mut();
                let bucket = buckets.entry(tenant).or_insert_with(|| MyBucket::new(&policy));
                let decision = bucket.try_acquire(store.monotonic());
                record::decision(&store, tenant, decision);
                async move { decision }
            })
            .await;
        })
    }
}

impl Gatekeeper for MyGateway {
    fn decide(&self, tenant: Tenant) -> PendingDecision {
        let ask = Acquire { tenant, stamp: self.0.now() };
        let call = self.0.call(self.0.nodes("store")[0], &ask, Duration::from_secs(1));
        Box::pin(async move { call.await.map_err(|_| Unavailable) })
    }

    fn done(&self, _tenant: Tenant) {}
}

#[test]
fn the_nodes_are_filled_from_outside() {
    let mine = seats::COORDINATION
        .filling("mine", "Nodes of one's own", |cluster| Ok(Rc::new(MyNodes(cluster.policy))));
    passes_and_fails(RateLimiter.with(mine), "steady", "mine", "local");
}
