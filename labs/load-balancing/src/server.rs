//! A server: a queue and its workers.

use std::cell::{Cell, RefCell};

use netsplit_sim::prelude::*;

use crate::cluster::Cluster;
use crate::messages::{Check, Done, Health, Job, Serve, Usage, Used};
use crate::slow_start::coldness;

struct Server {
    host: Host,
    cluster: Rc<Cluster>,
    in_service: Cell<bool>,
    /// When it was put into service; `None` if with the run, as a server that has long been warm.
    started: Cell<Option<Duration>>,
    /// The number of orders so far: a start is over when another order has come.
    orders: Cell<u32>,
    busy: RefCell<Busy>,
}

/// How long workers have been busy.
#[derive(Default)]
struct Busy {
    total: Duration,
    /// The number of busy workers since then.
    running: u32,
    since: Duration,
}

/// Runs a server until it crashes.
pub(crate) async fn run(host: Host, cluster: Rc<Cluster>) {
    ["jobs", "failures"].iter().for_each(|counter| host.count(counter, 0));
    let started = Some(host.monotonic()).filter(|now| !now.is_zero());
    let in_service = cluster.ordered.borrow()[Cluster::number(&host)];
    let server = Rc::new(Server {
        host: host.clone(),
        cluster,
        in_service: in_service.into(),
        started: started.into(),
        orders: Cell::default(),
        busy: RefCell::default(),
    });
    host.spawn(server.clone().obey());
    let (checked, asked) = (server.clone(), server.clone());
    host.spawn(async move {
        let host = checked.host.clone();
        host.serve(|_, Check| checked.clone().check()).await;
    });
    host.spawn(async move {
        let host = asked.host.clone();
        host.serve(|_, Usage| std::future::ready(asked.used())).await;
    });
    host.serve(|_, Job { work }| server.clone().serve(work)).await;
}

impl Server {
    async fn serve(self: Rc<Self>, work: Duration) -> Done {
        self.host.count("jobs", 1);
        if !self.log() {
            self.host.count("failures", 1);
            return Done(false);
        }
        let arrived = self.host.monotonic();
        let params = &self.cluster.params;
        let work = match self.age() {
            Some(age) => work.mul_f64(coldness(age, *params.cold_for, params.cold_factor)),
            None => work,
        };
        self.work(work).await;
        let sojourn = self.host.monotonic().saturating_sub(arrived);
        self.host.observe("wait", sojourn.saturating_sub(work));
        Done(true)
    }

    async fn check(self: Rc<Self>) -> Health {
        let mut ok = true;
        if self.cluster.params.deep_checks {
            ok = self.log();
            self.work(*self.cluster.params.check_work).await;
        }
        let load = (self.host.queued_work() + self.host.running_work()) as u32;
        Health { in_service: self.in_service.get(), ok, load, age: self.age() }
    }

    /// Writes a line to the log, if there is one. `false` if the disk refuses it.
    fn log(&self) -> bool {
        !self.cluster.params.log_requests || self.host.disk().write("log", b"a request").is_ok()
    }

    /// Occupies a worker.
    async fn work(&self, amount: Duration) {
        let work = self.host.work(amount);
        self.note_busy();
        work.await;
        self.note_busy();
    }

    /// Notes how long workers have been busy until now. Called whenever their number may change.
    fn note_busy(&self) {
        let now = self.host.monotonic();
        let busy = &mut *self.busy.borrow_mut();
        busy.total += now.saturating_sub(busy.since) * busy.running;
        busy.running = self.host.running_work() as u32;
        busy.since = now;
    }

    fn used(&self) -> Used {
        self.note_busy();
        Used { in_service: self.in_service.get(), busy: self.busy.borrow().total }
    }

    /// Takes orders to start and to stop.
    async fn obey(self: Rc<Self>) {
        let mut inbox = self.host.inbox::<Serve>();
        loop {
            let (_, Serve(start)) = inbox.recv().await;
            self.orders.set(self.orders.get() + 1);
            if start {
                self.host.spawn(self.clone().start());
            } else {
                self.in_service.set(false);
            }
        }
    }

    async fn start(self: Rc<Self>) {
        let order = self.orders.get();
        self.host.sleep(*self.cluster.params.start_time).named("starting").await;
        if self.orders.get() == order {
            self.started.set(Some(self.host.monotonic()));
            self.in_service.set(true);
        }
    }

    /// How long it has been in service; `None` if since the run began.
    fn age(&self) -> Option<Duration> {
        self.started.get().map(|started| self.host.monotonic().saturating_sub(started))
    }
}
