//! The state that all nodes and clients of a run share: parameters, and who fills the seats.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use netsplit_scenario::Refusal;
use netsplit_sim::{Host, NodeId, Setup};

use crate::admission::Admission;
use crate::backoff::Bounds;
use crate::caller::{Caller, RetryPolicy};
use crate::deadlines::Deadlines;
use crate::optimistic_row::WriteRule;
use crate::params::Params;
use crate::seats::{self, MakeAdmission, MakeBudget, MakeIdentity};
use crate::service_times::ServiceTimes;

/// The cluster during one run.
pub(crate) struct Cluster {
    pub params: Params,
    pub policy: RetryPolicy,
    pub deadlines: Rc<dyn Deadlines>,
    pub identity: MakeIdentity,
    pub write_rule: WriteRule,
    budget: MakeBudget,
    admission: MakeAdmission,
    pub service_times: ServiceTimes,
    /// Workers of a proxy and of a server.
    slots: [Option<u32>; 2],
    /// How long the clients of each load wait.
    pub client_timeouts: BTreeMap<String, Duration>,
}

impl Cluster {
    pub fn new(setup: &Setup<'_>) -> Result<Cluster, Refusal> {
        let params: Params = setup.params::<Params>().clone();
        let [proxies, servers] = ["proxies", "servers"].map(|name| setup.group(name));
        if params.fan_out == 0 || !servers.count.is_multiple_of(params.fan_out) {
            let (servers, leaves) = (servers.count, params.fan_out);
            let wrong = format!("{servers} servers cannot be divided evenly among {leaves} leaves");
            let expected = match leaves {
                0 => "expected at least 1",
                _ => "expected nodes.servers.count to be a multiple of params.fan_out",
            };
            return Err(Refusal::new("params.fan_out", wrong, expected).or("nodes.servers.count"));
        }
        if params.tries == 0 {
            let expected = "expected at least 1: the first try counts";
            return Err(Refusal::new("params.tries", "params.tries is 0", expected));
        }
        let loads = setup.scenario().loads.iter();
        Ok(Cluster {
            policy: RetryPolicy {
                tries: params.tries,
                try_timeout: *params.try_timeout,
                backoff: *setup.pick(&seats::BACKOFF),
                bounds: Bounds {
                    base: *params.backoff_base,
                    cap: *params.backoff_cap,
                    jitter: params.jitter,
                },
                hedge_after: params.hedge_after.delay(),
            },
            deadlines: setup.pick(&seats::DEADLINES)(&params).into(),
            identity: *setup.pick(&seats::IDENTITY),
            write_rule: *setup.pick(&seats::ROW),
            budget: *setup.pick(&seats::BUDGET),
            admission: *setup.pick(&seats::ADMISSION),
            service_times: ServiceTimes::new(&params.service),
            slots: [proxies.workers, servers.workers],
            client_timeouts: loads.map(|load| (load.name.clone(), load.timeout)).collect(),
            params,
        })
    }

    /// The caller of a process: a client's, or a proxy's.
    pub fn caller(&self, host: &Host, retries: bool) -> Caller {
        let mut policy = self.policy;
        if !retries {
            policy.tries = 1;
        }
        Caller::new(host.clone(), policy, self.deadlines.clone(), (self.budget)(&self.params))
    }

    /// The queue in front of a node.
    pub fn admission(&self, host: &Host) -> Box<dyn Admission> {
        let slots = self.slots[usize::from(&*host.group() == "servers")];
        (self.admission)(slots.map(|slots| slots as usize), &self.params)
    }

    /// The nodes that `host` asks for a leaf: the proxy after the proxy `after`, the first one for
    /// a client, and behind the last one the replicas of the leaf. The servers are divided among
    /// the leaves in turn.
    pub fn next_hops(&self, host: &Host, after: Option<NodeId>, leaf: u32) -> Vec<NodeId> {
        let proxies = host.nodes("proxies");
        let next =
            proxies.iter().position(|proxy| Some(*proxy) == after).map_or(0, |place| place + 1);
        if let Some(proxy) = proxies.get(next) {
            return vec![*proxy];
        }
        let servers = host.nodes("servers").into_iter();
        servers.skip(leaf as usize).step_by(self.params.fan_out as usize).collect()
    }
}
