//! Announcements of decisions, from which the invariants judge a run.
//!
//! A request counts as admitted where and when the decision falls: at the store, at a gateway, or
//! for the leaky bucket when it leaves the queue. A bound that holds there, to the nanosecond,
//! would be blurred by the network anywhere else. If the store's answer is dropped, the request
//! counts although it was not served, as it does in the limiter itself.

use netsplit_sim::prelude::*;

use crate::limiter::{Decision, Policy};
use crate::messages::Tenant;

/// The policy, so that invariants need not ask the code that they judge.
pub(crate) fn policy(host: &Host, policy: &Policy, gateways: usize) {
    let rules = json!({
        "limit": policy.limit,
        "window_ns": policy.window.as_nanos() as u64,
        "burst": policy.burst,
        "gateways": gateways,
    });
    host.record("policy", rules);
}

/// A limiter's decision about a request of `tenant`, made just now.
pub fn decision(host: &Host, tenant: Tenant, decision: Decision) {
    match decision {
        Decision::Admit { after } if after.is_zero() => admitted(host, tenant),
        Decision::Admit { after } => {
            let this = host.clone();
            host.spawn(async move {
                this.sleep(after).await;
                admitted(&this, tenant);
            });
        }
        Decision::Reject { retry_after } => rejected(host, tenant, retry_after),
    }
}

/// A request is admitted.
pub fn admitted(host: &Host, tenant: Tenant) {
    host.record("admitted", json!({ "tenant": tenant.0 }));
}

/// A request is admitted without a decision, because the store does not answer.
pub fn admitted_blindly(host: &Host, tenant: Tenant) {
    host.count("admitted_blindly", 1);
    admitted(host, tenant);
}

/// A request is admitted by a budget whose store knew of all requests until `sound`.
pub fn admitted_by_budget(host: &Host, tenant: Tenant, sound: Duration) {
    let sound = sound.as_nanos() as u64;
    host.record("admitted", json!({ "tenant": tenant.0, "sound_ns": sound }));
}

/// A request is rejected.
pub fn rejected(host: &Host, tenant: Tenant, retry_after: Duration) {
    let retry = retry_after.as_nanos() as u64;
    host.record("rejected", json!({ "tenant": tenant.0, "retry_ns": retry }));
}

/// A request came to a gateway that spends budgets.
pub fn asked(host: &Host, tenant: Tenant) {
    host.record("asked", json!({ "tenant": tenant.0 }));
}

/// A request that a gateway admitted by itself has been served.
pub fn finished(host: &Host, tenant: Tenant) {
    host.record("finished", json!({ "tenant": tenant.0 }));
}
