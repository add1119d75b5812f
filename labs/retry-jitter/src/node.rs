//! A node: a queue, slots, and either work to do or somebody else to ask.
//!
//! Servers and proxies are alike up to the last step. A job takes a slot of the node's
//! [`Admission`], waiting for one if need be; a server then keeps a worker busy for as long as
//! the work takes, while a proxy keeps its slot busy for as long as the next node takes to
//! answer: it waits with its hands full, which is how slowness travels upwards.
//!
//! A proxy has a [`Caller`] of its own. Its tries come on top of its clients' tries, and with
//! k tries at each of n layers a failing server is asked k^n times per request (*Site
//! Reliability Engineering*, chapter 22, "Retries"). The deadline that came with the job is the
//! deadline of all that it asks for.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::ready;
use std::rc::Rc;
use std::time::Duration;

use netsplit_sim::Host;
use netsplit_sim::random::unit;
use tokio::sync::oneshot;

use crate::admission::{Admission, Arrival};
use crate::caller::Caller;
use crate::config::Config;
use crate::discipline::Ticket;
use crate::identity::Receipts;
use crate::messages::{Answer, Job, Read, RowRead, Write, Written};
use crate::params::Deadlines;
use crate::row::Row;

/// One node while it is up.
pub(crate) struct Node {
    host: Host,
    config: Rc<Config>,
    /// Of a proxy: whom it asks, and how.
    caller: Option<Caller>,
    state: RefCell<State>,
}

struct State {
    admission: Admission,
    /// Those who wait: told whether to start, or to give up.
    waiting: BTreeMap<Ticket, oneshot::Sender<bool>>,
    receipts: Receipts,
    row: Row,
}

impl Node {
    /// Serves until the host crashes.
    pub async fn run(host: Host, config: Rc<Config>) {
        for name in ["tries", "shed", "expired", "duplicates"] {
            host.count(name, 0);
        }
        let is_proxy = &*host.group() == "proxies";
        let node = Rc::new(Node {
            caller: is_proxy.then(|| config.caller(&host, config.params.proxies_retry)),
            state: RefCell::new(State {
                admission: config.admission(&host),
                waiting: BTreeMap::new(),
                receipts: Receipts::default(),
                row: Row::default(),
            }),
            host: host.clone(),
            config,
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
        if self.state.borrow().receipts.known(job.key).is_some() {
            self.host.count("duplicates", 1);
            return Answer::Done;
        }
        let deadline = job.left.map(|left| arrived + left);
        if !self.enter(job.work, deadline).await {
            return Answer::Shed;
        }
        let waited = self.host.monotonic().saturating_sub(arrived);
        let answer = match &self.caller {
            Some(caller) => self.pass_on(caller, job, deadline).await,
            None => self.work(job, waited).await,
        };
        self.leave();
        answer
    }

    /// Waits for a slot; false for those who do not get one.
    async fn enter(&self, work: Duration, deadline: Option<Duration>) -> bool {
        let turn = {
            let state = &mut *self.state.borrow_mut();
            match state.admission.arrive(work, deadline) {
                Arrival::Start => return true,
                Arrival::Reject => None,
                Arrival::Wait(ticket) => {
                    let (told, turn) = oneshot::channel();
                    state.waiting.insert(ticket, told);
                    Some(turn)
                }
            }
        };
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
        self.host.count("expired", turn.dropped.len() as u64);
        let gone = turn.dropped.iter().map(|ticket| (ticket, false));
        for (ticket, may_start) in gone.chain(turn.next.iter().map(|ticket| (ticket, true))) {
            if let Some(told) = state.waiting.remove(ticket) {
                // Handlers end only with their host, so there is always one who listens.
                let _ = told.send(may_start);
            }
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
            let (_, is_new) = self.state.borrow_mut().receipts.apply(job.key);
            if is_new {
                self.host.record("charged", job.request);
            } else {
                self.host.count("duplicates", 1);
            }
        }
        Answer::Done
    }

    /// Reads and writes of the row take no time: what they wait for is each other.
    fn write(&self, write: &Write) -> Written {
        let row = &mut self.state.borrow_mut().row;
        Written((self.config.write_rule)(row, write.version, write.value))
    }

    fn fails(&self) -> bool {
        let rate = *self.config.params.failure_rate;
        rate > 0.0 && unit(&mut self.host.rng()) < rate
    }

    async fn pass_on(&self, caller: &Caller, job: Job, deadline: Option<Duration>) -> Answer {
        let next = self.config.next_hops(&self.host, Some(self.host.id()), job.leaf);
        let travels = self.config.params.deadlines == Deadlines::Travel;
        let until = deadline.filter(|_| travels).unwrap_or(Duration::MAX);
        let home = if job.charge { &next[..1] } else { &next[..] };
        caller.ask(home, |_| job.clone(), until).await
    }
}
