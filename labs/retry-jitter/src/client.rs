//! Client sessions.
//!
//! `ask` is a read: it may be sent to any replica, twice, and split into leaves. `charge` takes
//! money: it goes to the one server that knows its key. `update` adds one to the shared row,
//! with a read, a write, and on a conflict a wait and another read; it retries because of
//! conflicts and not of failures, so it has the backoff and no budget.

use netsplit_sim::prelude::*;
use tokio::sync::mpsc;

use crate::caller::{Attempt, Caller};
use crate::cluster::Cluster;
use crate::identity::{Identity, Purchase};
use crate::messages::{Answer, Job, Read, RowRead, Write, Written};

/// A client session.
pub(crate) struct Session {
    pub host: Host,
    pub cluster: Rc<Cluster>,
    /// Shared by all sessions of this host: they are one process.
    pub caller: Rc<Caller>,
    pub identity: Rc<dyn Identity>,
    /// How long a user waits.
    pub client_timeout: Duration,
}

impl Client for Session {
    /// The number on the order, by which the bill is checked.
    fn input(&self, request: &Request) -> Value {
        match &*request.op {
            "charge" => request.id.into(),
            _ => Value::Null,
        }
    }

    fn perform(&self, request: Request) -> Performing {
        let until = self.host.monotonic() + self.client_timeout;
        match &*request.op {
            "update" => {
                Box::pin(update(self.host.clone(), self.cluster.clone(), self.client_timeout))
            }
            "charge" => {
                let home = self.replicas(&request, 0)[..1].to_vec();
                let charge = self.leaf(&request, 0, true, home, until);
                Box::pin(async move { reply(charge.await) })
            }
            _ => self.ask(&request, until),
        }
    }
}

impl Session {
    /// Asks all leaves; the worst answer counts.
    fn ask(&self, request: &Request, until: Duration) -> Performing {
        let ask = |leaf| self.leaf(request, leaf, false, self.replicas(request, leaf), until);
        let leaves = self.cluster.params.fan_out;
        if leaves == 1 {
            let asked = ask(0);
            return Box::pin(async move { reply(asked.await) });
        }
        let (done, mut answers) = mpsc::unbounded_channel();
        for asked in (0..leaves).map(ask) {
            let done = done.clone();
            self.host.spawn(async move {
                // When the user has given up, the answer is ignored.
                let _ = done.send(asked.await);
            });
        }
        drop(done);
        Box::pin(async move {
            let mut worst = Answer::Done;
            while let Some(answer) = answers.recv().await {
                worst = worst.max(answer);
            }
            reply(worst)
        })
    }

    fn leaf(
        &self,
        request: &Request,
        leaf: u32,
        charge: bool,
        replicas: Vec<NodeId>,
        until: Duration,
    ) -> impl Future<Output = Answer> + 'static {
        let (caller, cluster, identity) =
            (self.caller.clone(), self.cluster.clone(), self.identity.clone());
        let purchase = Purchase { request: request.id, customer: request.rank };
        let id = request.id;
        let has_key = charge && cluster.params.idempotency_keys;
        async move {
            let job = |attempt: Attempt| Job {
                request: id,
                leaf,
                charge,
                key: has_key.then(|| identity.key(purchase, attempt.number)).flatten(),
                work: cluster.service_times.work(id, leaf, attempt),
                left: None,
            };
            caller.ask(&replicas, job, until).await
        }
    }

    /// The nodes that can do a leaf of the request, in the order in which to ask them.
    fn replicas(&self, request: &Request, leaf: u32) -> Vec<NodeId> {
        let mut replicas = self.cluster.next_hops(&self.host, None, leaf);
        let turn = request.id as usize % replicas.len();
        replicas.rotate_left(turn);
        replicas
    }
}

fn reply(answer: Answer) -> Reply {
    match answer {
        Answer::Done => Reply::ok(Value::Null),
        Answer::Shed => Reply::rejected("the service was full"),
        Answer::Refused => Reply::rejected("the retry budget was spent"),
        Answer::Failed => Reply::failed("the service failed"),
        Answer::Lost => Reply::timed_out("no answer in time"),
    }
}

/// Adds one to the row, under optimistic concurrency; the output is the new value.
async fn update(host: Host, cluster: Rc<Cluster>, timeout: Duration) -> Reply {
    let server = host.nodes("servers")[0];
    let mut backoff = (cluster.policy.backoff)(cluster.policy.bounds);
    for failed in 1.. {
        let Ok(RowRead(row)) = host.call(server, &Read, timeout).await else {
            return Reply::timed_out("no answer to a read");
        };
        let write = Write { version: row.version, value: row.value + 1 };
        host.count("write_calls", 1);
        match host.call(server, &write, timeout).await {
            Ok(Written(true)) => return Reply::ok(write.value),
            Ok(Written(false)) => {}
            Err(_) => return Reply::timed_out("no answer to a write"),
        }
        let wait = backoff.delay(failed, &mut host.rng());
        host.observe("backoff", wait);
        host.sleep(wait).named("back-off").await;
    }
    unreachable!("the client times out before four billion failures")
}
