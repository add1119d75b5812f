//! A client session: it asks a gateway of its region, and retries when it is rejected.
//!
//! A request is one logical operation; its attempts are counted separately. When a rejected client
//! retries is the seat of its [`RetryPolicy`]. `Retry-After` (RFC 9110, section 10.2.3) says when
//! the next attempt could succeed: clients that wait that long ask about as often as they can be
//! served; clients that do not add load exactly when there is too much of it.
//!
//! What this leaves out: `Retry-After` in whole seconds, as HTTP has it, and retry budgets, which
//! have a lab of their own.

use netsplit_sim::HostRng;
use netsplit_sim::prelude::*;
use netsplit_sim::random::unit;

use crate::cluster::Cluster;
use crate::messages::{Answer, Ask, Tenant};
use crate::params::Params;

/// The operation of an ordinary tenant.
pub(crate) const ASK: &str = "ask";
/// The operation of the tenant who sends the most.
pub(crate) const HOT: &str = "hot-ask";

/// When a rejected client retries.
pub trait RetryPolicy {
    /// How long to wait before the next attempt, after a rejection with `retry_after`.
    fn pause(&self, retry_after: Duration, rng: &mut HostRng<'_>) -> Duration;
}

/// Creates the retry policy of all clients.
pub type MakeRetryPolicy = fn(&Params) -> Rc<dyn RetryPolicy>;

/// Waits as long as it was told, and up to `jitter` longer.
#[derive(Clone, Copy, Debug)]
pub struct HonourRetryAfter {
    /// The most that it waits longer.
    pub jitter: Duration,
}

impl RetryPolicy for HonourRetryAfter {
    fn pause(&self, retry_after: Duration, rng: &mut HostRng<'_>) -> Duration {
        // Never earlier, or it would be rejected again; later by chance, for all clients that
        // were rejected at once were told the same instant.
        retry_after + self.jitter.mul_f64(unit(rng))
    }
}

/// Waits a fixed time, whatever it was told.
#[derive(Clone, Copy, Debug)]
pub struct Impatient {
    /// The fixed time.
    pub pause: Duration,
}

impl RetryPolicy for Impatient {
    fn pause(&self, _retry_after: Duration, _rng: &mut HostRng<'_>) -> Duration {
        self.pause
    }
}

/// A session.
pub(crate) struct RateLimiterClient {
    /// Where it runs.
    pub host: Host,
    /// How long and how often it tries, and when it retries.
    pub cluster: Rc<Cluster>,
}

impl Client for RateLimiterClient {
    fn input(&self, request: &Request) -> Value {
        tenant(request).0.into()
    }

    fn perform(&self, request: Request) -> Performing {
        let (host, cluster) = (self.host.clone(), self.cluster.clone());
        Box::pin(async move {
            let gateways = near(&host);
            let gateway = gateways[request.id as usize % gateways.len()];
            let ask = Ask(tenant(&request));
            let mut attempt = 1;
            loop {
                host.count("attempts", 1);
                let retry_after = match host.call(gateway, &ask, cluster.client_timeout).await {
                    Ok(Answer::Served) => return Reply::ok(Value::Null),
                    Ok(Answer::Limited(retry_after)) => retry_after,
                    Ok(Answer::Unavailable) => return Reply::failed("the limit is unknown"),
                    Err(error) => return Reply::timed_out(error.to_string()),
                };
                if attempt == cluster.params.attempts {
                    return Reply::rejected(format!("too many; Retry-After: {retry_after:?}"));
                }
                attempt += 1;
                host.count("retries", 1);
                let pause = cluster.retry_policy.pause(retry_after, &mut host.rng());
                host.sleep(pause).named("back-off").await;
            }
        })
    }
}

/// The tenant that a request belongs to: its key, or the hot tenant, which has no key.
fn tenant(request: &Request) -> Tenant {
    match &*request.op {
        HOT => Tenant(0),
        _ => Tenant(request.rank + 1),
    }
}

/// The gateways of this host's region; all of them when there are none there.
fn near(host: &Host) -> Vec<NodeId> {
    let all = host.nodes("gateways");
    let here = host.region_of(host.id());
    let in_region = |node: &&NodeId| here.is_some() && host.region_of(**node) == here;
    let near: Vec<_> = all.iter().filter(in_region).copied().collect();
    if near.is_empty() { all } else { near }
}
