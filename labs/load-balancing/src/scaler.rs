//! The scaler's shell: it reads how busy the servers are, and starts and stops some.

use netsplit_sim::prelude::*;

use crate::cluster::{Cluster, SERVERS};
use crate::messages::{Serve, Usage};
use crate::scaling::{Reading, Scaler};

/// Runs the scaler until it crashes.
pub(crate) async fn run(host: Host, cluster: Rc<Cluster>) {
    ["scale_ups", "scale_downs"].iter().for_each(|counter| host.count(counter, 0));
    tell(&host, cluster.count_ordered());
    let Some(scaler) = (cluster.scaler)(&cluster.params) else { return };
    let servers = host.nodes(SERVERS);
    let before = vec![Duration::ZERO; servers.len()];
    Turns { host, cluster, servers, scaler, before }.run().await;
}

struct Turns {
    host: Host,
    cluster: Rc<Cluster>,
    servers: Vec<NodeId>,
    scaler: Box<dyn Scaler>,
    /// How long each server had been busy at the last turn.
    before: Vec<Duration>,
}

impl Turns {
    async fn run(mut self) {
        loop {
            self.host.sleep(*self.cluster.params.sync).named("next turn").await;
            let reading = self.read().await;
            let most = self.servers.len() as u32;
            let next = self.scaler.decide(&reading).clamp(1, most);
            self.scale(reading.ordered, next);
        }
    }

    /// Asks all servers how busy they have been.
    async fn read(&mut self) -> Reading {
        let params = &self.cluster.params;
        let ask = |server: &NodeId| self.host.call(*server, &Usage, *params.check_timeout);
        let calls: Vec<_> = self.servers.iter().map(ask).collect();
        let (mut in_service, mut busy) = (0, Duration::ZERO);
        for (call, before) in calls.into_iter().zip(&mut self.before) {
            let Ok(used) = call.await else { continue };
            in_service += u32::from(used.in_service);
            // Work that a server finishes after it was stopped is no load of the others.
            if used.in_service {
                busy += used.busy.saturating_sub(*before);
            }
            *before = used.busy;
        }
        let capacity = params.sync.as_secs_f64() * f64::from(self.cluster.workers);
        let busy = (100.0 * busy.as_secs_f64() / capacity) as u32;
        let ordered = self.cluster.count_ordered();
        Reading { now: self.host.monotonic(), ordered, in_service, busy }
    }

    /// Starts the first servers that are not ordered, or stops the last that are.
    fn scale(&self, from: u32, to: u32) {
        let mut ordered = self.cluster.ordered.borrow_mut();
        let numbers = 0..ordered.len();
        let changed: Vec<_> = if to > from {
            numbers.filter(|server| !ordered[*server]).take((to - from) as usize).collect()
        } else {
            let last = numbers.rev().filter(|server| ordered[*server]);
            last.take((from - to) as usize).collect()
        };
        for server in changed {
            ordered[server] = to > from;
            self.host.count(if to > from { "scale_ups" } else { "scale_downs" }, 1);
            let order = Serve(to > from);
            // Small messages are sent; a server that misses one reads the record when it restarts.
            let _ = self.host.send(self.servers[server], &order);
        }
        tell(&self.host, to);
    }
}

/// Notes how many servers are ordered.
fn tell(host: &Host, ordered: u32) {
    host.gauge("ordered", f64::from(ordered));
    host.show("ordered", || json!(ordered));
}
