//! Client sessions.

use netsplit_sim::prelude::*;

use crate::cluster::Cluster;
use crate::messages::{Answer, Ask, Outcome};

/// A client session. Requests go to the front ends in turn.
pub(crate) struct QueueingClient {
    pub cluster: Rc<Cluster>,
    pub host: Host,
}

impl Client for QueueingClient {
    fn perform(&self, request: Request) -> Performing {
        let fronts = self.host.nodes("front");
        let front = fronts[request.id as usize % fronts.len()];
        let call = self.host.call(front, &Ask, self.cluster.client_timeout);
        Box::pin(async move {
            match call.await {
                Ok(Answer(Outcome::Done)) => Reply::ok(Value::Null),
                Ok(Answer(Outcome::Rejected)) => Reply::rejected("a queue was full"),
                Ok(Answer(Outcome::Lost)) => Reply::failed("a leaf did not answer"),
                Err(error) => Reply::timed_out(error.to_string()),
            }
        })
    }
}
