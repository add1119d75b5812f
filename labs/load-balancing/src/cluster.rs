//! The state that all nodes of a run share: parameters, who fills the seats, and what is measured
//! across nodes.

use std::cell::RefCell;

use netsplit_sim::prelude::*;
use netsplit_sim::random::Sampler;

use crate::health::Openness;
use crate::params::Params;
use crate::pick::MakePick;
use crate::scaling::MakeScaler;
use crate::seats;
use crate::subset::Subset;

/// The group of the balancers.
pub(crate) const BALANCERS: &str = "balancers";
/// The group of the servers.
pub(crate) const SERVERS: &str = "servers";

/// The group of the scaler.
pub(crate) const SCALER: &str = "scaler";

/// The cluster during one run.
pub(crate) struct Cluster {
    pub params: Params,
    pub pick: MakePick,
    pub subset: &'static dyn Subset,
    pub openness: Openness,
    pub scaler: MakeScaler,
    /// The work of a request.
    pub work: Sampler,
    /// The number of servers.
    pub servers: usize,
    /// The number of workers of each; 1 if there is no limit.
    pub workers: u32,
    /// The longest time that a client waits. A balancer waits as long for a server.
    pub client_timeout: Duration,
    /// The record of which servers are ordered: it outlives the scaler, and each server reads it
    /// when it starts.
    pub ordered: RefCell<Vec<bool>>,
    /// The servers that each balancer knows, for measurements only.
    pub subsets: RefCell<Vec<Vec<usize>>>,
}

impl Cluster {
    pub fn new(setup: &Setup<'_>) -> Result<Cluster, Refusal> {
        let params: Params = setup.params::<Params>().clone();
        params.check()?;
        let balancers = setup.group(BALANCERS).count as usize;
        let group = setup.group(SERVERS);
        let servers = group.count as usize;
        let initial = params.initial.of(servers);
        Ok(Cluster {
            pick: *setup.pick(&seats::PICK),
            subset: *setup.pick(&seats::SUBSET),
            openness: *setup.pick(&seats::HEALTH),
            work: Sampler::new(&params.work),
            scaler: *setup.pick(&seats::SCALER),
            servers,
            workers: group.workers.unwrap_or(1),
            ordered: RefCell::new((0..servers).map(|server| server < initial).collect()),
            client_timeout: setup.client_timeout(),
            subsets: RefCell::new(vec![Vec::new(); balancers]),
            params,
        })
    }

    /// The number of servers that are ordered.
    pub fn count_ordered(&self) -> u32 {
        self.ordered.borrow().iter().filter(|ordered| **ordered).count() as u32
    }

    /// The number of a node in its group, from 0.
    pub fn number(host: &Host) -> usize {
        let nodes = host.nodes(&host.group());
        nodes.iter().position(|node| *node == host.id()).expect("a node is in its group")
    }
}
