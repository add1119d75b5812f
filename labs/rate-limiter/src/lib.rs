//! The rate-limiter lab: how many requests a tenant may send, and who counts them.
//!
//! Clients ask the gateway of their region. Gateways let requests pass, or turn them away with a
//! `Retry-After`; how they know is the lesson.
//!
//! | file | idea |
//! |---|---|
//! | `limiter` | the question that every algorithm answers |
//! | `token_bucket`, `gcra`, `sliding_log` | exact ones: bursts and a rate, or at most L |
//! | `fixed_window`, `sliding_counter` | cheap ones, and what they let through |
//! | `leaky_bucket`, `concurrency` | smooth departures; so many at once |
//! | `mutants` | token buckets that are wrong in one way each |
//! | `coordination` | each for itself, one store for all, or budgets that are renewed |
//! | `budget` | what synchronised regions may spend, and the bound of their overshoot |
//! | `gateway`, `client`, `limits`, `messages` | the shell |
//! | `record`, `invariants`, `measure` | the bounds, judged from outside |
//!
//! Left out: tenants who come and go, costs other than one per request, a sharded or replicated
//! store; each module says what that costs.

mod budget;
mod client;
mod concurrency;
mod coordination;
mod fixed_window;
mod gateway;
mod gcra;
mod invariants;
mod leaky_bucket;
mod limiter;
mod limits;
mod measure;
mod messages;
mod mutants;
mod params;
mod record;
mod sliding_counter;
mod sliding_log;
mod spec;
mod token_bucket;

use std::rc::Rc;
use std::time::Duration;

use netsplit_history::Run;
use netsplit_scenario::{LabSpec, ScenarioFile};
use netsplit_sim::random::Sampler;
use netsplit_sim::{Client, Host, Lab, Setup, System, Task};

use budget::{Budget, Renewal};
use client::{Asker, Honours, Impatient, Manners};
use coordination::{Central, Clock, Coordination, Local, Outage, Synced, serve_central, settle};
use gateway::Gateway;
use limits::{Algorithm, Keys, Limits, algorithm};
use params::Params;

pub use concurrency::ConcurrencyLimit;
pub use fixed_window::FixedWindow;
pub use gcra::Gcra;
pub use leaky_bucket::LeakyBucket;
pub use limiter::{Decision, Limiter, Policy};
pub use sliding_counter::SlidingCounter;
pub use sliding_log::SlidingLog;
pub use token_bucket::TokenBucket;

/// The lab.
#[derive(Clone, Copy, Debug)]
pub struct RateLimiter;

impl Lab for RateLimiter {
    fn spec(&self) -> &'static LabSpec {
        &spec::SPEC
    }

    fn lesson(&self) -> &'static str {
        include_str!("../README.md")
    }

    fn truth(&self) -> &'static str {
        include_str!("../truth.toml")
    }

    fn scenarios(&self) -> &'static [ScenarioFile] {
        netsplit_shipped_scenarios::of("rate-limiter")
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, String> {
        Ok(Rc::new(Service::new(setup)?))
    }
}

/// Who counts.
#[derive(Clone, Copy)]
enum Place {
    Central,
    Local,
    Synced(Renewal),
}

/// The system during one run.
struct Service {
    policy: Policy,
    params: Params,
    algorithm: Algorithm,
    keys: Keys,
    place: Place,
    clock: Clock,
    outage: Outage,
    manners: Rc<dyn Manners>,
    /// How long the most patient client waits.
    patience: Duration,
}

