//! The load balancing lab: many balancers that share many servers, and know little of them.
//!
//! Clients ask any balancer, which chooses a server for each request. From the idea outwards:
//!
//! | module | idea |
//! |---|---|
//! | [`pick`] | which server gets a request: any, in turn, the better of two, the best of all |
//! | [`subset`] | which servers a balancer knows at all |
//! | [`health`] | which servers may be chosen, and what to do when hardly one may |
//! | [`slow_start`] | the share of a server that has just started |
//! | [`scaling`] | how many servers there should be |
//! | [`seats`] | all this as seats, with what is wrong |
//! | `balancer`, `server`, `scaler`, `client` | the shell: messages and waiting |
//! | `measure` | the measures at the end |
//!
//! Left out: connections, and where a balancer stands (client, proxy, kernel). One server is one
//! queue, as in the lab queueing.

mod balancer;
mod client;
mod cluster;
pub mod exercises;
pub mod health;
mod measure;
mod messages;
mod params;
pub mod pick;
mod scaler;
pub mod scaling;
pub mod seats;
mod server;
pub mod slow_start;
mod spec;
pub mod subset;

use netsplit_sim::prelude::*;

pub use params::{All, Initial, Params};

use client::BalancedClient;
use cluster::{BALANCERS, Cluster, SCALER};

/// The load balancing lab.
#[derive(Clone, Copy, Debug)]
pub struct LoadBalancing;

impl Lab for LoadBalancing {
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
        netsplit_shipped_scenarios::of("load-balancing")
    }

    fn exercises(&self) -> Exercises {
        exercises::EXERCISES
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, Refusal> {
        Ok(Rc::new(Fleet(Rc::new(Cluster::new(setup)?))))
    }
}

/// The system during one run.
struct Fleet(Rc<Cluster>);

impl System for Fleet {
    fn node(&self, host: Host) -> Task {
        let cluster = self.0.clone();
        match &*host.group() {
            BALANCERS => Box::pin(balancer::run(host, cluster)),
            SCALER => Box::pin(scaler::run(host, cluster)),
            _ => Box::pin(server::run(host, cluster)),
        }
    }

    fn client(&self, host: Host) -> Rc<dyn Client> {
        Rc::new(BalancedClient { host, cluster: self.0.clone() })
    }

    fn measure(&self, run: &Run) -> Vec<(&'static str, f64)> {
        measure::measure(run, &self.0)
    }
}
