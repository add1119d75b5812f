//! Periodic synchronisation: the messages around the rules of `budget`.
//!
//! A round: the store asks every gateway for its totals, waits for those who answer in time, and
//! sends each of them a statement of what is left. A gateway that cannot be reached keeps the
//! budget that it has; when that is spent, the seat [`Outage`] decides.
//!
//! What this leaves out: a store or a gateway that crashes forgets its totals, and the limit
//! starts with a full bucket. Real ones write them down, or accept it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use netsplit_sim::prelude::*;

use crate::budget::{Budget, Ledger, Round, SharedBudget, Total};
use crate::cluster::Cluster;
use crate::coordination::{Coordination, Gatekeeper, Outage, PendingDecision, Unavailable};
use crate::limiter::Decision;
use crate::messages::{Collect, Statements, Tenant, Totals};
use crate::params::Params;
use crate::record;

/// Gateways that spend budgets, and a store that renews them by these rules.
struct Synced {
    cluster: Rc<Cluster>,
    rules: Rc<dyn SharedBudget>,
}

/// Each gateway spends a budget that the store renews, by the rules of a [`SharedBudget`].
///
/// # Errors
/// When the seats `algorithm` and `keys`, which budgets replace, are not the reference's, or when
/// a round could last into the next.
pub fn synced(
    cluster: &Rc<Cluster>,
    rules: Rc<dyn SharedBudget>,
) -> Result<Rc<dyn Coordination>, Refusal> {
    if !cluster.token_bucket_per_tenant {
        let wrong = "coordination=synced has budgets in place of limiters";
        let expected = "expected algorithm=token-bucket and keys=per-tenant with it";
        return Err(Refusal::new("variant", wrong, expected));
    }
    if *cluster.params.store_timeout >= *cluster.params.sync_every {
        let Params { store_timeout, sync_every, .. } = &cluster.params;
        let wrong = format!("params.store_timeout is {store_timeout}");
        let expected = format!("expected less than params.sync_every, {sync_every}");
        let refusal = Refusal::new("params.store_timeout", wrong, expected);
        return Err(refusal.or("params.sync_every"));
    }
    Ok(Rc::new(Synced { cluster: cluster.clone(), rules }))
}

impl Coordination for Synced {
    fn gateway(&self, host: Host) -> Rc<dyn Gatekeeper> {
        let gateway = Rc::new(SyncedGateway {
            host: host.clone(),
            cluster: self.cluster.clone(),
            rules: self.rules.clone(),
            budgets: RefCell::default(),
            heard: Cell::default(),
        });
        host.spawn(gateway.clone().answer_totals());
        host.spawn(gateway.clone().receive_statements());
        gateway
    }

    fn store(&self, host: Host) -> Task {
        let store = Store { host, cluster: self.cluster.clone(), rules: self.rules.clone() };
        Box::pin(store.run())
    }
}

/// A gateway that spends budgets.
struct SyncedGateway {
    host: Host,
    cluster: Rc<Cluster>,
    rules: Rc<dyn SharedBudget>,
    budgets: RefCell<BTreeMap<Tenant, Budget>>,
    /// When the last statement came, on this gateway's clock.
    heard: Cell<Duration>,
}

impl SyncedGateway {
    async fn answer_totals(self: Rc<Self>) {
        let host = self.host.clone();
        host.serve(move |_, Collect| {
            let budgets = self.budgets.borrow();
            let totals = budgets.iter().map(|(tenant, budget)| (*tenant, budget.spent));
            let totals = Totals(totals.collect());
            async move { totals }
        })
        .await;
    }

    async fn receive_statements(self: Rc<Self>) {
        let mut inbox = self.host.inbox::<Statements>();
        loop {
            let (_, Statements(by_tenant)) = inbox.recv().await;
            self.heard.set(self.host.monotonic());
            for (tenant, statement) in by_tenant {
                self.with_budget(tenant, |budget| self.rules.renew(budget, &statement));
            }
        }
    }

    fn with_budget<T>(&self, tenant: Tenant, f: impl FnOnce(&mut Budget) -> T) -> T {
        let mut budgets = self.budgets.borrow_mut();
        f(budgets.entry(tenant).or_insert_with(|| Budget::new(&self.cluster.policy)))
    }

