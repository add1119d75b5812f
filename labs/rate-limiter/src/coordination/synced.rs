//! Gateways spend budgets, and the store settles up: the shell around `budget`.
//!
//! A round: the store asks every gateway for its totals, waits for those who answer in time,
//! and tells all of them what is left. A gateway that it does not reach keeps the budget that it
//! has; when that is spent, the seat [`Outage`] decides.
//!
//! What this leaves out: a store or a gateway that crashes forgets its totals, and the limit
//! starts with a full bucket. Real ones write them down, or accept it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use netsplit_sim::{Host, NodeId};

use crate::budget::{Budget, Ledger, Renewal, Total};
use crate::coordination::{Coordination, Deciding, Outage, Ruling};
use crate::limiter::Policy;
use crate::messages::{Collect, Statements, Tenant, Totals};
use crate::record;

/// A gateway that spends budgets.
pub struct Synced {
    host: Host,
    policy: Policy,
    renewal: Renewal,
    /// How long without news from the store is an outage.
    patience: Duration,
    every: Duration,
    outage: Outage,
    budgets: RefCell<BTreeMap<Tenant, Budget>>,
    /// When the store last told something, on this gateway's clock.
    heard: Cell<Duration>,
}

impl Synced {
    /// On a gateway whose store settles up so often.
    pub fn new(
        host: &Host,
        policy: Policy,
        renewal: Renewal,
        every: Duration,
        outage: Outage,
    ) -> Rc<Synced> {
        let synced = Rc::new(Synced {
            host: host.clone(),
            policy,
            renewal,
            patience: every * 2,
            every,
            outage,
            budgets: RefCell::default(),
            heard: Cell::default(),
        });
        host.spawn(synced.clone().tell_totals());
        host.spawn(synced.clone().take_statements());
        synced
    }

    async fn tell_totals(self: Rc<Self>) {
        let host = self.host.clone();
        host.serve(move |_, Collect| {
            let budgets = self.budgets.borrow();
            let totals = budgets.iter().map(|(tenant, of)| (*tenant, of.spent()));
            let totals = Totals(totals.collect());
            async move { totals }
        })
        .await;
    }

    async fn take_statements(self: Rc<Self>) {
        let mut inbox = self.host.inbox::<Statements>();
        loop {
            let (_, Statements(of_tenants)) = inbox.recv().await;
            self.heard.set(self.host.monotonic());
            let mut budgets = self.budgets.borrow_mut();
            for (tenant, statement) in of_tenants {
                let budget = budgets.entry(tenant);
                let budget = budget.or_insert_with(|| Budget::new(&self.policy));
                budget.hear(&statement, self.renewal);
            }
        }
    }

    fn rule(&self, tenant: Tenant) -> Ruling {
        let (host, now) = (&self.host, self.host.monotonic());
        let mut budgets = self.budgets.borrow_mut();
        let budget = budgets.entry(tenant);
        let budget = budget.or_insert_with(|| Budget::new(&self.policy));
        record::asked(host, tenant);
        if budget.try_spend() {
            record::admitted_by_budget(host, tenant, budget.sound());
            let now = Duration::from_nanos(host.true_time().as_nanos());
            host.observe("budget_age", now.saturating_sub(budget.asked()));
            return Ruling::Admit(Duration::ZERO);
        }
        let silent = now.saturating_sub(self.heard.get()) > self.patience;
        match self.outage {
            Outage::FailOpen if silent => {
                budget.overspend();
                host.count("admitted_blindly", 1);
                record::admitted(host, tenant);
                Ruling::Admit(Duration::ZERO)
            }
            Outage::FailClosed if silent => Ruling::Unavailable,
            _ => {
                // The next round is the next chance, so that much is known.
                record::rejected(host, tenant, self.every);
                Ruling::Reject(self.every)
            }
        }
    }
}

impl Coordination for Rc<Synced> {
    fn decide(&self, tenant: Tenant) -> Deciding {
        let ruling = self.rule(tenant);
        Box::pin(async move { ruling })
    }
}

/// Settles up with the gateways every so often, until the store crashes.
pub async fn settle(host: Host, policy: Policy, every: Duration, patience: Duration) {
    let gateways = host.nodes("gateways");
    let mut ledgers: BTreeMap<Tenant, Ledger> = BTreeMap::new();
    loop {
        let asked = host.monotonic();
        let next_round = host.sleep(every);
        let answers = collect(&host, &gateways, patience).await;
        let heard = host.monotonic();
        for tenant in answers.iter().flatten().flat_map(BTreeMap::keys) {
            let ledger = ledgers.entry(*tenant);
            ledger.or_insert_with(|| Ledger::new(&policy, gateways.len()));
        }
        for (tenant, ledger) in &mut ledgers {
            // A gateway that does not name a tenant has not met it.
            let total = |answer: &BTreeMap<_, _>| answer.get(tenant).copied().unwrap_or(0);
            let totals: Vec<_> = answers.iter().map(|of| of.as_ref().map(total)).collect();
            ledger.close(asked, heard, &totals);
        }
        for (region, gateway) in gateways.iter().enumerate() {
            let of_tenants = ledgers.iter();
            let of_tenants = of_tenants.map(|(tenant, of)| (*tenant, of.statement(region)));
            let told = host.send(*gateway, &Statements(of_tenants.collect()));
            told.expect("the statements of a scenario's tenants fit into a message");
        }
        host.count("rounds", 1);
        next_round.await;
    }
}

/// Asks all gateways at once; `None` from those that do not answer in time.
async fn collect(
    host: &Host,
    gateways: &[NodeId],
    patience: Duration,
) -> Vec<Option<BTreeMap<Tenant, Total>>> {
    let calls: Vec<_> =
        gateways.iter().map(|gateway| host.call(*gateway, &Collect, patience)).collect();
    let mut answers = Vec::new();
    for call in calls {
        let answer = call.await.ok();
        answers.push(answer.map(|Totals(of_tenants)| of_tenants.into_iter().collect()));
    }
    answers
}
