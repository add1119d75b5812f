//! The configuration that all nodes and clients of a run share.

use std::rc::Rc;

use netsplit_scenario::Refusal;
use netsplit_sim::{Host, NodeId, Setup};

use crate::hints::Handoff;
use crate::params::Params;
use crate::quorum::{Quorum, Sizes};
use crate::read_repair::Repair;
use crate::ring::{Replica, Ring};
use crate::seats;
use crate::store::Durability;
use crate::versions::Versions;

/// The group of the store's nodes.
pub const GROUP: &str = "nodes";

/// The configuration; nothing in it changes during a run.
#[derive(Clone)]
pub struct Cluster {
    /// Which node holds which key.
    pub ring: Ring,
    /// N, R and W.
    pub sizes: Sizes,
    /// The scenario's parameters.
    pub params: Params,
    /// The seat `versions`.
    pub versions: &'static dyn Versions,
    /// The seat `quorum`.
    pub quorum: &'static dyn Quorum,
    /// The seat `durability`.
    pub durability: Durability,
    /// The seat `read-repair`.
    pub repair: &'static dyn Repair,
    /// The seat `hints`.
    pub handoff: &'static dyn Handoff,
}

impl Cluster {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When the quorums do not fit the number of nodes.
    pub fn new(setup: &Setup<'_>) -> Result<Cluster, Refusal> {
        let params: Params = setup.params::<Params>().clone();
        let nodes = setup.group(GROUP).count;
        let n = params.n.unwrap_or(nodes.min(3));
        let majority = n / 2 + 1;
        let (r, w) = (params.r.unwrap_or(majority), params.w.unwrap_or(majority));
        if n == 0 || n > nodes {
            let expected = format!("expected 1 to {nodes}, the number of nodes");
            let refusal = Refusal::new("params.n", format!("params.n is {n}"), expected);
            return Err(refusal.or("nodes.count"));
        }
        for (name, size) in [("r", r), ("w", w)] {
            if size == 0 || size > n {
                let key = format!("params.{name}");
                let wrong = format!("{key} is {size}");
                let expected = format!("expected 1 to {n}, the replicas of a key (params.n)");
                return Err(Refusal::new(key, wrong, expected));
            }
        }
        Ok(Cluster {
            ring: Ring { nodes, n },
            sizes: Sizes { n: n as usize, r: r as usize, w: w as usize },
            params,
            versions: *setup.pick(&seats::VERSIONS),
            quorum: *setup.pick(&seats::QUORUM),
            durability: *setup.pick(&seats::DURABILITY),
            repair: *setup.pick(&seats::READ_REPAIR),
            handoff: *setup.pick(&seats::HINTS),
        })
    }

    /// The host of each node, by its position on the ring.
    pub fn members(host: &Host) -> Rc<[NodeId]> {
        host.nodes(GROUP).into()
    }

    /// The position on the ring of the node that `host` is.
    pub fn position_of(host: &Host) -> Option<Replica> {
        let members = host.nodes(GROUP);
        let position = members.iter().position(|member| *member == host.id())?;
        Some(Replica(position as u32))
    }
}