impl Service {
    fn new(setup: &Setup<'_>) -> Result<Service, String> {
        let params: Params = setup.params::<Params>().clone();
        let policy = Policy { limit: params.limit, window: *params.window, burst: params.burst };
        let place = match setup.seat("coordination") {
            "local" => Place::Local,
            "synced" => Place::Synced(Budget::renew),
            "carries-over" => Place::Synced(mutants::carry_over),
            _ => Place::Central,
        };
        check(setup, &params, place)?;
        let patience = setup.scenario().loads.iter().map(|load| load.timeout).max();
        Ok(Service {
            policy,
            algorithm: algorithm(setup.seat("algorithm")),
            keys: match setup.seat("keys") {
                "shared" => Keys::Shared,
                _ => Keys::PerTenant,
            },
            place,
            clock: match setup.seat("clock") {
                "caller" => Clock::Caller,
                _ => Clock::Store,
            },
            outage: match setup.seat("outage") {
                "fail-open" => Outage::FailOpen,
                _ => Outage::FailClosed,
            },
            manners: match setup.seat("manners") {
                "impatient" => Rc::new(Impatient { pause: *params.retry_pause }),
                _ => Rc::new(Honours { jitter: *params.retry_jitter }),
            },
            patience: patience.unwrap_or_default(),
            params,
        })
    }

    fn limits(&self) -> Limits {
        Limits::new(self.policy, self.algorithm, self.keys)
    }

    fn gateway(&self, host: Host) -> Gateway {
        let params = &self.params;
        let coordination: Box<dyn Coordination> = match self.place {
            Place::Local => Box::new(Local::new(host.clone(), self.limits())),
            Place::Central => {
                Box::new(Central::new(host.clone(), *params.store_timeout, self.outage))
            }
            Place::Synced(renewal) => {
                Box::new(Synced::new(&host, self.policy, renewal, *params.sync_every, self.outage))
            }
        };
        let service = Sampler::new(&params.service);
        Gateway::new(host, coordination, *params.deciding, service)
    }
}

/// Refuses parameters that do not fit together.
fn check(setup: &Setup<'_>, params: &Params, place: Place) -> Result<(), String> {
    let (window, limit) = (params.window.as_nanos(), u128::from(params.limit));
    if limit == 0 || params.burst == 0 {
        return Err("params.limit and params.burst must be at least 1".to_owned());
    }
    if window == 0 || !window.is_multiple_of(limit) {
        return Err(format!(
            "params.window / params.limit is {window} ns / {limit}; it must be whole nanoseconds"
        ));
    }
    let algorithm = setup.seat("algorithm");
    if algorithm == "concurrency-limit" && !matches!(place, Place::Local) {
        return Err("a concurrency limit is kept where requests are served: it needs \
                    coordination=local"
            .to_owned());
    }
    if matches!(place, Place::Synced(_)) {
        if algorithm != "token-bucket" || setup.seat("keys") != "per-tenant" {
            return Err("coordination=synced is for token buckets, one per tenant, only".to_owned());
        }
        if *params.store_timeout >= *params.sync_every {
            return Err("params.store_timeout must be shorter than params.sync_every".to_owned());
        }
    }
    let groups = &setup.scenario().nodes;
    if groups.iter().any(|group| group.name == "store" && group.count != 1) {
        return Err("there is one store: nodes.store.count must be 1".to_owned());
    }
    Ok(())
}

impl System for Service {
    fn node(&self, host: Host) -> Task {
        if &*host.group() == "gateways" {
            return Box::pin(self.gateway(host).run());
        }
        record::policy(&host, &self.policy, host.nodes("gateways").len());
        match self.place {
            Place::Local => Box::pin(async {}),
            Place::Central => Box::pin(serve_central(host, self.limits(), self.clock)),
            Place::Synced(_) => Box::pin(settle(
                host,
                self.policy,
                *self.params.sync_every,
                *self.params.store_timeout,
            )),
        }
    }

    fn client(&self, host: Host) -> Rc<dyn Client> {
        Rc::new(Asker {
            host,
            patience: self.patience,
            attempts: self.params.attempts,
            manners: self.manners.clone(),
        })
    }

    fn measure(&self, run: &Run) -> Vec<(&'static str, f64)> {
        measure::measure(run)
    }
}
