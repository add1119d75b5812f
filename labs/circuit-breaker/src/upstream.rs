//! A service as one front end sees it: its hosts, those of them that are in the rotation, and the
//! bulkhead before it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use netsplit_sim::{Host, NodeId};
use serde_json::json;

use crate::bulkhead::Bulkhead;
use crate::cluster::Cluster;
use crate::messages::{Job, JobDone, ServiceName};
use crate::outlier::OutlierDetector;
use crate::params::Routing;

/// One of the services that a front end depends on.
pub(crate) struct Upstream {
    host: Host,
    cluster: Rc<Cluster>,
    pub name: Rc<str>,
    hosts: Vec<(NodeId, Rc<str>)>,
    next: Cell<usize>,
    outliers: Option<RefCell<Box<dyn OutlierDetector>>>,
    bulkhead: RefCell<Box<dyn Bulkhead>>,
}

/// A thread's slot in the bulkhead: released when the call has ended, or dropped, when the user
/// has left and the whole request with it.
pub(crate) struct Slot {
    /// `None` once it is released.
    of: Option<Rc<Upstream>>,
}

impl Slot {
    /// The call has ended.
    pub fn leave(mut self) {
        if let Some(upstream) = self.of.take() {
            upstream.bulkhead.borrow_mut().leave();
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(upstream) = self.of.take() {
            upstream.bulkhead.borrow_mut().abandon();
        }
    }
}

impl Upstream {
    /// The service with all its hosts in the rotation.
    pub fn new(host: &Host, name: ServiceName, cluster: &Rc<Cluster>) -> Rc<Upstream> {
        let nodes = host.nodes(name.as_str()).into_iter();
        let hosts: Vec<_> = nodes.map(|node| (node, Rc::from(&*host.name_of(node)))).collect();
        let params = &cluster.params;
        let detector =
            params.ejection_config().map(|config| (cluster.make_detector)(config, hosts.len()));
        let upstream = Rc::new(Upstream {
            host: host.clone(),
            cluster: cluster.clone(),
            name: name.as_str().into(),
            hosts,
            next: Cell::new(0),
            outliers: detector.map(RefCell::new),
            bulkhead: RefCell::new((cluster.make_bulkhead)(params.bulkhead.limit())),
        });
        if upstream.outliers.is_some() {
            host.spawn(upstream.clone().tick());
        }
        upstream
    }

    /// The host to call, by its number: the key's, or the next in the rotation.
    pub fn pick(&self, rank: u64) -> usize {
        let count = self.hosts.len();
        if self.cluster.params.routing == Routing::Key {
            return rank as usize % count;
        }
        let mut in_turn = (0..count).map(|step| (self.next.get() + step) % count);
        let in_rotation = |host: &usize| match &self.outliers {
            Some(outliers) => outliers.borrow().in_rotation(*host),
            None => true,
        };
        // When all are out, the one whose turn it is: better a bad host than none.
        let picked = in_turn.find(in_rotation).unwrap_or(self.next.get());
        self.next.set((picked + 1) % count);
        picked
    }

    /// The name of a host.
    pub fn host_name(&self, host: usize) -> &Rc<str> {
        &self.hosts[host].1
    }

    /// A slot in the bulkhead, if one is free.
    pub fn enter(self: &Rc<Self>) -> Option<Slot> {
        let entered = self.bulkhead.borrow_mut().try_enter();
        if !entered {
            self.host.count("bulkhead_rejections", 1);
        }
        entered.then(|| Slot { of: Some(self.clone()) })
    }

    /// Calls a host once. Returns whether the answer was good.
    pub async fn call(&self, host: usize, job: Job) -> bool {
        self.host.count("calls", 1);
        let began = self.host.monotonic();
        let timeout = *self.cluster.params.call_timeout;
        let answer = self.host.call(self.hosts[host].0, &job, timeout).await;
        let ok = matches!(answer, Ok(JobDone(true)));
        let now = self.host.monotonic();
        self.host.observe("call", now.saturating_sub(began));
        if !ok {
            self.host.count("failed_calls", 1);
        }
        self.record(now, host, ok);
        ok
    }

    fn record(&self, now: Duration, host: usize, ok: bool) {
        let Some(outliers) = &self.outliers else {
            return;
        };
        if outliers.borrow_mut().record(now, host, ok) {
            self.host.count("ejections", 1);
            self.host.record("ejected", json!({ "host": &**self.host_name(host) }));
        }
    }

    /// Brings ejected hosts back when their time is over.
    async fn tick(self: Rc<Self>) {
        loop {
            self.host.sleep(*self.cluster.params.eject_interval).named("ejection").await;
            let now = self.host.monotonic();
            let tick =
                |outliers: &RefCell<Box<dyn OutlierDetector>>| outliers.borrow_mut().tick(now);
            for host in self.outliers.iter().flat_map(tick) {
                self.host.record("returned", json!({ "host": &**self.host_name(host) }));
            }
        }
    }
}
