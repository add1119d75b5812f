//! Nodes: servers, which do the work, and proxies, which ask the next node.
//!
//! Servers and proxies are alike up to the last step. A job takes a slot of the node's
//! [`Admission`], waiting for one if necessary; a server then occupies a worker for as long as
//! the work takes, while a proxy occupies its slot for as long as the next node takes to answer,
//! which is how slowness travels upstream.
//!
//! A proxy has a [`Caller`] of its own. Its tries come on top of its clients' tries, and with
//! k tries at each of n layers a failing server is asked k^n times per request (*Site
//! Reliability Engineering*, chapter 22, "Retries").

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::ready;
use std::rc::Rc;
use std::time::Duration;

use netsplit_sim::Host;
use netsplit_sim::random::unit;
use tokio::sync::oneshot;

use crate::admission::{Admission, Arrival, Ticket};
use crate::caller::Caller;
use crate::cluster::Cluster;
use crate::identity::Identity;
use crate::messages::{Answer, Job, Read, RowRead, Write, Written};
use crate::optimistic_row::Row;

/// One node while it is up.
pub(crate) struct Node {
    host: Host,
    cluster: Rc<Cluster>,
    /// A proxy's calls to the next node.
    caller: Option<Caller>,
    state: RefCell<State>,
}

struct State {
    admission: Box<dyn Admission>,
    /// The waiting jobs, each of which is told that it may start (true) or is dropped (false).
    waiting: BTreeMap<Ticket, oneshot::Sender<bool>>,
    identity: Box<dyn Identity>,
    row: Row,
}

impl Node {
    /// Serves until the host crashes.
    pub async fn run(host: Host, cluster: Rc<Cluster>) {
        for name in ["tries", "shed", "expired", "duplicates"] {
            host.count(name, 0);
        }
        let is_proxy = &*host.group() == "proxies";
        let node = Rc::new(Node {
            caller: is_proxy.then(|| cluster.caller(&host, cluster.params.proxies_retry)),
            state: RefCell::new(State {
                admission: cluster.admission(&host),
                waiting: BTreeMap::new(),
                identity: (cluster.identity)(),
                row: Row::default(),
            }),
            host: host.clone(),
            cluster,
        });
        let (reads, writes, to) = (node.clone(), node.clone(), host.clone());
        host.spawn(async move {
            let read = move |_, Read| ready(RowRead(reads.state.borrow().row));
            to.serve(read).await;
        });
        let to = host.clone();
        host.spawn(async move { to.serve(move |_, write| ready(writes.write(&write))).await });
        host.serve(move |_, job| node.clone().handle(job)).await;
    }

    async fn handle(self: Rc<Self>, job: Job) -> Answer {
        let arrived = self.host.monotonic();
        if self.caller.is_none() {
            self.host.count("tries", 1);
        }
        if self.state.borrow().identity.known(job.key).is_some() {
            self.host.count("duplicates", 1);
            return Answer::Done;
        }
        let deadline = job.left.map(|left| arrived + left);
        if !self.enter(job.work, deadline).await {
            return Answer::Shed;
        }
        let waited = self.host.monotonic().saturating_sub(arrived);
        let answer = match &self.caller {
            // The slot stays taken until the next node answers, however slow it is.
            Some(caller) => self.pass_on(caller, job, deadline).await,
            None => self.work(job, waited).await,
        };
        self.leave();
        answer
    }

    /// Waits for a slot; false if the job gets none.
    async fn enter(&self, work: Duration, deadline: Option<Duration>) -> bool {
        let turn = {
            let state = &mut *self.state.borrow_mut();
            match state.admission.arrive(work, deadline) {
                Arrival::Start => return true,
                Arrival::Reject => None,
                Arrival::Wait(ticket) => {
                    let (call, turn) = oneshot::channel();
                    state.waiting.insert(ticket, call);
                    self.host.show("queue", || state.waiting.len().into());
                    Some(turn)
                }
            }
        };
        // Awaited with the state released: whoever leaves needs it.
        if let Some(turn) = turn {
            return turn.await.unwrap_or(false);
        }
        self.host.count("shed", 1);
        false
    }

    /// Passes a slot on.
    fn leave(&self) {
        let state = &mut *self.state.borrow_mut();
        let turn = state.admission.leave(self.host.monotonic());
        let before = state.waiting.len();
        self.host.count("expired", turn.dropped.len() as u64);
        let gone = turn.dropped.iter().map(|ticket| (ticket, false));
        for (ticket, may_start) in gone.chain(turn.next.iter().map(|ticket| (ticket, true))) {
            if let Some(call) = state.waiting.remove(ticket) {
                // Handlers end only with their host, so the receiver is always there.
                let _ = call.send(may_start);
            }
        }
        if state.waiting.len() != before {
            self.host.show("queue", || state.waiting.len().into());
        }
    }

    async fn work(&self, job: Job, waited: Duration) -> Answer {
        self.host.observe("wait", waited);
        self.host.work(job.work).await;
        self.host.observe("service", job.work);
        if self.fails() {
            return Answer::Failed;
        }
        if job.charge {
            let (_, is_new) = self.state.borrow_mut().identity.charge(job.key);
            if is_new {
                self.host.record("charged", job.request);
            } else {
                self.host.count("duplicates", 1);
            }
        }
        Answer::Done
    }

    /// Reads and writes of the row take no time: they wait for each other only.
    fn write(&self, write: &Write) -> Written {
        let row = &mut self.state.borrow_mut().row;
        Written((self.cluster.write_rule)(row, write.version, write.value))
    }

    fn fails(&self) -> bool {
        let rate = *self.cluster.params.failure_rate;
        rate > 0.0 && unit(&mut self.host.rng()) < rate
    }

    async fn pass_on(&self, caller: &Caller, job: Job, deadline: Option<Duration>) -> Answer {
        let next = self.cluster.next_hops(&self.host, Some(self.host.id()), job.leaf);
        let until = self.cluster.deadlines.inherit(deadline).unwrap_or(Duration::MAX);
        let home = if job.charge { &next[..1] } else { &next[..] };
        caller.ask(home, |_| job.clone(), until).await
    }
}
