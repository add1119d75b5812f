//! Blank page: a gateway, and the store that it asks.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use netsplit_lab_rate_limiter::cluster::Cluster;
use netsplit_lab_rate_limiter::coordination::{
    Coordination, Gatekeeper, Outage, PendingDecision, Unavailable,
};
use netsplit_lab_rate_limiter::messages::{Acquire, Tenant};
use netsplit_lab_rate_limiter::{Decision, Policy, record, seats};
use netsplit_sim::prelude::*;

/// Builds both kinds of nodes. `cluster.policy` is what each tenant may send, as in the step
/// `token-bucket`; `cluster.outage` and `cluster.params.store_timeout` are for gateways.
struct MyNodes {
    cluster: Rc<Cluster>,
}

impl Coordination for MyNodes {
    /// The deciding part of the gateway on `host`, each time that it starts.
    ///
    /// Its type is yours, and implements [`Gatekeeper`]: `decide` answers for a request that came
    /// just now, and `done` is told when one that it admitted has been served.
    ///
    /// - `host.nodes("store")[0]` is the store, and `host.call(store, &Acquire { .. }, timeout)` a
    ///   future of its `Decision`, or of an error after the timeout.
    /// - Without an answer, `Outage::FailClosed` is `Err(Unavailable)`; with `Outage::FailOpen` the
    ///   gateway admits, and announces it through `record::admitted_blindly`.
    fn gateway(&self, host: Host) -> Rc<dyn Gatekeeper> {
        todo!("a gateway that asks the store")
    }

    /// The task of the store on `host`, each time that it starts; it ends when the store crashes.
    ///
    /// - `host.serve(|from, ask: Acquire| async { .. })` answers each `Acquire` with the `Decision`
    ///   that the block returns, until the store crashes.
    /// - A decision is announced where and when it is made: `record::decision(&host, tenant,
    ///   decision)`. The invariants know nothing else.
    /// - `ask.stamp` is the wall clock of a gateway, `host.monotonic()` the store's own clock.
    fn store(&self, host: Host) -> Task {
        todo!("a store that decides, tenant by tenant")
    }
}

/// The filling `my-gateway-and-store`: leave it as it is.
pub fn filling() -> OpenFilling {
    seats::COORDINATION.filling("my-gateway-and-store", "My gateway and store", |cluster| {
        Ok(Rc::new(MyNodes { cluster: cluster.clone() }))
    })
}
