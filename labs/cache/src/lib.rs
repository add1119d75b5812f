//! The cache lab: a cache beside a database that could not bear the load alone.
//!
//! Apps read the cache. What it does not have they fetch from the database and fill in, and what
//! they write they delete from it: cache-aside. From the idea outwards:
//!
//! | module | idea |
//! |---|---|
//! | [`eviction`] | which entry a full cache gives up: LRU, FIFO, CLOCK, SIEVE, LFU |
//! | [`cache`] | a bounded memory whose entries expire |
//! | [`leases`] | who may fill a missing key, against stampedes and against old values |
//! | [`refresh`] | which hit fetches an entry again before it expires: `XFetch` |
//! | [`writes`] | the steps by which a write reaches the database and the cache |
//! | [`write_buffer`] | what a write-behind cache has acknowledged, and the database does not have |
//! | [`seats`] | all this as seats, with what is wrong |
//! | `app`, `cache_node`, `db`, `client` | the shell: messages and waiting |
//! | `record`, `invariants` | what must hold of leases, checked from the recorded events |
//! | `measure` | the measures at the end |
//!
//! Left out: ARC and W-TinyLFU, sizes of entries, and several regions.

mod app;
pub mod cache;
mod cache_node;
mod client;
mod cluster;
mod db;
pub mod eviction;
pub mod exercises;
mod invariants;
pub mod leases;
mod measure;
mod messages;
pub mod order;
mod params;
mod record;
pub mod refresh;
pub mod seats;
mod spec;
pub mod types;
pub mod write_buffer;
pub mod writes;

use netsplit_sim::prelude::*;

pub use params::{Never, Params, Ttl};

use client::CacheClient;
use cluster::{APPS, CACHE, Cluster};

/// The cache lab.
#[derive(Clone, Copy, Debug)]
pub struct CacheLab;

impl Lab for CacheLab {
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
        netsplit_shipped_scenarios::of("cache")
    }

    fn exercises(&self) -> Exercises {
        exercises::EXERCISES
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, Refusal> {
        Ok(Rc::new(CacheAside(Rc::new(Cluster::new(setup)?))))
    }
}

/// The system during one run.
struct CacheAside(Rc<Cluster>);

impl System for CacheAside {
    fn node(&self, host: Host) -> Task {
        let cluster = self.0.clone();
        match &*host.group() {
            APPS => Box::pin(app::run(host, cluster)),
            CACHE => Box::pin(cache_node::run(host, cluster)),
            _ => Box::pin(db::run(host, cluster)),
        }
    }

    fn client(&self, host: Host) -> Rc<dyn Client> {
        Rc::new(CacheClient { host, cluster: self.0.clone() })
    }

    fn measure(&self, run: &Run) -> Vec<(&'static str, f64)> {
        measure::measure(run)
    }
}
