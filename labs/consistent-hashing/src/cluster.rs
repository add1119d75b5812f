//! What everybody knows from the start: the knobs, and what sits in the seats.

use std::rc::Rc;
use std::time::Duration;

use netsplit_sim::{Host, NodeId, Setup};

use crate::migration::{Drop, HandOver, Hoard, Migration, TrustsGaps};
use crate::mutants;
use crate::params::Params;
use crate::placement::{self, Member, NodeIndex, Placement, View};

/// The group of the directory.
pub const DIRECTORY: &str = "directory";
/// The group of cache nodes.
pub const CACHE: &str = "cache";
/// The group of the backing store.
pub const STORE: &str = "store";

/// The configuration. None of it changes during a run.
pub struct Cluster {
    /// The scenario's knobs.
    pub params: Params,
    /// Who is expected to be in the cluster when it starts.
    pub founders: Vec<Member>,
    /// What becomes of entries that move.
    pub migration: Rc<dyn Migration>,
    placement: &'static str,
    /// Workers of each store.
    store_workers: Option<u32>,
}

impl Cluster {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When the parameters are out of their range, or a group has no nodes.
    pub fn new(setup: &Setup<'_>) -> Result<Cluster, String> {
        let params: Params = setup.params::<Params>().clone();
        let groups = &setup.scenario().nodes;
        let group = |name| {
            let found = groups.iter().find(|group| group.name == name);
            found.expect("a scenario has all groups of its lab")
        };
        let nodes = group(CACHE).count;
        params.check(nodes)?;
        for (name, count) in [(DIRECTORY, group(DIRECTORY).count), (STORE, group(STORE).count)] {
            if count != 1 {
                return Err(format!("nodes.{name}.count is {count}; there must be 1"));
            }
        }
        Ok(Cluster {
            founders: (0..nodes).map(|node| member(node, &params)).collect(),
            params,
            migration: match setup.seat("migration") {
                "drop" => Rc::new(Drop),
                "hoard" => Rc::new(Hoard),
                "trusts-gaps" => Rc::new(TrustsGaps),
                _ => Rc::new(HandOver),
            },
            placement: setup.seat("placement"),
            store_workers: group(STORE).workers,
        })
    }

    /// The placement of a view, by the algorithm in the seat.
    pub fn place(&self, view: &View) -> Rc<dyn Placement> {
        placement::make(self.placement, view, &self.params)
    }

    /// The placement that somebody makes of a view: the same as everybody else, unless the seat
    /// holds the mutant that does not.
    pub fn place_by(&self, believer: &str, view: &View) -> Rc<dyn Placement> {
        match self.placement {
            "own-seed" => mutants::own_seed(believer, view, &self.params),
            _ => self.place(view),
        }
    }

    /// A cache node as a member.
    pub fn member(&self, node: NodeIndex) -> Member {
        member(node.0, &self.params)
    }

    /// How many requests may be at a store at once, waiting or served.
    pub fn store_capacity(&self) -> Option<usize> {
        let workers = self.store_workers? as usize;
        Some(workers + self.params.store_queue as usize)
    }

    /// How long a cache node is busy with what takes one of size 1 so long.
    pub fn work_of(&self, node: NodeIndex, work: Duration) -> Duration {
        work / self.params.size_of(node.0)
    }

    /// The host of a cache node.
    pub fn address(host: &Host, node: NodeIndex) -> NodeId {
        host.nodes(CACHE)[node.0 as usize]
    }

    /// The number of the cache node that `host` is.
    pub fn index_of(host: &Host) -> Option<NodeIndex> {
        let nodes = host.nodes(CACHE);
        let place = nodes.iter().position(|node| *node == host.id())?;
        Some(NodeIndex(place as u32))
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
