//! A gateway: it lets requests pass, or turns them away.
//!
//! For each [`Ask`] it asks its [`Coordination`] and does what that says: nothing here knows an
//! algorithm. Behind the gateway is the service that is protected, as work on the gateway's own
//! workers. Saying no takes a worker too, for as long as `deciding` says: a gateway can be
//! drowned by requests that it turns away.

use std::rc::Rc;
use std::time::Duration;

use netsplit_sim::Host;
use netsplit_sim::random::Sampler;

use crate::coordination::{Coordination, Ruling};
use crate::messages::{Answer, Ask, Tenant};

/// One gateway while it is up.
pub struct Gateway {
    host: Host,
    coordination: Box<dyn Coordination>,
    deciding: Duration,
    service: Sampler,
}

impl Gateway {
    /// A gateway on this host.
    pub fn new(
        host: Host,
        coordination: Box<dyn Coordination>,
        deciding: Duration,
        service: Sampler,
    ) -> Gateway {
        Gateway { host, coordination, deciding, service }
    }

    /// Answers until the host crashes.
    pub async fn run(self) {
        let (host, gateway) = (self.host.clone(), Rc::new(self));
        for counter in ["admitted", "admitted_blindly", "rejections"] {
            host.count(counter, 0);
        }
        host.serve(move |_, Ask(tenant)| gateway.clone().answer(tenant)).await;
    }

    async fn answer(self: Rc<Self>, tenant: Tenant) -> Answer {
        // Drawn for every request, so that the n-th is the same work in every variant.
        let work = self.service.draw(&mut self.host.rng());
        if !self.deciding.is_zero() {
            // Even no work would wait for a worker behind the service.
            self.host.work(self.deciding).await;
        }
        match self.coordination.decide(tenant).await {
            Ruling::Admit(after) => {
                if !after.is_zero() {
                    self.host.sleep(after).await;
                }
                self.host.count("admitted", 1);
                self.host.work(work).await;
                self.coordination.done(tenant);
                Answer::Served
            }
            Ruling::Reject(retry_after) => {
                self.host.count("rejections", 1);
                Answer::Limited(retry_after)
            }
            Ruling::Unavailable => Answer::Unavailable,
        }
    }
}
