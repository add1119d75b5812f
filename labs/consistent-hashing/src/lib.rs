//! The consistent-hashing lab: a sharded cache in front of a store that could not bear its load
//! alone.
//!
//! Clients route each key to the cache node that owns it. Nodes join, leave and crash; a directory
//! publishes the list of members; entries move to their new owners; and entries that are lost on
//! the way are read from the backing store. From the idea outwards:
//!
//! | module | idea |
//! |---|---|
//! | [`placement`] | the owner of a key: the trait, and the properties of a good answer |
//! | [`modulo`], [`ring`], [`rendezvous`], [`jump`], [`maglev`], [`multi_probe`], [`bounded`] | seven answers |
//! | `mutants` | nine that are wrong, in one decision each |
//! | [`migration`] | what a node does with entries whose keys move |
//! | [`seats`] | the two seats, placement and migration, and everything that fills them |
//! | [`exercises`] | what a learner may write, and its comparison with the reference |
//! | [`cache`] | the memory of one node |
//! | `roster` | the members of the cluster |
//! | `view` | the newest view that a process knows, which may differ from another's |
//! | `node`, `directory`, `store`, `client` | the shell: messages and waiting |
//! | `record`, `invariants` | the laws that are exact, checked from the recorded events |
//! | `measure`, `ownership_stats` | the metrics that are computed at the end |
//!
//! Left out: replicas, expiry, and agreement between several directories; each module says what
//! that costs.

pub mod bounded;
pub mod cache;
mod client;
mod cluster;
mod directory;
pub mod exercises;
mod invariants;
pub mod jump;
pub mod maglev;
mod measure;
mod messages;
pub mod migration;
pub mod modulo;
pub mod multi_probe;
mod mutants;
mod node;
mod ownership_stats;
mod params;
pub mod placement;
mod record;
pub mod rendezvous;
pub mod ring;
mod roster;
pub mod seats;
mod spec;
mod store;
mod view;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use netsplit_history::Run;
use netsplit_scenario::{Exercises, LabSpec, Refusal, ScenarioFile};
use netsplit_sim::{Answer, Client, Host, Lab, NodeId, Order, Setup, System, Task};

pub use params::{Params, Spread};

use client::{CacheClient, Router};
use cluster::{CACHE, Cluster, DIRECTORY, STORE};
use measure::Inspector;
use messages::Leave;
use placement::NodeIndex;

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

    fn exercises(&self) -> Exercises {
        exercises::EXERCISES
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, Refusal> {
        Ok(Rc::new(ShardedCache {
            cluster: Rc::new(Cluster::new(setup)?),
            inspector: Inspector::default(),
            routers: RefCell::default(),
        }))
    }
}

/// The system during one run.
struct ShardedCache {
    cluster: Rc<Cluster>,
    inspector: Inspector,
    /// The router of each client host, as long as the host is up: its sessions share it.
    routers: RefCell<BTreeMap<NodeId, Weak<Router>>>,
}

impl System for ShardedCache {
    fn node(&self, host: Host) -> Task {
        let (cluster, inspector) = (self.cluster.clone(), self.inspector.clone());
        match &*host.group() {
            DIRECTORY => Box::pin(directory::run(host, cluster, inspector)),
            CACHE => Box::pin(node::run(host, cluster, inspector)),
            STORE => Box::pin(store::run(host, cluster)),
            other => unreachable!("the lab has no group `{other}`"),
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

    fn act(&self, operator: Host, order: Order) -> Answer {
        let (cluster, inspector) = (self.cluster.clone(), self.inspector.clone());
        Box::pin(async move {
            match order.verb {
                "join" => join(&operator, &inspector, order.count("count").unwrap_or(1)).await,
                _ => leave(&operator, &cluster, order.node("node")).await,
            }
        })
    }

    fn measure(&self, run: &Run) -> Vec<(&'static str, f64)> {
        measure::measure(&self.cluster, &self.inspector, run)
    }
}

/// Starts `count` new cache nodes, and waits until the directory has admitted them, which it does
/// when it receives their heartbeats.
async fn join(operator: &Host, inspector: &Inspector, count: u32) -> Result<(), String> {
    for _ in 0..count {
        operator.start_node(CACHE).ok_or("the simulation has no host left for another node")?;
    }
    let nodes = operator.nodes(CACHE).len();
    inspector.admitted((nodes - count as usize..nodes).map(|index| NodeIndex(index as u32))).await;
    Ok(())
}

/// Has the directory remove a cache node. The node hands its entries over, and stays up.
async fn leave(operator: &Host, cluster: &Cluster, node: Option<NodeId>) -> Result<(), String> {
    let index = operator.nodes(CACHE).iter().position(|known| Some(*known) == node);
    let index = index.ok_or("`leave` is for a cache node")?;
    let (directory, leave) = (Cluster::directory(operator), Leave(NodeIndex(index as u32)));
    let ask = || operator.call(directory, &leave, *cluster.params.timeout);
    // Removing a node twice does no harm, so an operator may retry until the answer arrives.
    while ask().await.is_err() {}
    Ok(())
}
