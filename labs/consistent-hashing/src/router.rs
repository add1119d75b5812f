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
use crate::record;

/// One client host's router.
pub struct Router {
    host: Host,
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
    pub fn start(host: Host, cluster: &Rc<Cluster>) -> Rc<Router> {
        for counter in ["redirects", "spilled"] {
            host.count(counter, 0);
        }
        record::started(&host);
        let router = Rc::new(Router {
            belief: Belief::new(cluster.clone(), &host),
            host,
            arrived: Notify::new(),
            under_way: RefCell::default(),
        });
        follow(&router.host, cluster, router.clone());
        router
    }

    /// Whom to ask for a key, and by which view; `None` when there is nobody.
    pub async fn route_read(self: &Rc<Self>, key: Key) -> Option<Route> {
        let known = self.known_view().await;
        let placement = known.placement();
        let node = placement.place(key.hash(), &self.under_way.borrow());
        record::routed(&self.host, key, &known, node, true);
        let node = node?;
        let spilled = known.owner(key) != Some(node);
        self.host.count("spilled", u64::from(spilled));
        Some(self.go(node, &known.view, spilled))
    }

    /// Whom to write a key through.
    pub async fn route_write(self: &Rc<Self>, key: Key) -> Option<Route> {
        let known = self.known_view().await;
        let owner = known.owner(key);
        record::routed(&self.host, key, &known, owner, false);
        Some(self.go(owner?, &known.view, false))
    }

    fn go(self: &Rc<Self>, node: NodeIndex, view: &View, spilled: bool) -> Route {
        self.under_way.borrow_mut().add(node);
        Route { node, epoch: view.epoch, spilled, router: self.clone() }
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
        if let Some(known) = self.belief.hear(view) {
            record::table(&self.host, &known);
            self.arrived.notify_waiters();
        }
    }
}

impl Drop for Route {
    fn drop(&mut self) {
        self.router.under_way.borrow_mut().remove(self.node);
        record::ended(&self.router.host, self.node);
    }
}
