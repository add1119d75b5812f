//! A client host's idea of the cluster, which all its sessions share: the view, and how many
//! requests it has under way at which node.

use std::cell::RefCell;
use std::rc::Rc;

use netsplit_sim::Host;
use tokio::sync::Notify;

use crate::belief::{Belief, Known};
use crate::cache::Key;
use crate::cluster::Cluster;
use crate::directory::{Follower, follow};
use crate::placement::{Epoch, Loads, NodeIndex, View};

/// One client host's router.
pub struct Router {
    host: Host,
    cluster: Rc<Cluster>,
    belief: Belief,
    arrived: Notify,
    under_way: RefCell<Loads>,
}

/// Where a request goes. It counts as under way there until this is dropped.
pub struct Route {
    /// The node.
    pub node: NodeIndex,
    /// The view by which it was chosen.
    pub epoch: Epoch,
    /// Whether it is not the owner.
    pub spilled: bool,
    router: Rc<Router>,
}

impl Router {
    /// Starts following the directory.
    pub fn start(host: Host, cluster: Rc<Cluster>) -> Rc<Router> {
        for counter in ["redirects", "spilled", "over_bound"] {
            host.count(counter, 0);
        }
        let router = Rc::new(Router {
            host,
            belief: Belief::new(cluster.clone()),
            cluster,
            arrived: Notify::new(),
            under_way: RefCell::default(),
        });
        follow(&router.host, &router.cluster, router.clone());
        router
    }

    /// Whom to ask for a key, and by which view; `None` when there is nobody.
    pub async fn route_read(self: &Rc<Self>, key: Key) -> Option<Route> {
        let known = self.known_view().await;
        let placement = known.placement();
        let node = placement.place(key.hash(), &self.under_way.borrow())?;
        let spilled = known.owner(key) != Some(node);
        self.host.count("spilled", u64::from(spilled));
        Some(self.go(node, &known.view, spilled))
    }

    /// Whom to write a key through.
    pub async fn route_write(self: &Rc<Self>, key: Key) -> Option<Route> {
        let known = self.known_view().await;
        let owner = known.owner(key)?;
        Some(self.go(owner, &known.view, false))
    }

    fn go(self: &Rc<Self>, node: NodeIndex, view: &View, spilled: bool) -> Route {
        let mut loads = self.under_way.borrow_mut();
        loads.add(node);
        let is_over = loads.of(node) > self.bound(node, view, loads.total());
        self.host.count("over_bound", u64::from(is_over));
        Route {
            node,
            epoch: view.epoch,
            spilled,
            router: self.clone(),
        }
    }

    /// The most that a node may have by the law of bounded loads, computed apart from the
    /// placement that should keep to it.
    fn bound(&self, node: NodeIndex, view: &View, total: u64) -> u64 {
        let weight = f64::from(view.weight_of(node).unwrap_or(0));
        let fair = total as f64 * weight / view.weight() as f64;
        ((1.0 + *self.cluster.params.epsilon) * fair).ceil() as u64
    }

    async fn known_view(&self) -> Rc<Known> {
        loop {
            let arrived = self.arrived.notified();
            if let Some(known) = self.belief.get() {
                return known;
            }
            arrived.await;
        }
    }
}

impl Follower for Router {
    fn known(&self) -> Epoch {
        self.belief.epoch()
    }

    fn adopt(self: Rc<Self>, view: View) {
        if self.belief.hear(view).is_some() {
            self.arrived.notify_waiters();
        }
    }
}

impl Drop for Route {
    fn drop(&mut self) {
        self.router.under_way.borrow_mut().remove(self.node);
    }
}
