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

use netsplit_sim::Host;

use crate::budget::{Budget, Ledger, Renewal};
use crate::coordination::{Coordination, Deciding, Outage, Ruling};
use crate::limiter::Policy;
use crate::messages::{Budgets, Collect, Tenant, Totals};
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
    /// When the store asked for the totals behind the budgets, on its clock.
    asked: Cell<Duration>,
    /// When the budgets came, on this gateway's clock.
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
            asked: Cell::default(),
            heard: Cell::default(),
        });
        host.spawn(synced.clone().tell_totals());
        host.spawn(synced.clone().take_budgets());
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

    async fn take_budgets(self: Rc<Self>) {
        let mut inbox = self.host.inbox::<Budgets>();
        loop {
            let (_, Budgets { asked, levels }) = inbox.recv().await;
            if asked < self.asked.get() {
                continue; // Overtaken by a newer round.
            }
            self.asked.set(asked);
            self.heard.set(self.host.monotonic());
            let mut budgets = self.budgets.borrow_mut();
            for (tenant, level, paid) in levels {
                let budget = budgets.entry(tenant);
                let budget = budget.or_insert_with(|| Budget::new(&self.policy));
                (self.renewal)(budget, level, paid);
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
            let asked = self.asked.get();
            record::admitted_by_budget(host, tenant, asked);
            let age = Duration::from_nanos(host.true_time().as_nanos()).saturating_sub(asked);
            host.observe("budget_age", age);
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
        let calls: Vec<_> = gateways
            .iter()
            .map(|gateway| host.call(*gateway, &Collect, patience))
            .collect();
        let mut totals = Vec::new();
        for (region, call) in calls.into_iter().enumerate() {
            if let Ok(Totals(of_region)) = call.await {
                let of_region = of_region.into_iter();
                totals.extend(of_region.map(|(tenant, total)| (region, tenant, total)));
            }
        }
        for (_, tenant, _) in &totals {
            let ledger = ledgers.entry(*tenant);
            let ledger = ledger.or_insert_with(|| Ledger::new(&policy, gateways.len()));
            ledger.refill(asked);
        }
        for (region, tenant, total) in totals {
            if let Some(ledger) = ledgers.get_mut(&tenant) {
                ledger.pay(region, total);
            }
        }
        for (region, gateway) in gateways.iter().enumerate() {
            let levels = ledgers.iter();
            let levels = levels.map(|(tenant, of)| (*tenant, of.level(), of.paid(region)));
            let levels = levels.collect();
            let told = host.send(*gateway, &Budgets { asked, levels });
            told.expect("the budgets of a scenario's tenants fit into a message");
        }
        host.count("rounds", 1);
        next_round.await;
    }
}
