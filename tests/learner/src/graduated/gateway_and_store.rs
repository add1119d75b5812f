//! A gateway and a store: the store has the time at which each tenant's bucket will be full.

use std::cell::RefCell;
use std::collections::BTreeMap;

use netsplit_lab_rate_limiter::cluster::Cluster;
use netsplit_lab_rate_limiter::coordination::{
    Coordination, Gatekeeper, Outage, PendingDecision, Unavailable,
};
use netsplit_lab_rate_limiter::messages::{Acquire, Tenant};
use netsplit_lab_rate_limiter::{Decision, Policy, record, seats};
use netsplit_sim::prelude::*;

struct MyNodes(Rc<Cluster>);

impl Coordination for MyNodes {
    fn gateway(&self, host: Host) -> Rc<dyn Gatekeeper> {
        Rc::new(MyGateway { host, cluster: self.0.clone() })
    }

    fn store(&self, host: Host) -> Task {
        let policy = self.0.policy;
        Box::pin(async move {
            let full_at: RefCell<BTreeMap<Tenant, Duration>> = RefCell::default();
            let store = host.clone();
            host.serve(move |_, Acquire { tenant, .. }| {
                let mut full_at = full_at.borrow_mut();
                let full_at = full_at.entry(tenant).or_default();
                let decision = decide(&policy, full_at, store.monotonic());
                record::decision(&store, tenant, decision);
                async move { decision }
            })
            .await;
        })
    }
}

fn decide(policy: &Policy, full_at: &mut Duration, now: Duration) -> Decision {
    let later = (*full_at).max(now) + policy.interval();
    let retry_after = later.saturating_sub(now + policy.capacity());
    if !retry_after.is_zero() {
        return Decision::Reject { retry_after };
    }
    *full_at = later;
    Decision::ADMIT
}

struct MyGateway {
    host: Host,
    cluster: Rc<Cluster>,
}

impl Gatekeeper for MyGateway {
    fn decide(&self, tenant: Tenant) -> PendingDecision {
        let host = self.host.clone();
        let (timeout, outage) = (*self.cluster.params.store_timeout, self.cluster.outage);
        Box::pin(async move {
            let store = host.nodes("store")[0];
            let ask = Acquire { tenant, stamp: host.now() };
            if let Ok(decision) = host.call(store, &ask, timeout).await {
                return Ok(decision);
            }
            if outage == Outage::FailClosed {
                return Err(Unavailable);
            }
            record::admitted_blindly(&host, tenant);
            Ok(Decision::ADMIT)
        })
    }

    fn done(&self, _tenant: Tenant) {}
}

/// The learner's filling.
pub fn filling() -> OpenFilling {
    seats::COORDINATION
        .filling("my-gateway-and-store", "Mine", |cluster| Ok(Rc::new(MyNodes(cluster.clone()))))
}
