//! A client: it asks the gateway of its region, and tries again with better or worse manners.
//!
//! A request is one wish of a user; attempts inside it are counted apart. What a client does
//! when it is turned away is the seat [`Manners`]. `Retry-After` (RFC 9110, section 10.2.3) says
//! when the next attempt could succeed: whoever waits that long asks about as often as can be
//! served; whoever does not adds load exactly when there is too much of it.
//!
//! What this leaves out: `Retry-After` in whole seconds, as HTTP has it, and budgets for retries,
//! which have a lab of their own.

use std::rc::Rc;
use std::time::Duration;

use netsplit_sim::random::unit;
use netsplit_sim::{Client, Host, HostRng, NodeId, Performing, Reply, Request};
use serde_json::Value;

use crate::messages::{Answer, Ask, Tenant};

/// The operation of an ordinary tenant.
pub const ASK: &str = "ask";
/// The operation of the tenant who sends the most.
pub const HOT: &str = "hot-ask";

/// What a client that was turned away does next.
pub trait Manners {
    /// How long it waits before it tries again, when it was told to wait for `told`.
    fn pause(&self, told: Duration, rng: &mut HostRng<'_>) -> Duration;
}

/// Waits as long as it was told, and up to `jitter` longer.
#[derive(Clone, Copy, Debug)]
pub struct Honours {
    /// At most how much longer.
    pub jitter: Duration,
}

impl Manners for Honours {
    fn pause(&self, told: Duration, rng: &mut HostRng<'_>) -> Duration {
        told + self.jitter.mul_f64(unit(rng))
    }
}

/// Tries again soon, whatever it was told.
#[derive(Clone, Copy, Debug)]
pub struct Impatient {
    /// How soon.
    pub pause: Duration,
}

impl Manners for Impatient {
    fn pause(&self, _told: Duration, _rng: &mut HostRng<'_>) -> Duration {
        self.pause
    }
}

/// A session.
pub struct Asker {
    /// Where it runs.
    pub host: Host,
    /// How long it waits for an answer.
    pub patience: Duration,
    /// How often it tries, the first time included.
    pub attempts: u32,
    /// What it does when it is turned away.
    pub manners: Rc<dyn Manners>,
}

impl Client for Asker {
    fn input(&self, request: &Request) -> Value {
        tenant(request).0.into()
    }

    fn perform(&self, request: Request) -> Performing {
        let (host, manners) = (self.host.clone(), self.manners.clone());
        let (patience, attempts) = (self.patience, self.attempts);
        Box::pin(async move {
            let gateways = near(&host);
            let gateway = gateways[request.id as usize % gateways.len()];
            let mut attempt = 1;
            loop {
                host.count("attempts", 1);
                let told = match host.call(gateway, &Ask(tenant(&request)), patience).await {
                    Ok(Answer::Served) => return Reply::ok(Value::Null),
                    Ok(Answer::Limited(told)) => told,
                    Ok(Answer::Unavailable) => return Reply::failed("the limit is unknown"),
                    Err(error) => return Reply::timed_out(error.to_string()),
                };
                if attempt == attempts {
                    return Reply::rejected(format!("too many; Retry-After: {told:?}"));
                }
                attempt += 1;
                host.count("retries", 1);
                let pause = manners.pause(told, &mut host.rng());
                host.sleep(pause).await;
            }
        })
    }
}

/// Whose request it is: a key is a tenant, and the hot one is none of them.
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
