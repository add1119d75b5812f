//! The configuration shared by all servers and clients of a run.

use std::rc::Rc;

use netsplit_scenario::Refusal;
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

/// The most servers. A thousand who stand for election at once have a million messages in flight,
/// which is the budget of a run.
const SERVERS_MAX: u32 = 1000;

impl Cluster {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When its numbers contradict each other.
    pub fn new(setup: &Setup<'_>) -> Result<Cluster, Refusal> {
        let params: &Params = setup.params();
        let nodes = setup.group(GROUP).count;
        if nodes > SERVERS_MAX {
            let wrong = format!("nodes.count is {nodes}");
            let expected = format!(
                "expected at most {SERVERS_MAX}: a candidate or leader sends to each of the others"
            );
            return Err(Refusal::new("nodes.count", wrong, expected));
        }
        let members = params.members.unwrap_or(nodes);
        if members == 0 || members > nodes {
            let wrong = format!("params.members is {members}");
            let expected = format!("expected 1 to {nodes}, the nodes");
            return Err(Refusal::new("params.members", wrong, expected).or("nodes.count"));
        }
        check(params)?;
        let [shortest, longest] = params.election_timeout;
        let config = Config {
            election_timeout: (*shortest, *longest),
            heartbeat: *params.heartbeat,
            batch: params.batch as usize,
            prevote: params.prevote,
            check_quorum: params.check_quorum,
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

/// Whether the parameters fit together.
///
/// # Errors
/// The first that does not.
fn check(params: &Params) -> Result<(), Refusal> {
    let [shortest, longest] = params.election_timeout;
    if shortest > longest {
        let wrong = format!("params.election_timeout is {shortest} to {longest}");
        let expected = "expected the shorter time first";
        return Err(Refusal::new("params.election_timeout", wrong, expected));
    }
    if params.heartbeat >= shortest || params.heartbeat.is_zero() {
        let wrong = format!("params.heartbeat is {}", params.heartbeat);
        let expected =
            format!("expected more than 0 and less than the shortest election timeout, {shortest}");
        let refusal = Refusal::new("params.heartbeat", wrong, expected);
        return Err(refusal.or("params.election_timeout"));
    }
    for (key, value) in
        [("params.batch", params.batch), ("params.snapshot_every", params.snapshot_every)]
    {
        if value == 0 {
            return Err(Refusal::new(key, format!("{key} is 0"), "expected at least 1"));
        }
    }
    Ok(())
}