    fn decide_now(&self, tenant: Tenant) -> Result<Decision, Unavailable> {
        let (host, every) = (&self.host, *self.cluster.params.sync_every);
        record::asked(host, tenant);
        let spent = self.with_budget(tenant, |budget| {
            self.rules.try_spend(budget).then_some((budget.asked, budget.sound))
        });
        if let Some((asked, sound)) = spent {
            record::admitted_by_budget(host, tenant, sound);
            let now = Duration::from_nanos(host.true_time().as_nanos());
            host.observe("budget_age", now.saturating_sub(asked));
            return Ok(Decision::ADMIT);
        }
        // One statement may be dropped without the store being away; two in a row are an outage.
        let unreachable = host.monotonic().saturating_sub(self.heard.get()) > every * 2;
        match self.cluster.outage {
            Outage::FailOpen if unreachable => {
                // It counts all the same, so that it is paid for when the store is back.
                self.with_budget(tenant, |budget| budget.spent += 1);
                record::admitted_blindly(host, tenant);
                Ok(Decision::ADMIT)
            }
            Outage::FailClosed if unreachable => Err(Unavailable),
            Outage::FailOpen | Outage::FailClosed => {
                // When there is a token depends on the other regions, which it does not know of; the
                // next budget comes within a round.
                record::rejected(host, tenant, every);
                Ok(Decision::Reject { retry_after: every })
            }
        }
    }
}

impl Gatekeeper for SyncedGateway {
    fn decide(&self, tenant: Tenant) -> PendingDecision {
        let decision = self.decide_now(tenant);
        Box::pin(async move { decision })
    }

    fn done(&self, _tenant: Tenant) {}
}

/// The store, which settles rounds until it crashes.
struct Store {
    host: Host,
    cluster: Rc<Cluster>,
    rules: Rc<dyn SharedBudget>,
}

impl Store {
    async fn run(self) {
        let gateways = self.host.nodes("gateways");
        let mut ledgers: BTreeMap<Tenant, Ledger> = BTreeMap::new();
        loop {
            let asked = self.host.monotonic();
            let next_round = self.host.sleep(*self.cluster.params.sync_every).named("sync");
            let answers = self.collect(&gateways).await;
            self.settle(&mut ledgers, asked, &answers);
            for (region, gateway) in gateways.iter().enumerate() {
                let statement = |ledger| self.rules.statement(ledger, region);
                let statements = ledgers.iter().map(|(tenant, of)| (*tenant, statement(of)));
                let sent = self.host.send(*gateway, &Statements(statements.collect()));
                sent.expect("the statements of a scenario's tenants fit into a message");
            }
            self.host.count("rounds", 1);
            next_round.await;
        }
    }

    /// Asks all gateways at once; `None` from those that do not answer in time.
    async fn collect(&self, gateways: &[NodeId]) -> Vec<Option<BTreeMap<Tenant, Total>>> {
        let timeout = *self.cluster.params.store_timeout;
        let call = |gateway: &NodeId| self.host.call(*gateway, &Collect, timeout);
        let calls: Vec<_> = gateways.iter().map(call).collect();
        let mut answers = Vec::new();
        for call in calls {
            let answer = call.await.ok();
            answers.push(answer.map(|Totals(by_tenant)| by_tenant.into_iter().collect()));
        }
        answers
    }

    fn settle(
        &self,
        ledgers: &mut BTreeMap<Tenant, Ledger>,
        asked: Duration,
        answers: &[Option<BTreeMap<Tenant, Total>>],
    ) {
        let heard = self.host.monotonic();
        for tenant in answers.iter().flatten().flat_map(BTreeMap::keys) {
            let ledger = ledgers.entry(*tenant);
            ledger.or_insert_with(|| Ledger::new(&self.cluster.policy, answers.len()));
        }
        for (tenant, ledger) in ledgers {
            // A gateway that does not name a tenant has admitted none of its requests.
            let total = |answer: &BTreeMap<_, _>| answer.get(tenant).copied().unwrap_or(0);
            let totals = answers.iter().map(|answer| answer.as_ref().map(total)).collect();
            self.rules.settle(ledger, &Round { asked, heard, totals });
        }
    }
}
