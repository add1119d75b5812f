//! The raft lab: a replicated key-value store with a leader.
//!
//! | file | idea |
//! |---|---|
//! | `raft` | the core: what a server knows, what happens to it, what it wants done |
//! | `rpc`, `log` | what servers tell each other; the log, and what identifies an entry |
//! | `election`, `replication`, `snapshot`, `membership`, `transfer`, `reads` | the rules, by theme |
//! | `variants` | what may sit in the seats, right and wrong |
//! | `storage` | what survives a crash |
//! | `kv` | the state machine, which applies a repeated write once |
//! | `node`, `client`, `operator`, `messages` | the shell: disks, messages, waiting |
//! | `record`, `observer`, `invariants`, `measure` | what is seen from outside |
//!
//! Papers: Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm (Extended
//! Version)", 2014, of which a shorter form is ATC 2014; Ongaro, "Consensus: Bridging Theory and
//! Practice", dissertation, 2014.
//!
//! Left out: joint consensus, pipelining, snapshots in pieces, sessions that expire; each
//! module says what that costs.

mod client;
mod cluster;
mod election;
#[cfg(test)]
mod golden;
mod invariants;
mod kv;
mod log;
mod measure;
mod membership;
mod messages;
mod node;
mod observer;
mod operator;
mod params;
mod raft;
mod reads;
mod record;
mod replication;
mod rpc;
mod snapshot;
mod spec;
mod storage;
mod transfer;
mod variants;

use std::rc::Rc;

use netsplit_history::Run;
use netsplit_scenario::{LabSpec, ScenarioFile};
use netsplit_sim::{Client, Host, Lab, Setup, System, Task};
use serde_json::Value;

use client::KvClient;
use cluster::Cluster;
use observer::Observer;

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

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, String> {
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

    fn act(&self, operator: Host, verb: &str, args: Value) -> Task {
        Box::pin(operator::order(operator, verb.to_owned(), args))
    }

    fn measure(&self, run: &Run) -> Vec<(&'static str, f64)> {
        measure::measure(run)
    }
}
