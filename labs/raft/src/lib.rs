//! The raft lab: a replicated key-value store with a leader.
//!
//! | file | idea |
//! |---|---|
//! | `raft` | the core behind `step`, and the rules for all messages |
//! | `state`, `event`, `rpc`, `log` | Figure 2's state; events and effects; messages; the log |
//! | `election`, `replication`, `commitment`, `snapshot`, `reads`, `storage` | the rules, a seat each |
//! | `membership`, `transfer` | rules without a seat |
//! | `seats` | the fillings of each seat, right and wrong |
//! | `exercises` | what a learner may write, and its comparison with the reference |
//! | `kv` | the state machine, which applies a retried write once |
//! | `node`, `client`, `operator`, `messages`, `cluster` | the shell: disks, messages, waiting |
//! | `record`, `invariants`, `measure` | the view from outside |
//!
//! Seats are open: another crate can implement one of their traits, and add it to the lab with
//! `RaftLab.with(seats::ELECTION.filling("mine", "My own", &Mine))`.
//!
//! Papers: Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm (Extended
//! Version)", 2014, of which a shorter form is ATC 2014; Ongaro, "Consensus: Bridging Theory and
//! Practice", dissertation, 2014.
//!
//! Left out: joint consensus, pipelining, snapshots in pieces, sessions that expire; each module
//! says what that costs.

mod client;
mod cluster;
pub mod commitment;
pub mod election;
pub mod event;
pub mod exercises;
#[cfg(test)]
mod golden;
mod invariants;
mod kv;
pub mod log;
mod measure;
mod membership;
mod messages;
mod node;
mod operator;
mod params;
pub mod raft;
pub mod reads;
mod record;
pub mod replication;
pub mod rpc;
pub mod seats;
pub mod snapshot;
mod spec;
pub mod state;
pub mod storage;
mod transfer;

use std::rc::Rc;

use netsplit_history::Run;
use netsplit_scenario::{Exercises, LabSpec, Refusal, ScenarioFile};
use netsplit_sim::{Answer, Client, Host, Lab, Order, Setup, System, Task};

use client::KvClient;
use cluster::Cluster;
use record::Observer;

/// The lab.
#[derive(Clone, Copy, Debug)]
pub struct RaftLab;

impl Lab for RaftLab {
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
        netsplit_shipped_scenarios::of("raft")
    }

    fn exercises(&self) -> Exercises {
        exercises::EXERCISES
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, Refusal> {
        Ok(Rc::new(Store { cluster: Rc::new(Cluster::new(setup)?), observer: Observer::default() }))
    }
}

/// The system during one run.
struct Store {
    cluster: Rc<Cluster>,
    observer: Observer,
}

impl System for Store {
    fn node(&self, host: Host) -> Task {
        node::run(host, self.cluster.clone(), self.observer.clone())
    }

    fn client(&self, host: Host) -> Rc<dyn Client> {
        Rc::new(KvClient::new(host, self.cluster.clone()))
    }

    fn act(&self, operator: Host, order: Order) -> Answer {
        Box::pin(operator::perform(operator, order, self.observer.clone()))
    }

    fn measure(&self, run: &Run) -> Vec<(&'static str, f64)> {
        measure::measure(run)
    }
}
