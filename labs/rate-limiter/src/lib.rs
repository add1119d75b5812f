//! The rate-limiter lab: how many requests a tenant may send, and where they are counted.
//!
//! Clients send requests to a gateway of their region. Gateways admit them, or reject them with a
//! `Retry-After`; how they decide is the lesson.
//!
//! | file | idea |
//! |---|---|
//! | `limiter` | the trait of every algorithm, and a limiter per tenant |
//! | `token_bucket`, `gcra`, `sliding_log` | exact: a burst and a rate, or at most L in any window |
//! | `fixed_window`, `sliding_counter` | cheap, and admit up to twice the limit |
//! | `leaky_bucket`, `concurrency` | smooth departures; a limit on requests in flight |
//! | `coordination` | how gateways share a limit: one store decides, or each gateway alone |
//! | `budget`, `synced` | or budgets that a store renews; the bound of their overshoot |
//! | `mutants` | token buckets and budgets that are wrong in one way each |
//! | `seats` | what a scenario may exchange, and its fillings |
//! | `exercises` | what a learner may write, and its comparison with the reference |
//! | `cluster`, `node`, `client`, `messages` | the shell |
//! | `record`, `invariants`, `measure` | the bounds, checked from the recorded history |
//!
//! Left out: idle tenants that are forgotten, requests that cost more than one, a sharded or
//! replicated store; each module says what that costs.

pub mod budget;
pub mod client;
pub mod cluster;
mod concurrency;
pub mod coordination;
pub mod exercises;
mod fixed_window;
mod gcra;
mod invariants;
mod leaky_bucket;
pub mod limiter;
mod measure;
pub mod messages;
mod mutants;
mod node;
pub mod params;
pub mod record;
pub mod seats;
mod sliding_counter;
mod sliding_log;
mod spec;
mod synced;
mod token_bucket;

use netsplit_sim::prelude::*;

use client::RateLimiterClient;
use cluster::Cluster;
use coordination::Coordination;
use node::Gateway;

pub use concurrency::ConcurrencyLimit;
pub use fixed_window::FixedWindow;
pub use gcra::Gcra;
pub use leaky_bucket::LeakyBucket;
pub use limiter::{Decision, Limiter, Policy};
pub use sliding_counter::SlidingCounter;
pub use sliding_log::SlidingLog;
pub use synced::synced;
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

    fn exercises(&self) -> Exercises {
        exercises::EXERCISES
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, Refusal> {
        let cluster = Rc::new(Cluster::new(setup)?);
        let coordination = setup.pick(&seats::COORDINATION)(&cluster)?;
        Ok(Rc::new(Service { cluster, coordination }))
    }
}

/// The system during one run.
struct Service {
    cluster: Rc<Cluster>,
    coordination: Rc<dyn Coordination>,
}

impl System for Service {
    fn node(&self, host: Host) -> Task {
        if &*host.group() == "gateways" {
            let gatekeeper = self.coordination.gateway(host.clone());
            return Box::pin(Gateway::new(host, gatekeeper, &self.cluster.params).run());
        }
        record::policy(&host, &self.cluster.policy, self.cluster.gateways);
        self.coordination.store(host)
    }

    fn client(&self, host: Host) -> Rc<dyn Client> {
        Rc::new(RateLimiterClient { host, cluster: self.cluster.clone() })
    }

    fn measure(&self, run: &Run) -> Vec<(&'static str, f64)> {
        measure::measure(run)
    }
}
