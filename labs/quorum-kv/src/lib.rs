//! The quorum-kv lab: a store in the manner of Amazon's Dynamo.
//!
//! Every key is held by N nodes. Any node coordinates: it writes to all N and waits for W of
//! them, reads from all N and waits for R. What each part does, from the idea outwards:
//!
//! | file | idea |
//! |---|---|
//! | `versions`, `clock` | which of two writes is newer, and when neither is |
//! | `siblings` | merging what nodes know of a key |
//! | `ring` | who holds a key, and who stands in |
//! | `quorum` | when enough nodes have answered, and what is to be repaired |
//! | `merkle`, `hints`, `store` | one node's memory, and how two find out what differs |
//! | `journal` | what survives a crash |
//! | `coordinator`, `node`, `background`, `client` | the shell: messages, waiting, disks |
//! | `staleness`, `losses`, `probes`, `inspect` | what users felt, judged from outside |
//!
//! Papers: Giuseppe `DeCandia` et al., "Dynamo", SOSP 2007; Bailis et al., "Probabilistically Bounded
//! Staleness", VLDB 2012; Kulkarni et al., "Logical Physical Clocks", OPODIS 2014.
//!
//! Left out: membership changes, virtual nodes, deletes, and compaction of the journal; each
//! module says what that costs.

mod background;
mod client;
mod clock;
mod cluster;
mod coordinator;
mod hints;
mod inspect;
mod journal;
mod losses;
mod merkle;
mod messages;
mod node;
mod params;
mod probes;
mod quorum;
mod ring;
mod round;
mod siblings;
mod spec;
mod staleness;
mod store;
mod versions;
mod writes;

use std::rc::Rc;

use netsplit_history::Run;
use netsplit_scenario::{LabSpec, ScenarioFile};
use netsplit_sim::{Client, Host, Lab, Setup, System, Task};

use client::KvClient;
use cluster::Cluster;
use inspect::Inspector;

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

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, String> {
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
        let mut measured = vec![
            ("keys_diverged", self.inspector.diverged(self.cluster.ring) as f64),
            ("hints_left", self.inspector.hints_left() as f64),
        ];
        measured.extend(staleness::measure(run));
        measured.extend(losses::measure(run, *self.cluster.params.lost_after));
        measured.extend(probes::measure(run, self.cluster.params.read_after.delays()));
        measured
    }
}
