//! One store decides about every request.
//!
//! Decisions are made one after another at one place, so the limit holds exactly, whatever the
//! network does. Whose clock counts is a seat: the store's own, or the time stamp that the
//! gateway sent along, as scripts do that are given the time as an argument. Gateways' clocks
//! disagree.
//!
//! What this leaves out: the race of a store that cannot decide, where gateways read a counter
//! and write it back; a store that is sharded by tenant, or has a replica; and batching.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use netsplit_sim::Host;

use crate::coordination::{Coordination, Deciding, Outage, Ruling};
use crate::limiter::Decision;
use crate::limits::Limits;
use crate::messages::{Acquire, Tenant, Verdict};
use crate::record;

/// Whose clock the store's limiters go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The store's own, which never goes back.
    Store,
    /// The wall clock of the gateway that asks.
    Caller,
}

/// A gateway that asks the store.
pub struct Central {
    host: Host,
    patience: Duration,
    outage: Outage,
}

impl Central {
    /// On a gateway that waits for the store for `patience`.
    pub fn new(host: Host, patience: Duration, outage: Outage) -> Central {
        Central { host, patience, outage }
    }
}

impl Coordination for Central {
    fn decide(&self, tenant: Tenant) -> Deciding {
        let (host, outage) = (self.host.clone(), self.outage);
        let store = host.nodes("store")[0];
        let stamp = host.now();
        let call = host.call(store, &Acquire { tenant, stamp }, self.patience);
        Box::pin(async move {
            match (call.await, outage) {
                (Ok(Verdict::Admit(after)), _) => Ruling::Admit(after),
                (Ok(Verdict::Reject(retry_after)), _) => Ruling::Reject(retry_after),
                (Err(_), Outage::FailClosed) => Ruling::Unavailable,
                (Err(_), Outage::FailOpen) => {
                    host.count("admitted_blindly", 1);
                    record::admitted(&host, tenant);
                    Ruling::Admit(Duration::ZERO)
                }
            }
        })
    }
}

/// Decides for all gateways, until the store crashes.
pub async fn serve_central(host: Host, limits: Limits, clock: Clock) {
    let (this, limits) = (host.clone(), Rc::new(RefCell::new(limits)));
    host.serve(move |_, ask: Acquire| {
        let now = match clock {
            Clock::Store => this.monotonic(),
            Clock::Caller => ask.stamp,
        };
        let decision = limits.borrow_mut().decide(&this, ask.tenant, now);
        record::decision(&this, ask.tenant, decision);
        async move {
            match decision {
                Decision::Admit { after } => Verdict::Admit(after),
                Decision::Reject { retry_after } => Verdict::Reject(retry_after),
            }
        }
    })
    .await;
}
