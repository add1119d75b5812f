//! A client session: it finds the leader, and asks again until it is answered.
//!
//! It remembers who answered last. A server that does not lead names the leader if it knows
//! one; a server that says nothing for `attempt_timeout` may be down, and the client turns to
//! the next. It waits twice as long each time, or a server that is merely slow would drown in
//! repetitions. It can safely repeat a write because every attempt carries the session and the
//! number of the operation. It ends only with an answer, or when its user gives up.
//!
//! Left out: the thesis has a session opened by a command of its own (6.3); here any number
//! that no other session has will do.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::time::Duration;

use netsplit_sim::{Client, Host, NodeId, Performing, Reply, Request as Asked};
use rand::Rng;
use serde_json::Value;

use crate::cluster::Cluster;
use crate::kv::{Attempt, Datum, Key, Operation};
use crate::messages::{Request, Response};

/// The operation that reads a key.
pub const GET: &str = "get";
/// The operation that writes a key.
pub const PUT: &str = "put";
/// The operation that adds an element to a key's list.
pub const APPEND: &str = "append";

/// How long a client waits when nobody it asked knows a leader.
const NOBODY_LEADS: Duration = Duration::from_millis(10);

/// A session.
pub struct KvClient(Rc<Session>);

struct Session {
    host: Host,
    cluster: Rc<Cluster>,
    servers: Rc<[NodeId]>,
    /// Who led when last heard of.
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
    fn input(&self, asked: &Asked) -> Value {
        match &*asked.op {
            GET => Value::Null,
            _ => asked.unique_value().into(),
        }
    }

    fn perform(&self, asked: Asked) -> Performing {
        let session = self.0.clone();
        Box::pin(async move { session.perform(&asked).await })
    }
}

impl Session {
    async fn perform(&self, asked: &Asked) -> Reply {
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
        let answer = self.ask_until_answered(Request { operation, attempt }).await;
        match operation {
            Operation::Get(_) => Reply::ok(shown(answer)),
            _ => Reply::ok(Value::Null),
        }
    }

    async fn ask_until_answered(&self, request: Request) -> Datum {
        let mut patience = *self.cluster.params.attempt_timeout;
        loop {
            let server = self.leader.get().unwrap_or_else(|| self.any_server());
            self.host.count("attempts", 1);
            match self.host.call(server, &request, patience).await {
                Ok(Response::Done(answer)) => {
                    self.leader.set(Some(server));
                    return answer;
                }
                Ok(Response::AskAgain(Some(leader))) => {
                    self.leader.set(Some(self.servers[leader.0 as usize]));
                }
                Ok(Response::AskAgain(None)) => {
                    self.leader.set(None);
                    self.host.sleep(NOBODY_LEADS).await;
                }
                Err(_) => {
                    self.leader.set(Some(self.next_after(server)));
                    patience *= 2;
                }
            }
        }
    }

    fn next_after(&self, silent: NodeId) -> NodeId {
        let place = self.servers.iter().position(|server| *server == silent);
        self.servers[(place.unwrap_or(0) + 1) % self.servers.len()]
    }

    fn any_server(&self) -> NodeId {
        let draw = self.host.rng().next_u64();
        self.servers[(draw % self.servers.len() as u64) as usize]
    }
}

fn shown(datum: Datum) -> Value {
    match datum {
        Datum::Absent => Value::Null,
        Datum::One(value) => value.into(),
        Datum::Many(list) => list.into(),
    }
}
