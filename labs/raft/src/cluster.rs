//! What every server and client knows from the start. None of it changes during a run.

use std::rc::Rc;

use netsplit_sim::{Host, NodeId, Setup};

use crate::log::{Members, Server, Snapshot};
use crate::params::Params;
use crate::raft::Config;
use crate::storage::Persistence;
use crate::variants;

/// The group that the servers form.
pub const GROUP: &str = "nodes";

/// The configuration.
#[derive(Clone)]
pub struct Cluster {
    /// The scenario's knobs.
    pub params: Rc<Params>,
    /// Those of them that the core needs.
    pub config: Rc<Config>,
    /// What survives a crash.
    pub persistence: Rc<dyn Persistence>,
    /// The members at the start.
    members: Members,
}

impl Cluster {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When its numbers do not fit together.
    pub fn new(setup: &Setup<'_>) -> Result<Cluster, String> {
        let params: Params = setup.params::<Params>().clone();
        let groups = &setup.scenario().nodes;
        let group = groups.iter().find(|group| group.name == GROUP);
        let nodes = group.map_or(0, |group| group.count);
        let members = params.members.unwrap_or(nodes);
        if members == 0 || members > nodes {
            return Err(format!("params.members is {members}, but there are {nodes} nodes"));
        }
        let [shortest, longest] = params.election_timeout;
        if shortest > longest || params.heartbeat >= shortest || params.heartbeat.is_zero() {
            return Err(format!(
                "params.election_timeout is {shortest} to {longest} and params.heartbeat {}; they \
                 must be in order, and the heartbeat the shortest",
                params.heartbeat
            ));
        }
        if params.batch == 0 || params.snapshot_every == 0 {
            return Err("params.batch and params.snapshot_every must be at least 1".into());
        }
        let (seats, persistence) = variants::seats(|name| setup.seat(name), *params.drift_bound);
        let config = Config {
            seats,
            election_timeout: (*shortest, *longest),
            heartbeat: *params.heartbeat,
            batch: params.batch as usize,
            prevote: params.prevote,
            fast_backtracking: params.fast_backtracking,
            transfer: params.transfer,
        };
        Ok(Cluster {
            params: Rc::new(params),
            config: Rc::new(config),
            persistence,
            members: (0..members).map(Server).collect(),
        })
    }

    /// What stands for the log's beginning on an empty disk: a server that is no member at the
    /// start knows none.
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

    /// The server that a host is.
    pub fn server_of(hosts: &[NodeId], host: NodeId) -> Option<Server> {
        let place = hosts.iter().position(|node| *node == host)?;
        Some(Server(place as u32))
    }
}
