//! A client session: it reads and writes through a coordinator, its own or a node's.
//!
//! The operation `write-then-read` asks the question of the PBS paper (Bailis et al., VLDB
//! 2012): how likely is a read that starts t after a write was acknowledged to see it? It
//! writes, then sends one read per delay of `read_after`, and answers which of them saw the
//! write, or something newer. Their durations go into the distributions `write` and `read`.
//!
//! Left out: a client contacts a random node for each request, and does not remember which of
//! them were silent; real drivers do, and lose fewer requests to a node that is down. Nor does a
//! session send along the newest version that it has read, which would keep it from reading an
//! older one (Terry et al., "Session guarantees", 1994).

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use netsplit_sim::{CallError, Client, Host, NodeId, Performing, Reply, Request};
use rand::Rng;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::clock::HybridClock;
use crate::cluster::Cluster;
use crate::coordinator::Coordinator;
use crate::messages::{Get, GetReply, Put, PutReply, ReadError, WriteError};
use crate::params::{Place, Show};
use crate::ring::Key;
use crate::siblings::{Datum, Siblings, Versioned};
use crate::versions::{Actor, Writer};

/// The operation that reads a key.
pub const GET: &str = "get";
/// The operation that writes a key.
pub const PUT: &str = "put";
/// The operation that writes a key, and reads it some time later.
pub const PROBE: &str = "write-then-read";

/// A session.
pub struct KvClient {
    session: Rc<Session>,
}

struct Session {
    host: Host,
    cluster: Rc<Cluster>,
    actor: OnceCell<Actor>,
    writes: Cell<u64>,
    route: Route,
}

/// How requests reach a coordinator.
enum Route {
    /// One of these nodes, drawn at random.
    Nodes(Vec<NodeId>),
    /// The client is its own.
    Own(Coordinator),
}

/// Why a request failed.
enum Failure {
    /// No read quorum.
    Read(ReadError),
    /// No write quorum, or no read quorum before it.
    Write(WriteError),
    /// No answer from the coordinator.
    Call(CallError),
}

impl KvClient {
    /// A session on a client host.
    pub fn new(host: Host, cluster: Rc<Cluster>) -> KvClient {
        let route = match cluster.params.coordinator {
            Place::Client => {
                let clock = Rc::new(RefCell::new(HybridClock::default()));
                Route::Own(Coordinator::new(host.clone(), cluster.clone(), clock))
            }
            Place::Node => Route::Nodes(near(&host)),
        };
        let session =
            Session { host, cluster, actor: OnceCell::new(), writes: Cell::new(0), route };
        KvClient { session: Rc::new(session) }
    }
}

/// The nodes of this host's region; all nodes where the region has none.
fn near(host: &Host) -> Vec<NodeId> {
    let all = Cluster::members(host);
    let here = host.region_of(host.id());
    let in_region = |node: &&NodeId| here.is_some() && host.region_of(**node) == here;
    let near: Vec<_> = all.iter().filter(in_region).copied().collect();
    if near.is_empty() { all.to_vec() } else { near }
}

impl Client for KvClient {
    fn input(&self, request: &Request) -> Value {
        match &*request.op {
            GET => Value::Null,
            _ => request.unique_value().into(),
        }
    }

    fn perform(&self, request: Request) -> Performing {
        let session = self.session.clone();
        Box::pin(async move {
            match &*request.op {
                GET => session.perform_get(&request).await,
                PUT => session.perform_put(&request).await,
                _ => session.perform_probe(&request).await,
            }
        })
    }
}

impl Session {
    async fn perform_get(&self, request: &Request) -> Reply {
        match self.get(Key(request.rank)).await {
            Ok(found) => {
                self.host.count("siblings", u64::from(found.len() > 1));
                Reply::ok(self.show(&found))
            }
            Err(failure) => failure.into(),
        }
    }

    /// The answer that the application gets.
    fn show(&self, found: &Siblings) -> Value {
        let value = |versioned: &Versioned| Value::from(versioned.datum.0);
        if self.cluster.params.siblings == Show::List && found.len() > 1 {
            return found.iter().map(value).collect();
        }
        found.newest().map_or(Value::Null, value)
    }

