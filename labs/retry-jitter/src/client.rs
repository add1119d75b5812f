//! A client session, and what users want of it.
//!
//! `ask` is a read: it may be sent to any replica, twice, and split into leaves. `charge` takes
//! money: it goes to the one server that knows its key. `update` adds one to the shared row,
//! with a read, a write, and on a conflict a wait and another read; its retries answer
//! conflicts and no failures, so they have the backoff and no budget.

use std::rc::Rc;
use std::time::Duration;

use netsplit_sim::{Client, Host, NodeId, Performing, Reply, Request};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::caller::{Caller, Copy};
use crate::config::Config;
use crate::identity::Purchase;
use crate::messages::{Answer, Job, Read, RowRead, Write, Written};
use crate::sizes::Sizes;

/// A client session.
pub(crate) struct Session {
    pub host: Host,
    pub config: Rc<Config>,
    /// Shared by all sessions of this host: they are one process.
    pub caller: Rc<Caller>,
    pub sizes: Rc<Sizes>,
    /// How long a user waits.
    pub patience: Duration,
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
        let until = self.host.monotonic() + self.patience;
        match &*request.op {
            "update" => Box::pin(update(self.host.clone(), self.config.clone(), self.patience)),
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
        let leaves = self.config.params.fan_out;
        if leaves == 1 {
            let asked = ask(0);
            return Box::pin(async move { reply(asked.await) });
        }
        let (done, mut answers) = mpsc::unbounded_channel();
        for asked in (0..leaves).map(ask) {
            let done = done.clone();
            self.host.spawn(async move {
                // When the user has left, nobody listens.
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
        let (caller, config, sizes) =
            (self.caller.clone(), self.config.clone(), self.sizes.clone());
        let purchase = Purchase { request: request.id, customer: request.rank };
        let id = request.id;
        async move {
            let job = |copy: Copy| Job {
                request: id,
                leaf,
                charge,
                key: charge.then(|| config.identity.key(purchase, copy.number)).flatten(),
                work: sizes.work(id, leaf, copy),
                left: None,
            };
            caller.ask(&replicas, job, until).await
        }
    }

    /// Who can do a leaf of the request, in the order in which to ask.
    fn replicas(&self, request: &Request, leaf: u32) -> Vec<NodeId> {
        let mut replicas = self.config.next_hops(&self.host, None, leaf);
        let turn = request.id as usize % replicas.len();
        replicas.rotate_left(turn);
        replicas
    }
}

fn reply(answer: Answer) -> Reply {
    match answer {
        Answer::Done => Reply::ok(Value::Null),
        Answer::Shed => Reply::rejected("the service was full"),
        Answer::Refused => Reply::rejected("the budget for tries was spent"),
        Answer::Failed => Reply::failed("the service failed"),
        Answer::Lost => Reply::timed_out("no answer in time"),
    }
}

/// Adds one to the row, under optimistic concurrency; the output is the new value.
async fn update(host: Host, config: Rc<Config>, patience: Duration) -> Reply {
    let server = host.nodes("servers")[0];
    let mut backoff = (config.rules.strategy)(config.rules.bounds);
    for failed in 1.. {
        let Ok(RowRead(row)) = host.call(server, &Read, patience).await else {
            return Reply::timed_out("no answer to a read");
        };
        let write = Write { version: row.version, value: row.value + 1 };
        host.count("write_calls", 1);
        match host.call(server, &write, patience).await {
            Ok(Written(true)) => return Reply::ok(write.value),
            Ok(Written(false)) => {}
            Err(_) => return Reply::timed_out("no answer to a write"),
        }
        let wait = backoff.delay(failed, &mut host.rng());
        host.observe("backoff", wait);
        host.sleep(wait).await;
    }
    unreachable!("nobody counts that far")
}
