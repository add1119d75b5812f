//! What every node and client knows of the system from the start: who is in it, how it is
//! configured, and what sits in the seats. None of it changes during a run.

use std::rc::Rc;

use netsplit_sim::{Host, NodeId, Setup};

use crate::journal::{Amnesia, Durability, Fsync, NoFsync};
use crate::params::Params;
use crate::quorum::{OffByOne, Quorum, Sloppy, Strict};
use crate::ring::{Replica, Ring};
use crate::versions::{ByArrival, ByStamp, ByVector, ByWallClock, Versions};

/// The group that the nodes form.
pub const GROUP: &str = "nodes";

/// The configuration.
#[derive(Clone)]
pub struct Cluster {
    /// Who holds what.
    pub ring: Ring,
    /// R, as configured.
    pub r: usize,
    /// W, as configured.
    pub w: usize,
    /// The scenario's knobs.
    pub params: Rc<Params>,
    /// Which version is newer.
    pub versions: Rc<dyn Versions>,
    /// When enough nodes have answered.
    pub quorum: Rc<dyn Quorum>,
    /// When a write is safe.
    pub durability: Rc<dyn Durability>,
}

impl Cluster {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When the quorums do not fit the number of nodes.
    pub fn new(setup: &Setup<'_>) -> Result<Cluster, String> {
        let params: Params = setup.params::<Params>().clone();
        let groups = &setup.scenario().nodes;
        let nodes = groups.iter().find(|group| group.name == GROUP).map_or(0, |group| group.count);
        let n = params.n.unwrap_or(nodes.min(3));
        let majority = n / 2 + 1;
        let (r, w) = (params.r.unwrap_or(majority), params.w.unwrap_or(majority));
        if n == 0 || n > nodes {
            return Err(format!("params.n is {n}, but there are {nodes} nodes"));
        }
        for (name, size) in [("r", r), ("w", w)] {
            if size == 0 || size > n {
                return Err(format!(
                    "params.{name} is {size}; it must be from 1 to n, which is {n}"
                ));
            }
        }
        Ok(Cluster {
            ring: Ring { nodes, n },
            r: r as usize,
            w: w as usize,
            params: Rc::new(params),
            versions: match setup.seat("versions") {
                "version-vector" => Rc::new(ByVector),
                "hybrid-clock" => Rc::new(ByStamp),
                "wall-clock" => Rc::new(ByWallClock),
                _ => Rc::new(ByArrival),
            },
            quorum: match setup.seat("quorum") {
                "strict" => Rc::new(Strict),
                "sloppy" => Rc::new(Sloppy),
                _ => Rc::new(OffByOne),
            },
            durability: match setup.seat("durability") {
                "fsync" => Rc::new(Fsync),
                "no-fsync" => Rc::new(NoFsync),
                _ => Rc::new(Amnesia),
            },
        })
    }

    /// The host of each node, by its place on the ring.
    pub fn members(host: &Host) -> Rc<[NodeId]> {
        host.nodes(GROUP).into()
    }

    /// The place of the node that `host` is.
    pub fn place_of(host: &Host) -> Option<Replica> {
        let members = host.nodes(GROUP);
        let place = members.iter().position(|member| *member == host.id())?;
        Some(Replica(place as u32))
    }
}
