//! Each gateway for itself.

use std::cell::RefCell;

use netsplit_sim::Host;

use crate::coordination::{Coordination, Deciding, Ruling};
use crate::limiter::Decision;
use crate::limits::Limits;
use crate::messages::Tenant;
use crate::record;

/// A gateway with limiters of its own, which go by its monotonic clock.
pub struct Local {
    host: Host,
    limits: RefCell<Limits>,
}

impl Local {
    /// On a gateway.
    pub fn new(host: Host, limits: Limits) -> Local {
        Local { host, limits: RefCell::new(limits) }
    }
}

impl Coordination for Local {
    fn decide(&self, tenant: Tenant) -> Deciding {
        let (host, limits) = (&self.host, &mut *self.limits.borrow_mut());
        let decision = limits.decide(host, tenant, host.monotonic());
        record::decision(host, tenant, decision);
        let ruling = match decision {
            Decision::Admit { after } => Ruling::Admit(after),
            Decision::Reject { retry_after } => Ruling::Reject(retry_after),
        };
        Box::pin(async move { ruling })
    }

    fn done(&self, tenant: Tenant) {
        self.limits.borrow_mut().of(tenant).release();
        record::finished(&self.host, tenant);
    }
}
