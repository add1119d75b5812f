//! Client sessions: each request goes to a random balancer.

use netsplit_sim::prelude::*;

use crate::cluster::{BALANCERS, Cluster};
use crate::messages::{Answer, Ask};
use crate::pick::below;

/// A session.
pub(crate) struct BalancedClient {
    pub host: Host,
    pub cluster: Rc<Cluster>,
}

impl Client for BalancedClient {
    fn perform(&self, _request: Request) -> Performing {
        // Drawn here in any case, so that all variants are given the same requests.
        let balancers = self.host.nodes(BALANCERS);
        let balancer = balancers[below(balancers.len(), &mut self.host.rng())];
        let work = self.cluster.work.draw(&mut self.host.rng());
        let call = self.host.call(balancer, &Ask { work }, self.cluster.client_timeout);
        Box::pin(async move {
            match call.await {
                Ok(Answer::Done) => Reply::ok(Value::Null),
                Ok(Answer::Failed) => Reply::failed("the server failed"),
                Ok(Answer::NoServer) => Reply::failed("no server was healthy"),
                Err(error) => Reply::timed_out(error.to_string()),
            }
        })
    }
}
