//! Users: each asks a front end, and says how long it will wait.

use std::time::Duration;

use netsplit_sim::rand::Rng;
use netsplit_sim::{Client, Host, Performing, Reply, Request};
use serde_json::json;

use crate::messages::{Answer, Ask, Rejection, ServiceName};

/// A user's session. Requests go to the front ends in turn.
pub(crate) struct User {
    pub host: Host,
    pub timeout: Duration,
}

impl Client for User {
    fn perform(&self, request: Request) -> Performing {
        let fronts = self.host.nodes("front");
        let front = fronts[request.id as usize % fronts.len()];
        let ask = Ask {
            service: match &*request.op {
                "reviews" => ServiceName::Reviews,
                _ => ServiceName::Stock,
            },
            rank: request.rank,
            timeout: self.timeout,
            seed: self.host.rng().next_u64(),
        };
        let call = self.host.call(front, &ask, self.timeout);
        Box::pin(async move {
            match call.await {
                Ok(Answer::Fresh) => Reply::ok(json!({ "fresh": true })),
                Ok(Answer::Stale(age)) => {
                    Reply::ok(json!({ "fresh": false, "age_ms": age.as_millis() as u64 }))
                }
                Ok(Answer::Rejected(Rejection::BreakerOpen)) => {
                    Reply::rejected("a breaker was open")
                }
                Ok(Answer::Rejected(Rejection::BulkheadFull)) => {
                    Reply::rejected("a bulkhead was full")
                }
                Ok(Answer::Failed) => Reply::failed("the service did not answer well"),
                Ok(Answer::Late) => Reply::timed_out("the front end gave up"),
                Err(error) => Reply::timed_out(error.to_string()),
            }
        })
    }
}
