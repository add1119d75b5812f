//! A client session: it asks the node that its host's [`Router`] names.
//!
//! A node that knows better answers with a newer view, and the session asks again by that.
//! Nothing else is tried twice: a request to a node that is down fails, until the directory
//! has struck the node out and the router has heard of it.

use std::rc::Rc;

use netsplit_sim::{Client, Host, Performing, Reply, Request};
use serde_json::Value;

use crate::cache::Key;
use crate::cluster::Cluster;
use crate::directory::Follower;
use crate::messages::{Get, Got, Put, PutDone};
use crate::router::Router;

/// The operation that reads a key.
pub const GET: &str = "get";
/// The operation that writes a key.
pub const PUT: &str = "put";

/// How often a session follows a redirection: views that change faster than that are not worth
/// chasing.
const HOPS: usize = 4;

/// A session.
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
        for _ in 0..HOPS {
            let Some(route) = self.router.route_read(key).await else {
                return Reply::failed("nobody owns this key");
            };
            let (epoch, spilled) = (route.epoch, route.spilled);
            let address = Cluster::address(&self.host, route.node);
            let get = Get { key, epoch, spilled };
            match self.host.call(address, &get, *self.cluster.params.timeout).await {
                Ok(Got::Value(value)) => return Reply::ok(value),
                Ok(Got::Elsewhere(view)) => self.redirected(view),
                Ok(Got::Overloaded) => return Reply::rejected("the store is overloaded"),
                Ok(Got::Silence) => return Reply::failed("the store did not answer"),
                Err(_) => return Reply::failed("the cache node did not answer"),
            }
        }
        Reply::failed("sent from node to node")
    }

    async fn put(&self, key: Key, value: u64) -> Reply {
        for _ in 0..HOPS {
            let Some(route) = self.router.route_write(key).await else {
                return Reply::failed("nobody owns this key");
            };
            let address = Cluster::address(&self.host, route.node);
            let epoch = route.epoch;
            let put = Put { key, value, epoch };
            match self.host.call(address, &put, *self.cluster.params.timeout).await {
                Ok(PutDone::Done) => return Reply::ok(Value::Null),
                Ok(PutDone::Elsewhere(view)) => self.redirected(view),
                Ok(PutDone::Overloaded) => return Reply::rejected("the store is overloaded"),
                Ok(PutDone::Silence) => return Reply::unknown("the store did not answer"),
                Err(_) => return Reply::unknown("the cache node did not answer"),
            }
        }
        Reply::failed("sent from node to node")
    }

    fn redirected(&self, view: crate::placement::View) {
        self.host.count("redirects", 1);
        self.router.clone().adopt(view);
    }
}
