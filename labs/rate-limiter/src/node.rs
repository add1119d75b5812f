//! A gateway: it admits requests, or rejects them, and serves those that it admits.
//!
//! For each [`Ask`] it asks its [`Gatekeeper`]: nothing here knows an algorithm. The service that
//! is protected runs behind the gateway, as work on the gateway's own workers. Deciding takes a
//! worker too, for as long as `deciding` says: a gateway can be overloaded by requests that it
//! rejects.

use netsplit_sim::prelude::*;
use netsplit_sim::random::Sampler;

use crate::coordination::Gatekeeper;
use crate::limiter::Decision;
use crate::messages::{Answer, Ask, Tenant};
use crate::params::Params;

/// One gateway while it is up.
pub struct Gateway {
    host: Host,
    gatekeeper: Rc<dyn Gatekeeper>,
    deciding: Duration,
    service: Sampler,
}

impl Gateway {
    /// A gateway on this host.
    pub fn new(host: Host, gatekeeper: Rc<dyn Gatekeeper>, params: &Params) -> Gateway {
        let service = Sampler::new(&params.service);
        Gateway { host, gatekeeper, deciding: *params.deciding, service }
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
            // Even work of no length would wait for a worker behind the service.
            self.host.work(self.deciding).await;
        }
        match self.gatekeeper.decide(tenant).await {
            Ok(Decision::Admit { after }) => {
                if !after.is_zero() {
                    self.host.sleep(after).named("delayed by the limiter").await;
                }
                self.host.count("admitted", 1);
                self.host.work(work).await;
                self.gatekeeper.done(tenant);
                Answer::Served
            }
            Ok(Decision::Reject { retry_after }) => {
                self.host.count("rejections", 1);
                Answer::Limited(retry_after)
            }
            Err(_) => Answer::Unavailable,
        }
    }
}
