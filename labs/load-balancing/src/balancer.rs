//! A balancer: it checks its servers, and chooses one for each request.

use std::cell::RefCell;

use netsplit_sim::prelude::*;
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

use crate::cluster::{Cluster, SERVERS};
use crate::health::Health;
use crate::messages::{Answer, Ask, Check, Done, Job};
use crate::pick::{Known, Pick};
use crate::slow_start;

struct Balancer {
    host: Host,
    cluster: Rc<Cluster>,
    servers: Vec<NodeId>,
    /// The servers that it knows, in ascending order.
    subset: Vec<usize>,
    view: RefCell<View>,
}

/// What a balancer knows, by the numbers of servers.
struct View {
    pick: Box<dyn Pick>,
    /// For the choices only, so that another way to choose leaves everything else alone.
    rng: ChaCha8Rng,
    known: Vec<Known>,
    health: Vec<Health>,
    in_service: Vec<bool>,
    /// When each server started, on this balancer's clock; `None` if with the run.
    started: Vec<Option<Duration>>,
    /// The servers that may be chosen, in ascending order.
    open: Vec<usize>,
}

const COUNTERS: &[&str] = &["no_server", "failed_checks"];

/// Runs a balancer until it crashes.
pub(crate) async fn run(host: Host, cluster: Rc<Cluster>) {
    COUNTERS.iter().for_each(|counter| host.count(counter, 0));
    let mut rng = ChaCha8Rng::seed_from_u64(host.rng().next_u64());
    let (number, size) = (Cluster::number(&host), cluster.params.subset as usize);
    let size = size.min(cluster.servers);
    let mut subset = cluster.subset.of(number, cluster.servers, size, &mut rng);
    subset.sort_unstable();
    cluster.subsets.borrow_mut()[number].clone_from(&subset);
    let view = View {
        pick: (cluster.pick)(&cluster.params),
        rng,
        known: vec![Known::default(); cluster.servers],
        health: vec![Health::default(); cluster.servers],
        started: vec![None; cluster.servers],
        in_service: cluster.ordered.borrow().clone(),
        open: Vec::new(),
    };
    let servers = host.nodes(SERVERS);
    let balancer =
        Rc::new(Balancer { host: host.clone(), cluster, servers, subset, view: view.into() });
    balancer.open();
    host.spawn(balancer.clone().check_all());
    host.serve(|_, Ask { work }| balancer.clone().forward(work)).await;
}

impl Balancer {
    async fn forward(self: Rc<Self>, work: Duration) -> Answer {
        let Some(server) = self.choose() else {
            self.host.count("no_server", 1);
            return Answer::NoServer;
        };
        let call = self.host.call(self.servers[server], &Job { work }, self.cluster.client_timeout);
        let done = call.await;
        self.view.borrow_mut().known[server].outstanding -= 1;
        match done {
            Ok(Done(true)) => Answer::Done,
            Ok(Done(false)) | Err(_) => Answer::Failed,
        }
    }

    /// The server for the next request, which is outstanding from now on: until its answer is here,
    /// no other sign of it is.
    fn choose(&self) -> Option<usize> {
        let View { pick, rng, known, open, .. } = &mut *self.view.borrow_mut();
        if open.is_empty() {
            return None;
        }
        let server = pick.pick(open, known, rng);
        known[server].outstanding += 1;
        Some(server)
    }

    /// Checks all servers, again and again.
    async fn check_all(self: Rc<Self>) {
        loop {
            self.host.sleep(*self.cluster.params.check_every).named("next check").await;
            self.subset.iter().for_each(|server| self.host.spawn(self.clone().check(*server)));
        }
    }

    /// Checks a server once.
    async fn check(self: Rc<Self>, server: usize) {
        let params = &self.cluster.params;
        let answer = self.host.call(self.servers[server], &Check, *params.check_timeout).await;
        let ok = answer.as_ref().is_ok_and(|health| health.ok);
        if !ok {
            self.host.count("failed_checks", 1);
        }
        let now = self.host.monotonic();
        {
            let view = &mut *self.view.borrow_mut();
            view.health[server].checked(ok);
            if let Ok(health) = answer {
                view.known[server].reported = health.load;
                view.in_service[server] = health.in_service;
                view.started[server] = health.age.map(|age| now.saturating_sub(age));
            }
            let started = view.started[server];
            let age = started.map_or(Duration::MAX, |started| now.saturating_sub(started));
            view.known[server].weight =
                slow_start::weight(age, *params.slow_start, params.aggression);
        }
        self.open();
    }

    /// Decides which servers may be chosen.
    fn open(&self) {
        let View { health, in_service, open, .. } = &mut *self.view.borrow_mut();
        let params = &self.cluster.params;
        let is_healthy = |server: usize| health[server].is_healthy(params.check_fails);
        let serving = self.subset.iter().copied().filter(|server| in_service[*server]);
        let servers: Vec<_> = serving.map(|server| (server, is_healthy(server))).collect();
        let next = (self.cluster.openness)(&servers, *params.panic_below);
        if next != *open {
            self.host.gauge("open", next.len() as f64);
            self.host.show("open", || json!(next.len()));
            *open = next;
        }
    }
}
