//! The state that all nodes of a run share: parameters, and who fills the seats.

use std::time::Duration;

use netsplit_scenario::Refusal;
use netsplit_sim::Setup;
use netsplit_sim::random::Sampler;

use crate::balancer::{Balancer, Replicas};
use crate::hedging::Hedging;
use crate::params::Params;
use crate::seats;

/// The cluster during one run.
pub(crate) struct Cluster {
    pub params: Params,
    pub replicas: Replicas,
    /// The work of a job.
    pub service: Sampler,
    pub balancer: fn(Replicas) -> Box<dyn Balancer>,
    pub hedging: Hedging,
    /// Jobs that may be at one server at once; `None` for no limit.
    pub capacity: Option<usize>,
    /// Workers of all servers together; `None` for no limit.
    pub workers: Option<u64>,
    /// The longest time that a client waits. A front end waits as long for a server.
    pub client_timeout: Duration,
}

impl Cluster {
    pub fn new(setup: &Setup<'_>) -> Result<Cluster, Refusal> {
        let params: Params = setup.params::<Params>().clone();
        let servers = setup.group("servers");
        if !servers.count.is_multiple_of(params.fan_out) {
            let (servers, leaves) = (servers.count, params.fan_out);
            let wrong = format!("{servers} servers cannot be divided evenly among {leaves} leaves");
            let expected = match leaves {
                0 => "expected at least 1",
                _ => "expected nodes.servers.count to be a multiple of params.fan_out",
            };
            return Err(Refusal::new("params.fan_out", wrong, expected).or("nodes.servers.count"));
        }
        let waiting = params.queue_limit.limit();
        let capacity =
            waiting.zip(servers.workers).map(|(waiting, workers)| waiting.saturating_add(workers));
        Ok(Cluster {
            replicas: Replicas { servers: servers.count as usize, leaves: params.fan_out as usize },
            service: Sampler::new(&params.service),
            balancer: *setup.pick(&seats::BALANCER),
            hedging: *setup.pick(&seats::HEDGING),
            capacity: capacity.map(|capacity| capacity as usize),
            workers: servers.workers.map(|workers| u64::from(workers) * u64::from(servers.count)),
            client_timeout: setup.client_timeout(),
            params,
        })
    }
}
