//! The registry: every lab, in teaching order. A new lab is one more line here.

use netsplit_scenario::LabSpec;
use netsplit_sim::Lab;

/// All labs, in teaching order.
pub static LABS: &[&dyn Lab] = &[
    &netsplit_lab_queueing::Queueing,
    &netsplit_lab_quorum_kv::QuorumKv,
    &netsplit_lab_raft::RaftLab,
    &netsplit_lab_rate_limiter::RateLimiter,
    &netsplit_lab_consistent_hashing::ConsistentHashing,
    &netsplit_lab_retry_jitter::RetryJitter,
    &netsplit_lab_circuit_breaker::Breaking,
];

/// The lab called `name`.
pub fn find(name: &str) -> Option<&'static dyn Lab> {
    LABS.iter().copied().find(|lab| lab.spec().name == name)
}

/// What all labs say of themselves.
pub fn specs() -> Vec<&'static LabSpec> {
    LABS.iter().map(|lab| lab.spec()).collect()
}

/// The lab called `name`, or an error that names the nearest one.
///
/// # Errors
/// When there is none.
pub fn lab(name: &str) -> anyhow::Result<&'static dyn Lab> {
    find(name).ok_or_else(|| {
        let names = || LABS.iter().map(|lab| lab.spec().name);
        let near = crate::catalog::nearest(name, names());
        let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let known = names().collect::<Vec<_>>().join(", ");
        crate::exit::usage(format!("there is no lab `{name}`{hint} There are: {known}"))
    })
}
