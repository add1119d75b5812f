//! Client sessions, and the [`Router`] that the sessions of a host share.
//!
//! A router knows a view, and the number of requests that it has in flight at each node. A session
//! sends a request to the node that the router names. A node that knows better answers with a newer
//! view, and the session asks again by that. Nothing else is retried: a request to a node that is
//! down fails, until the directory has removed the node and the router has heard of it.

use std::cell::RefCell;
use std::rc::Rc;

use netsplit_sim::{Client, Host, Performing, Reply, Request};
use serde_json::Value;
use tokio::sync::Notify;

use crate::cache::Key;
use crate::cluster::Cluster;
use crate::messages::{Get, Got, Put, PutDone};
use crate::placement::{Epoch, Loads, NodeIndex, View};
use crate::record;
use crate::view::{Follower, NewestView, PlacedView, follow};

/// The operation that reads a key.
pub const GET: &str = "get";
/// The operation that writes a key.
pub const PUT: &str = "put";

/// The most nodes that a session asks for one request. Views that change faster than that are not
/// worth following.
const MAX_HOPS: usize = 4;

/// The router of one client host.
pub struct Router {
    host: Host,
    view: NewestView,
    view_arrived: Notify,
    in_flight: RefCell<Loads>,
}

/// The node that a request goes to. The request counts as in flight until this is dropped.
pub struct Route {
    node: NodeIndex,
    /// The epoch of the view by which the node was chosen.
    epoch: Epoch,
    /// Whether the node stands in for an owner that is full.
    spilled: bool,
    router: Rc<Router>,
}

impl Router {
    /// Starts a router that follows the directory.
    pub fn start(host: Host, cluster: &Rc<Cluster>) -> Rc<Router> {
        for counter in ["redirects", "spilled"] {
            host.count(counter, 0);
        }
        record::started(&host);
        let router = Rc::new(Router {
            view: NewestView::new(cluster.clone(), &host),
            host,
            view_arrived: Notify::new(),
            in_flight: RefCell::default(),
        });
        follow(&router.host, cluster, router.clone());
        router
    }

    /// Chooses the node for a read, which may be another than the owner; `None` when the key has
    /// no owner. Waits for the first view.
    async fn route_read(self: &Rc<Self>, key: Key) -> Option<Route> {
        let placed = self.first_view().await;
        let node = placed.placement().place(key.hash(), &self.in_flight.borrow());
        record::routed(&self.host, key, &placed, node, true);
        let node = node?;
        let spilled = placed.owner(key) != Some(node);
        self.host.count("spilled", u64::from(spilled));
        Some(self.route(node, &placed.view, spilled))
    }

    /// Chooses the node for a write: the owner, whatever its load, because a second node that
    /// accepted writes would make the first one's entry stale.
    async fn route_write(self: &Rc<Self>, key: Key) -> Option<Route> {
        let placed = self.first_view().await;
        let owner = placed.owner(key);
        record::routed(&self.host, key, &placed, owner, false);
        Some(self.route(owner?, &placed.view, false))
    }

    fn route(self: &Rc<Self>, node: NodeIndex, view: &View, spilled: bool) -> Route {
        self.in_flight.borrow_mut().add(node);
        Route { node, epoch: view.epoch, spilled, router: self.clone() }
    }

    async fn first_view(&self) -> Rc<PlacedView> {
        loop {
            let arrived = self.view_arrived.notified();
            if let Some(placed) = self.view.get() {
                return placed;
            }
            arrived.await;
        }
    }
}

impl Follower for Router {
    fn epoch(&self) -> Epoch {
        self.view.epoch()
    }

    fn on_view(self: Rc<Self>, view: View) {
        if let Some(placed) = self.view.adopt(view) {
            record::table(&self.host, &placed);
            self.view_arrived.notify_waiters();
        }
    }
}

impl Drop for Route {
    fn drop(&mut self) {
        self.router.in_flight.borrow_mut().remove(self.node);
        record::ended(&self.router.host, self.node);
    }
}

/// A client session.
pub struct CacheClient {
    session: Rc<Session>,
}

struct Session {
    host: Host,
    cluster: Rc<Cluster>,
    router: Rc<Router>,
}

impl CacheClient {
    /// A session on a client host with this router.
    pub fn new(host: Host, cluster: Rc<Cluster>, router: Rc<Router>) -> CacheClient {
        let session = Rc::new(Session { host, cluster, router });
        CacheClient { session }
    }
}

impl Client for CacheClient {
    fn input(&self, request: &Request) -> Value {
        match &*request.op {
            GET => Value::Null,
            _ => request.unique_value().into(),
        }
    }

    fn perform(&self, request: Request) -> Performing {
        let (session, key) = (self.session.clone(), Key(request.rank));
        Box::pin(async move {
            match &*request.op {
                GET => session.get(key).await,
                _ => session.put(key, request.unique_value()).await,
            }
        })
    }
}

impl Session {
    async fn get(&self, key: Key) -> Reply {
        for _ in 0..MAX_HOPS {
            let Some(route) = self.router.route_read(key).await else {
                return Reply::failed("the key has no owner");
            };
            let (epoch, spilled) = (route.epoch, route.spilled);
            let address = Cluster::address(&self.host, route.node);
            let get = Get { key, epoch, spilled };
            match self.host.call(address, &get, *self.cluster.params.timeout).await {
                Ok(Got::Value(value)) => return Reply::ok(value),
                Ok(Got::Redirect(view)) => self.redirected(view),
                Ok(Got::Overloaded) => return Reply::rejected("the store is overloaded"),
                Ok(Got::StoreTimeout) => return Reply::failed("the store did not answer"),
                Err(_) => return Reply::failed("the cache node did not answer"),
            }
        }
        Reply::failed("too many redirects")
    }

    async fn put(&self, key: Key, value: u64) -> Reply {
        for _ in 0..MAX_HOPS {
            let Some(route) = self.router.route_write(key).await else {
                return Reply::failed("the key has no owner");
            };
            let address = Cluster::address(&self.host, route.node);
            let epoch = route.epoch;
            let put = Put { key, value, epoch };
            match self.host.call(address, &put, *self.cluster.params.timeout).await {
                Ok(PutDone::Done) => return Reply::ok(Value::Null),
                Ok(PutDone::Redirect(view)) => self.redirected(view),
                Ok(PutDone::Overloaded) => return Reply::rejected("the store is overloaded"),
                Ok(PutDone::StoreTimeout) => return Reply::unknown("the store did not answer"),
                Err(_) => return Reply::unknown("the cache node did not answer"),
            }
        }
        Reply::failed("too many redirects")
    }

    fn redirected(&self, view: View) {
        self.host.count("redirects", 1);
        self.router.clone().on_view(view);
    }
}
