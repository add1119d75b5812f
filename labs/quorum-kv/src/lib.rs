//! The quorum-kv lab: a store in the manner of Amazon's Dynamo.
//!
//! Every key is held by N nodes. Any node coordinates: it writes to all N and waits for W of
//! them, reads from all N and waits for R. The files, from the idea outwards:
//!
//! | file | idea |
//! |---|---|
//! | `versions`, `clock` | which of two writes is newer, and when neither is |
//! | `siblings` | merging what nodes know of a key |
//! | `quorum` | when enough nodes have answered, and who stands in for a silent one |
//! | `read_repair` | which nodes a read brings up to date |
//! | `hints` | writes kept for a node that was away |
//! | `ring` | which nodes hold a key |
//! | `merkle`, `store` | one node's memory and journal, and how two nodes find what differs |
//! | `coordinator`, `node`, `background`, `client` | the shell: messages, waiting, disks |
//! | `exercises` | what a learner may write, and its comparison with the reference |
//! | `measure`, `staleness`, `losses`, `probes` | what users felt, judged from outside |
//!
//! The decisions are in the [`seats`]: each is a trait over plain data, which a filling implements
//! without async, clock or network. Its fillings stand in the file of the idea, and another crate
//! can add one: `QuorumKv.with(seats::QUORUM.filling("mine", "My own", &Mine))`.
//!
//! Papers: Giuseppe `DeCandia` et al., "Dynamo", SOSP 2007; Bailis et al., "Probabilistically Bounded
//! Staleness", VLDB 2012; Kulkarni et al., "Logical Physical Clocks", OPODIS 2014.
//!
//! Left out: membership changes, virtual nodes, deletes, and compaction of the journal; each
//! module says what that costs.

mod background;
mod client;
pub mod clock;
mod cluster;
mod coordinator;
pub mod exercises;
pub mod hints;
mod losses;
mod measure;
mod merkle;
mod messages;
mod node;
mod params;
mod probes;
pub mod quorum;
pub mod read_repair;
pub mod ring;
pub mod seats;
pub mod siblings;
mod spec;
mod staleness;
mod store;
pub mod versions;

use std::rc::Rc;

use netsplit_history::Run;
use netsplit_scenario::{Exercises, LabSpec, Refusal, ScenarioFile};
use netsplit_sim::{Client, Host, Lab, Setup, System, Task};

use client::KvClient;
use cluster::Cluster;
use measure::Inspector;

pub use store::Durability;

/// The lab.
#[derive(Clone, Copy, Debug)]
pub struct QuorumKv;

impl Lab for QuorumKv {
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
        netsplit_shipped_scenarios::of("quorum-kv")
    }

    fn exercises(&self) -> Exercises {
        exercises::EXERCISES
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, Refusal> {
        Ok(Rc::new(Kv { cluster: Rc::new(Cluster::new(setup)?), inspector: Inspector::default() }))
    }
}

/// The system during one run.
struct Kv {
    cluster: Rc<Cluster>,
    inspector: Inspector,
}

impl System for Kv {
    fn node(&self, host: Host) -> Task {
        node::run(host, self.cluster.clone(), self.inspector.clone())
    }

    fn client(&self, host: Host) -> Rc<dyn Client> {
        Rc::new(KvClient::new(host, self.cluster.clone()))
    }

    fn measure(&self, run: &Run) -> Vec<(&'static str, f64)> {
        measure::measure(run, &self.cluster, &self.inspector)
    }
}
