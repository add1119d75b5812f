//! Queues, utilisation and the tail.
//!
//! Clients ask a `front` end, which splits each request into leaf requests, sends each to one
//! of the leaf's `server`s, and answers when the slowest leaf has answered. A server has one
//! queue in front of its workers. With one leaf and one server this is the M/M/1 queue of the
//! textbooks; with a hundred leaves it is Dean and Barroso's "The Tail at Scale".
//!
//! - `balancer` and `hedging`: which replica of a leaf is asked, and when a second one is;
//! - [`seats`]: these two as seats, with their fillings;
//! - `node`: the two kinds of nodes; `client`: who asks them;
//! - `cluster`: the state that all nodes of a run share; `params`: the parameters;
//! - `measure`: end-of-run measures; `spec`: the names that scenario files may use.
//!
//! A shared queue or one per server is a matter of shape: one node with four workers has one
//! queue for all of them, four nodes with one worker have four.
//!
//! It is also the lab that the engine is measured by. Queueing theory knows its answers
//! exactly, and `truth.toml` compares them with ours.
//!
//! What this leaves out: work that depends on the request, caches, priorities, deadlines that
//! travel with a request, and retries, which have a lab of their own. A server whose client has
//! timed out continues to serve.

mod balancer;
mod client;
mod cluster;
pub mod exercises;
mod hedging;
mod measure;
mod messages;
mod node;
mod params;
pub mod seats;
mod spec;

use netsplit_sim::prelude::*;

pub use balancer::{Balancer, Replicas, TwoChoices};
pub use hedging::{Answering, Hedging, InFlight, Leaf};
pub use messages::Outcome;
pub use params::{HedgeAfter, Never, Params, QueueLimit, Unlimited};

use client::QueueingClient;
use cluster::Cluster;
use node::{Front, Server};

/// The queueing lab.
#[derive(Clone, Copy, Debug)]
pub struct Queueing;

impl Lab for Queueing {
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
        netsplit_shipped_scenarios::of("queueing")
    }

    fn exercises(&self) -> Exercises {
        exercises::EXERCISES
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, Refusal> {
        Ok(Rc::new(Queues(Rc::new(Cluster::new(setup)?))))
    }
}

/// The system during one run.
struct Queues(Rc<Cluster>);

impl System for Queues {
    fn node(&self, host: Host) -> Task {
        match &*host.group() {
            "front" => Box::pin(Front::run(host, self.0.clone())),
            _ => Box::pin(Server::run(host, self.0.capacity)),
        }
    }

    fn client(&self, host: Host) -> Rc<dyn Client> {
        Rc::new(QueueingClient { cluster: self.0.clone(), host })
    }

    fn measure(&self, run: &Run) -> Vec<(&'static str, f64)> {
        measure::measure(run, &self.0)
    }
}
