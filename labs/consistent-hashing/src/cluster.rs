//! The configuration that all nodes of a run share: parameters, seats and addresses.

use std::time::Duration;

use netsplit_scenario::Refusal;
use netsplit_sim::{Host, NodeId, Setup};

use crate::migration::Migration;
use crate::params::Params;
use crate::placement::{MakePlacement, Member, NodeIndex, Placement, View};
use crate::seats;

/// The group of the directory.
pub const DIRECTORY: &str = "directory";
/// The group of cache nodes.
pub const CACHE: &str = "cache";
/// The group of the backing store.
pub const STORE: &str = "store";

/// The configuration. It is constant during a run.
pub struct Cluster {
    /// The scenario's parameters.
    pub params: Params,
    /// The members of the first view.
    pub initial_members: Vec<Member>,
    /// The policy of nodes for entries that they no longer own.
    pub migration: Box<dyn Migration>,
    make_placement: MakePlacement,
    store_workers: Option<u32>,
}

impl Cluster {
    /// Reads the configuration of a run.
    ///
    /// # Errors
    /// When a parameter is out of its range, or a group does not have the one node that it must.
    pub fn new(setup: &Setup<'_>) -> Result<Cluster, Refusal> {
        let params = setup.params::<Params>().clone();
        let nodes = setup.group(CACHE).count;
        params.check(nodes)?;
        for name in [DIRECTORY, STORE] {
            let count = setup.group(name).count;
            if count != 1 {
                let key = format!("nodes.{name}.count");
                let wrong = format!("{key} is {count}");
                return Err(Refusal::new(key, wrong, "expected 1"));
            }
        }
        Ok(Cluster {
            initial_members: (0..nodes).map(|node| member(node, &params)).collect(),
            params,
            migration: setup.pick(&seats::MIGRATION)(),
            make_placement: *setup.pick(&seats::PLACEMENT),
            store_workers: setup.group(STORE).workers,
        })
    }

    /// The placement of keys by a view, as the process called `process` computes it.
    pub fn place(&self, view: &View, process: &str) -> Box<dyn Placement> {
        (self.make_placement)(view, &self.params, process)
    }

    /// A cache node as a member.
    pub fn member(&self, node: NodeIndex) -> Member {
        member(node.0, &self.params)
    }

    /// The most requests that may be at the store at once, queued or served; `None` for no limit.
    pub fn store_capacity(&self) -> Option<usize> {
        let workers = self.store_workers? as usize;
        Some(workers + self.params.store_queue as usize)
    }

    /// The time that a cache node takes for work that takes one of size 1 the time `work`.
    pub fn work_of(&self, node: NodeIndex, work: Duration) -> Duration {
        work / self.params.size_of(node.0)
    }

    /// The host of a cache node.
    pub fn address(host: &Host, node: NodeIndex) -> NodeId {
        host.nodes(CACHE)[node.0 as usize]
    }

    /// The index of the cache node that `host` is; `None` if it is none.
    pub fn index_of(host: &Host) -> Option<NodeIndex> {
        let nodes = host.nodes(CACHE);
        let index = nodes.iter().position(|node| *node == host.id())?;
        Some(NodeIndex(index as u32))
    }

    /// The directory.
    pub fn directory(host: &Host) -> NodeId {
        host.nodes(DIRECTORY)[0]
    }

    /// The backing store.
    pub fn store(host: &Host) -> NodeId {
        host.nodes(STORE)[0]
    }
}

fn member(node: u32, params: &Params) -> Member {
    Member { node: NodeIndex(node), weight: if params.weighted { params.size_of(node) } else { 1 } }
}
