//! The retry-jitter lab: what to do when an answer does not come.
//!
//! Clients ask a service with a finite number of workers and a queue, through as many proxies as
//! the scenario puts in between. The parts of the algorithm are plain structs that take the time as
//! an argument, each in a seat:
//!
//! | file | idea |
//! |---|---|
//! | `backoff` | the wait before the next try |
//! | `budget` | whether a try may be sent: retry ratio, token bucket, adaptive throttling |
//! | `admission` | the queue in front of a node: slots, shedding, dropping what has expired |
//! | `deadlines` | what tries tell of the time that is left |
//! | `identity` | idempotency keys: what makes two tries one request |
//! | `optimistic_row` | optimistic concurrency: a write that must be tried again |
//! | [`seats`] | these six as seats, with their fillings |
//! | [`exercises`] | what a learner may write, and its comparison with the reference |
//! | `caller` | the composition: timeouts, retries, hedges, deadlines |
//! | `node`, `client` | the shell: messages, workers, requests |
//! | `cluster` | the state that all of them share |
//! | `service_times`, `measure` | the work of each try; end-of-run measures |
//!
//! Papers: Brooker, "Exponential Backoff And Jitter" (AWS, 2015); Beyer et al., *Site Reliability
//! Engineering* (2016), chapters 21 and 22; Bronson et al., "Metastable Failures in Distributed
//! Systems" (`HotOS` 2021); Dean and Barroso, "The Tail at Scale" (CACM 2013).
//!
//! Left out: circuit breakers and rate limiters, which have labs of their own; connections; and a
//! server that slows down under load: here a worker is as fast in a full queue as in an empty one,
//! so a real overload is worse.

mod admission;
mod backoff;
mod budget;
mod caller;
mod client;
mod cluster;
mod deadlines;
pub mod exercises;
mod identity;
mod measure;
mod messages;
mod node;
mod optimistic_row;
mod params;
pub mod seats;
mod service_times;
mod spec;

use std::cell::RefCell;
use std::collections::BTreeMap;

use netsplit_sim::prelude::*;

pub use admission::{Admission, Arrival, DropExpired, Ticket, Turn};
pub use backoff::{Backoff, Bounds, FullJitter};
pub use budget::{Budget, RetryRatio, Try};
pub use deadlines::Deadlines;
pub use identity::{IdempotencyKey, Identity, PerRequest, Purchase, Receipt};
pub use optimistic_row::{Row, Version, WriteRule};
pub use params::{DeadlineMode, HedgeAfter, Limit, Never, Params, Unlimited};

use caller::Caller;
use client::Session;
use cluster::Cluster;
use node::Node;

/// The retry-jitter lab.
#[derive(Clone, Copy, Debug)]
pub struct RetryJitter;

impl Lab for RetryJitter {
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
        netsplit_shipped_scenarios::of("retry-jitter")
    }

    fn exercises(&self) -> Exercises {
        exercises::EXERCISES
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, Refusal> {
        let cluster = Rc::new(Cluster::new(setup)?);
        Ok(Rc::new(Service { cluster, processes: RefCell::default() }))
    }
}

/// The system during one run.
struct Service {
    cluster: Rc<Cluster>,
    /// The callers of the client hosts, which their sessions share.
    processes: RefCell<BTreeMap<NodeId, Rc<Caller>>>,
}

impl System for Service {
    fn node(&self, host: Host) -> Task {
        Box::pin(Node::run(host, self.cluster.clone()))
    }

    fn client(&self, host: Host) -> Rc<dyn Client> {
        let cluster = self.cluster.clone();
        cluster.service_times.seed_from(&host);
        let process = || Rc::new(cluster.caller(&host, true));
        let caller = self.processes.borrow_mut().entry(host.id()).or_insert_with(process).clone();
        Rc::new(Session {
            caller,
            identity: (cluster.identity)().into(),
            client_timeout: cluster.client_timeouts[&*host.group()],
            cluster,
            host,
        })
    }

    fn measure(&self, run: &Run) -> Vec<(&'static str, f64)> {
        measure::measure(run, self.cluster.params.fan_out)
    }
}
