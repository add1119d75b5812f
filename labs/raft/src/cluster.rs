//! The configuration shared by all servers and clients of a run.

use std::rc::Rc;

use netsplit_sim::{Host, NodeId, Setup};

use crate::log::{Members, Server, Snapshot};
use crate::params::Params;
use crate::raft::{NewCore, Seats};
use crate::seats;
use crate::state::Config;
use crate::storage::Persistence;

/// The group that the servers form.
pub const GROUP: &str = "nodes";

/// The configuration.
pub(crate) struct Cluster {
    /// The scenario's parameters.
    pub params: Params,
    /// Those of them that the core needs.
    pub config: Rc<Config>,
    /// The fillings that the core uses.
    pub seats: Seats,
    /// What survives a crash.
    pub persistence: &'static dyn Persistence,
    /// Creates a server's core.
    pub core: NewCore,
    /// The members at the start.
    members: Members,
}

impl Cluster {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When its numbers contradict each other.
    pub fn new(setup: &Setup<'_>) -> Result<Cluster, String> {
        let params: &Params = setup.params();
        let nodes = setup.group(GROUP).count;
        let members = params.members.unwrap_or(nodes);
        if members == 0 || members > nodes {
            return Err(format!("params.members is {members}; it must be 1 to {nodes}, the nodes"));
        }
        let [shortest, longest] = params.election_timeout;
        if shortest > longest {
            return Err(format!(
                "params.election_timeout is {shortest} to {longest}; the shorter must come first"
            ));
        }
        if params.heartbeat >= shortest || params.heartbeat.is_zero() {
            return Err(format!(
                "params.heartbeat is {}; it must be above 0 and below the shortest election \
                 timeout, {shortest}",
                params.heartbeat
            ));
        }
        if params.batch == 0 || params.snapshot_every == 0 {
            return Err("params.batch and params.snapshot_every must be at least 1".into());
        }
        let config = Config {
            election_timeout: (*shortest, *longest),
            heartbeat: *params.heartbeat,
            batch: params.batch as usize,
            prevote: params.prevote,
            fast_backtracking: params.fast_backtracking,
            transfer: params.transfer,
            snapshot_every: params.snapshots.then_some(params.snapshot_every as usize),
            drift_bound: *params.drift_bound,
        };
        let seats = Seats {
            election: *setup.pick(&seats::ELECTION),
            replication: *setup.pick(&seats::REPLICATION),
            commitment: *setup.pick(&seats::COMMITMENT),
            snapshots: *setup.pick(&seats::SNAPSHOTS),
            reads: *setup.pick(&seats::READS),
        };
        Ok(Cluster {
            params: params.clone(),
            config: Rc::new(config),
            seats,
            persistence: *setup.pick(&seats::PERSISTENCE),
            core: *setup.pick(&seats::CORE),
            members: (0..members).map(Server).collect(),
        })
    }

    /// The log's beginning on an empty disk. A server that is no member at the start knows no
    /// members.
    pub fn initial(&self, me: Server) -> Snapshot {
        let mut initial = Snapshot::default();
        if self.members.contains(&me) {
            initial.members.clone_from(&self.members);
        }
        initial
    }

    /// The host of each server.
    pub fn hosts(host: &Host) -> Rc<[NodeId]> {
        host.nodes(GROUP).into()
    }

    /// The server that runs on a host.
    pub fn server_of(hosts: &[NodeId], host: NodeId) -> Option<Server> {
        let place = hosts.iter().position(|node| *node == host)?;
        Some(Server(place as u32))
    }
}
