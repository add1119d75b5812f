//! Client sessions: each finds the leader, and retries until it is answered.
//!
//! A session remembers the server that answered last. A server that does not lead names the
//! leader if it knows one; a server that does not answer within `attempt_timeout` may be down,
//! and the client tries the next. The timeout doubles each time, or retries would overload a
//! server that is merely slow. A write can be retried safely because every attempt carries the
//! session and the number of the operation. An operation ends with an answer, or when the
//! client's own timeout has passed.
//!
//! Left out: the thesis has a session opened by a command of its own (6.3); here any number
//! that no other session has will do.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::time::Duration;

use netsplit_sim::{Client, Host, NodeId, Performing, Reply, Request as LoadRequest};
use rand::Rng;
use serde_json::Value;

use crate::cluster::Cluster;
use crate::kv::{Attempt, Datum, Key, Operation};
use crate::messages::{Request, Response};

/// The operation that reads a key.
pub const GET: &str = "get";
/// The operation that writes a key.
pub const PUT: &str = "put";
/// The operation that appends an element to a key's list.
pub const APPEND: &str = "append";

/// The pause before the next attempt when the server knows no leader.
const NO_LEADER_DELAY: Duration = Duration::from_millis(10);

/// A session.
pub(crate) struct KvClient(Rc<Session>);

struct Session {
    host: Host,
    cluster: Rc<Cluster>,
    servers: Rc<[NodeId]>,
    /// The last known leader.
    leader: Cell<Option<NodeId>>,
    number: OnceCell<u64>,
    operations: Cell<u64>,
}

impl KvClient {
    /// A session on a client host.
    pub fn new(host: Host, cluster: Rc<Cluster>) -> KvClient {
        let servers = Cluster::hosts(&host);
        KvClient(Rc::new(Session {
            host,
            cluster,
            servers,
            leader: Cell::new(None),
            number: OnceCell::new(),
            operations: Cell::new(0),
        }))
    }
}

impl Client for KvClient {
    fn input(&self, asked: &LoadRequest) -> Value {
        match &*asked.op {
            GET => Value::Null,
            _ => asked.unique_value().into(),
        }
    }

    fn perform(&self, asked: LoadRequest) -> Performing {
        let session = self.0.clone();
        Box::pin(async move { session.perform(&asked).await })
    }
}

impl Session {
    async fn perform(&self, asked: &LoadRequest) -> Reply {
        let (key, value) = (Key(asked.rank), asked.unique_value());
        let operation = match &*asked.op {
            GET => Operation::Get(key),
            PUT => Operation::Put(key, value),
            _ => Operation::Append(key, value),
        };
        self.operations.set(self.operations.get() + 1);
        let attempt = Attempt {
            // Any number would do that no other session has; a real client would draw one.
            session: *self.number.get_or_init(|| asked.id),
            number: self.operations.get(),
        };
        let answer = self.call_until_answered(Request { operation, attempt }).await;
        match operation {
            Operation::Get(_) => Reply::ok(to_json(answer)),
            _ => Reply::ok(Value::Null),
        }
    }

    async fn call_until_answered(&self, request: Request) -> Datum {
        let mut timeout = *self.cluster.params.attempt_timeout;
        loop {
            let server = self.leader.get().unwrap_or_else(|| self.any_server());
            self.host.count("attempts", 1);
            match self.host.call(server, &request, timeout).await {
                Ok(Response::Done(answer)) => {
                    self.leader.set(Some(server));
                    return answer;
                }
                Ok(Response::AskAgain(Some(leader))) => {
                    self.leader.set(Some(self.servers[leader.0 as usize]));
                }
                Ok(Response::AskAgain(None)) => {
                    self.leader.set(None);
                    self.host.sleep(NO_LEADER_DELAY).named("no leader yet").await;
                }
                Err(_) => {
                    self.leader.set(Some(self.next_after(server)));
                    timeout *= 2;
                }
            }
        }
    }

    fn next_after(&self, server: NodeId) -> NodeId {
        let place = self.servers.iter().position(|known| *known == server);
        self.servers[(place.unwrap_or(0) + 1) % self.servers.len()]
    }

    fn any_server(&self) -> NodeId {
        let draw = self.host.rng().next_u64();
        self.servers[(draw % self.servers.len() as u64) as usize]
    }
}

fn to_json(datum: Datum) -> Value {
    match datum {
        Datum::Absent => Value::Null,
        Datum::One(value) => value.into(),
        Datum::Many(list) => list.into(),
    }
}
