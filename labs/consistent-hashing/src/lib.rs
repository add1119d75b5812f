//! The consistent-hashing lab: a sharded cache in front of a store that could not do without.
//!
//! Clients route each key to the cache node that owns it. Nodes join, leave and crash; a
//! directory tells everybody who is in; entries move to their new owners; and what is lost on
//! the way, the backing store is asked for. What each file does, from the idea outwards:
//!
//! | file | idea |
//! |---|---|
//! | `placement` | which node a key belongs to: the seat, and what is good about an answer |
//! | `modulo`, `ring`, `rendezvous`, `jump`, `maglev`, `multi_probe`, `bounded` | seven answers |
//! | `mutants` | nine that are wrong, in one decision each |
//! | `migration` | what becomes of entries whose keys move: the second seat |
//! | `cache` | what one node remembers |
//! | `roster` | who is in the cluster |
//! | `belief` | what one party takes to be true, which another may not |
//! | `node`, `directory`, `store`, `router`, `client` | the shell: messages and waiting |
//! | `record`, `invariants` | the laws that are exact, judged from outside at every event |
//! | `census`, `staleness`, `inspect` | what came of it, judged from outside at the end |
//!
//! Left out: replicas, expiry, and agreement between several directories; each module says what
//! that costs.

mod belief;
mod bounded;
mod cache;
mod census;
mod client;
mod cluster;
mod directory;
mod inspect;
mod invariants;
mod jump;
mod maglev;
mod messages;
mod migration;
mod modulo;
mod multi_probe;
mod mutants;
mod node;
mod operator;
mod params;
pub mod placement;
mod record;
mod rendezvous;
mod ring;
mod roster;
mod router;
mod spec;
mod staleness;
mod store;
mod variants;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use netsplit_history::{Run, Window};
use netsplit_scenario::{LabSpec, ScenarioFile};
use netsplit_sim::{Client, Host, Lab, NodeId, Setup, System, Task};
use serde_json::Value;

pub use params::Params;

use census::{Effort, census};
use client::CacheClient;
use cluster::{CACHE, Cluster, DIRECTORY};
use inspect::Inspector;
use invariants::bounded_load::exceeded;
use router::Router;

/// The lab.
#[derive(Clone, Copy, Debug)]
pub struct ConsistentHashing;

impl Lab for ConsistentHashing {
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
        netsplit_shipped_scenarios::of("consistent-hashing")
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, String> {
        Ok(Rc::new(Sharded {
            cluster: Rc::new(Cluster::new(setup)?),
            inspector: Inspector::default(),
            routers: RefCell::default(),
        }))
    }
}

/// The system during one run.
struct Sharded {
    cluster: Rc<Cluster>,
    inspector: Inspector,
    /// The router of each client host, as long as the host is up: its sessions share it.
    routers: RefCell<BTreeMap<NodeId, Weak<Router>>>,
}

impl System for Sharded {
    fn node(&self, host: Host) -> Task {
        let (cluster, inspector) = (self.cluster.clone(), self.inspector.clone());
        match &*host.group() {
            DIRECTORY => Box::pin(directory::run(host, cluster, inspector)),
            CACHE => Box::pin(node::run(host, cluster, inspector)),
            _ => Box::pin(store::run(host, cluster)),
        }
    }

    fn client(&self, host: Host) -> Rc<dyn Client> {
        let known = self.routers.borrow().get(&host.id()).and_then(Weak::upgrade);
        let router = known.unwrap_or_else(|| {
            let router = Router::start(host.clone(), &self.cluster);
            let mut routers = self.routers.borrow_mut();
            routers.insert(host.id(), Rc::downgrade(&router));
            router
        });
        Rc::new(CacheClient::new(host, self.cluster.clone(), router))
    }

    fn act(&self, operator: Host, verb: &str, args: Value) -> Task {
        match verb {
            "join" => Box::pin(async move { operator::join(&operator, &args) }),
            _ => Box::pin(operator::leave(operator, self.cluster.clone(), args)),
        }
    }

    fn measure(&self, run: &Run) -> Vec<(&'static str, f64)> {
        let params = &self.cluster.params;
        let mut measured = vec![
            ("stale_reads", staleness::stale_reads(run) as f64),
            ("over_bound", exceeded(&run.events) as f64),
        ];
        measured.extend(
            self.inspector
                .request_peak(|node| params.size_of(node.0))
                .map(|peak| ("request_peak", peak)),
        );
        measured.extend(hit_rate(run, &run.measured_window()).map(|rate| ("hit_rate", rate)));
        let views = self.inspector.views();
        if !views.is_empty() {
            let effort = Effort {
                keys: params.census_keys,
                rings: params.census_rings,
                epsilon: params.epsilon_millionths(),
            };
            let found = census(&|view| self.cluster.place(view), &views, effort);
            measured.extend([
                ("load_cv", found.load_cv),
                ("load_peak", found.load_peak),
                ("moved_share", found.moved_share),
                ("moved_needlessly", found.moved_needlessly),
                ("heir_share", found.heir_share),
                ("unowned", found.unowned),
                ("bound_excess", found.bound_excess),
                ("table_uneven", found.table_uneven),
            ]);
        }
        measured
    }
}

/// The share of lookups that found their key in a cache.
fn hit_rate(run: &Run, window: &Window) -> Option<f64> {
    let count = |name| run.series.get(name).and_then(|series| series.value(window));
    let (hits, misses) = (count("hits")?, count("misses")?);
    (hits + misses > 0.0).then(|| hits / (hits + misses))
}