    async fn perform_put(&self, request: &Request) -> Reply {
        match self.put(request).await {
            Ok(_) => Reply::ok(Value::Null),
            Err(failure) => failure.into(),
        }
    }

    async fn perform_probe(self: &Rc<Self>, request: &Request) -> Reply {
        let start = self.host.monotonic();
        let written = match self.put(request).await {
            Ok(versioned) => Siblings::from(versioned),
            Err(failure) => return failure.into(),
        };
        self.host.observe("write", self.host.monotonic().saturating_sub(start));
        let delays = self.cluster.params.read_after.delays();
        let (sender, mut answers) = mpsc::unbounded_channel();
        for (index, delay) in delays.iter().enumerate() {
            let (session, sender) = (self.clone(), sender.clone());
            let (key, delay, written) = (Key(request.rank), **delay, written.clone());
            self.host.spawn(async move {
                let seen = session.sees(key, delay, &written).await;
                // The receiver is gone once the client has timed out.
                let _ = sender.send((index, seen));
            });
        }
        drop(sender);
        let mut seen = vec![Value::Null; delays.len()];
        while let Some((index, answer)) = answers.recv().await {
            seen[index] = answer.map_or(Value::Null, Value::from);
        }
        Reply::ok(seen)
    }

    /// Whether a read that starts after `delay` sees a write; `None` when it fails.
    async fn sees(&self, key: Key, delay: Duration, written: &Siblings) -> Option<bool> {
        if !delay.is_zero() {
            self.host.sleep(delay).named("read delay").await;
        }
        let start = self.host.monotonic();
        let found = self.get(key).await.ok()?;
        self.host.observe("read", self.host.monotonic().saturating_sub(start));
        Some(self.cluster.versions.covers(&found, written))
    }

    async fn get(&self, key: Key) -> Result<Siblings, Failure> {
        match &self.route {
            Route::Own(coordinator) => coordinator.get(key).await.map_err(Failure::Read),
            Route::Nodes(near) => {
                let call = self.host.call(self.any_of(near), &Get(key), self.call_timeout());
                let GetReply(result) = call.await.map_err(Failure::Call)?;
                result.map_err(Failure::Read)
            }
        }
    }

    async fn put(&self, request: &Request) -> Result<Versioned, Failure> {
        let (key, datum) = (Key(request.rank), Datum(request.unique_value()));
        // The id of the first write is unique among sessions; a real client would draw a number.
        let actor = *self.actor.get_or_init(|| Actor(request.id));
        self.writes.set(self.writes.get() + 1);
        let writer = Writer { actor, count: self.writes.get() };
        match &self.route {
            Route::Own(coordinator) => {
                coordinator.put(key, datum, writer).await.map_err(Failure::Write)
            }
            Route::Nodes(near) => {
                let put = Put(key, datum, writer);
                let call = self.host.call(self.any_of(near), &put, self.call_timeout());
                let PutReply(result) = call.await.map_err(Failure::Call)?;
                result.map_err(Failure::Write)
            }
        }
    }

    fn any_of(&self, nodes: &[NodeId]) -> NodeId {
        nodes[(self.host.rng().next_u64() % nodes.len() as u64) as usize]
    }

    /// A coordinator waits for at most two rounds of answers, each up to `timeout`.
    fn call_timeout(&self) -> Duration {
        3 * *self.cluster.params.timeout
    }
}

impl From<Failure> for Reply {
    fn from(failure: Failure) -> Reply {
        match failure {
            Failure::Read(ReadError) => Reply::failed("no read quorum"),
            Failure::Write(WriteError::NotBegun) => {
                Reply::failed("no read quorum: nothing was written")
            }
            Failure::Write(WriteError::Unconfirmed) => Reply::unknown("no write quorum"),
            Failure::Call(error) => Reply::timed_out(error.to_string()),
        }
    }
}
