//! The circuit-breaker lab: not calling a service that does not answer.
//!
//! Users ask `front` ends, which ask one of two services: `stock`, whose hosts are shards or
//! replicas, and `reviews`, its neighbour. Front ends have a limited number of threads, hosts of
//! workers, and a thread that waits for an answer does nothing else. So a service that is slow or
//! gone takes its callers with it, and through them its neighbours, unless somebody stops calling.
//! From the idea outwards:
//!
//! | file | idea |
//! |---|---|
//! | `types`, `breaker`, `half_open` | closed, open, half-open |
//! | `windows` | the calls that a closed breaker judges by |
//! | `bulkhead` | a limit on the callers that are inside |
//! | `outlier` | hosts that are not called |
//! | `cache` | old answers instead of none |
//! | [`seats`], `mutants` | what may be exchanged, and wrong breakers |
//! | [`exercises`] | what a learner may write, and its comparison with the reference |
//! | `breakers`, `upstream`, `node`, `backend`, `client` | the shell: permits, calls, threads, work |
//! | `cluster`, `params`, `messages`, `spec` | what nodes share, are set to, say; all names |
//! | `invariants`, `measure` | what must hold, and end-of-run measures |
//!
//! Left out: breakers that share what they know. Each front end finds out for itself, and pays
//! for it.

mod backend;
mod breaker;
mod breakers;
mod bulkhead;
mod cache;
mod client;
mod cluster;
pub mod exercises;
mod half_open;
mod invariants;
mod measure;
mod messages;
mod mutants;
mod node;
mod outlier;
mod params;
pub mod seats;
mod spec;
mod types;
mod upstream;
mod windows;

use netsplit_sim::prelude::*;

pub use breaker::CircuitBreaker;
pub use bulkhead::{Bulkhead, LeakyBulkhead, SemaphoreBulkhead};
pub use cache::{AnswerCache, CacheKey, LastAnswers, RenewingCache};
pub use half_open::{Admission, CountedProbes, HalfOpen, Round, RoundEnd};
pub use messages::ServiceName;
pub use outlier::{EjectionConfig, OutlierDetector, Outliers};
pub use params::WindowSize;
pub use types::{Breaker, BreakerConfig, Decision, Outcome, Permit, State};
pub use windows::{BUCKETS, Call, CountWindow, Tally, TimeWindow, Window};

use client::User;
use cluster::Cluster;
use node::Front;

/// The lab.
#[derive(Clone, Copy, Debug)]
pub struct CircuitBreakerLab;

impl Lab for CircuitBreakerLab {
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
        netsplit_shipped_scenarios::of("circuit-breaker")
    }

    fn exercises(&self) -> Exercises {
        exercises::EXERCISES
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, Refusal> {
        Ok(Rc::new(Shop(Rc::new(Cluster::new(setup)?))))
    }
}

/// The system during one run.
struct Shop(Rc<Cluster>);

impl System for Shop {
    fn node(&self, host: Host) -> Task {
        match &*host.group() {
            "front" => Box::pin(Front::run(host, self.0.clone())),
            _ => Box::pin(backend::serve(host, self.0.clone())),
        }
    }

    fn client(&self, host: Host) -> Rc<dyn Client> {
        let timeout = self.0.client_timeouts.get(&host.group()).copied().unwrap_or_default();
        Rc::new(User { host, timeout })
    }

    fn measure(&self, run: &Run) -> Vec<(&'static str, f64)> {
        measure::measure(run, self.0.params.min_calls, self.0.stock_breakers)
    }
}
