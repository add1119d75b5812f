//! The lab of leases, locks and fencing: who may write, and who only believes so.
//!
//! Apps take a lock that lasts for a while, read a list from the storage, work, and write it back
//! with something added. A lease is a promise about clocks and pauses; a token that the storage
//! checks is not. From the idea outwards:
//!
//! | module | idea |
//! |---|---|
//! | [`table`] | who holds which lock, and until when |
//! | [`holding`] | until when a holder acts: its side of the promise |
//! | [`fencing`] | a resource that looks at tokens and not at clocks |
//! | [`locks`] | kinds of locks, and whom a free one wakes |
//! | [`seats`] | all this as seats, with what is wrong |
//! | `app`, `lock_node`, `storage`, `client` | the shell: messages and waiting |
//! | `record`, `invariants` | who believes what, and what must hold of it at each event |
//! | `measure` | the measures at the end |
//!
//! Left out: locks for readers, locks taken twice by one owner, and deadlocks of several locks. The
//! consensus group is one node, whose commits take the time of a disk and of a majority.

mod app;
mod client;
mod cluster;
pub mod exercises;
pub mod fencing;
pub mod holding;
mod invariants;
mod lock_node;
pub mod locks;
mod measure;
mod messages;
mod params;
mod record;
pub mod seats;
mod spec;
mod storage;
pub mod table;
pub mod types;

use netsplit_sim::prelude::*;

pub use params::Params;

use client::LeaseClient;
use cluster::{APPS, Cluster, LOCK};

/// The lab of leases.
#[derive(Clone, Copy, Debug)]
pub struct LeaseLab;

impl Lab for LeaseLab {
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
        netsplit_shipped_scenarios::of("leases")
    }

    fn exercises(&self) -> Exercises {
        exercises::EXERCISES
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, Refusal> {
        Ok(Rc::new(Locks(Rc::new(Cluster::new(setup)?))))
    }
}

/// The system during one run.
struct Locks(Rc<Cluster>);

impl System for Locks {
    fn node(&self, host: Host) -> Task {
        let cluster = self.0.clone();
        match &*host.group() {
            APPS => Box::pin(app::run(host, cluster)),
            LOCK => Box::pin(lock_node::run(host, cluster)),
            _ => Box::pin(storage::run(host, cluster)),
        }
    }

    fn client(&self, host: Host) -> Rc<dyn Client> {
        Rc::new(LeaseClient { host, cluster: self.0.clone() })
    }

    fn measure(&self, run: &Run) -> Vec<(&'static str, f64)> {
        measure::measure(run)
    }
}
