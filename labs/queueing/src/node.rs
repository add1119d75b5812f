//! Nodes: front ends, which split requests, and servers, which do the work.
//!
//! For each [`Ask`], a [`Front`] draws the work of every leaf's job, sends each job to a replica
//! of its leaf, and answers when the last leaf has answered. One slow leaf is enough to make a
//! request slow: this is what fan-out does to a tail.
//!
//! Work is drawn in the order in which requests arrive, for both copies of every job and from a
//! stream of its own, so each variant is given the same jobs. The copies differ: a leaf is slow
//! here because its server has a bad moment, not because of the request. Where the request itself
//! is expensive, a second server takes as long as the first, and hedging only doubles the load.
//!
//! A [`Server`] executes jobs in order of arrival on its node's workers: [`Host::work`] is both
//! the queue and the worker. A server with a queue limit rejects jobs beyond it. A [`Cancel`]
//! removes a job, whether it waits or is being executed.
//!
//! What this leaves out: priorities, processor sharing, batching, and the cost of a rejection,
//! which is nothing here and kills real servers under enough of it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use netsplit_sim::{Host, NodeId};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use tokio::select;
use tokio::sync::{mpsc, oneshot};

use crate::cluster::Cluster;
use crate::hedging::{Jobs, Leaf};
use crate::messages::{Answer, Ask, Cancel, Job, JobDone, Outcome};

/// One front end while it is up.
pub(crate) struct Front {
    cluster: Rc<Cluster>,
    host: Host,
    jobs: Rc<Jobs>,
    work_rng: RefCell<ChaCha8Rng>,
}

impl Front {
    /// Answers until the host crashes.
    pub async fn run(host: Host, cluster: Rc<Cluster>) {
        let jobs = Rc::new(Jobs {
            host: host.clone(),
            servers: host.nodes("servers"),
            balancer: RefCell::new((cluster.balancer)(cluster.replicas)),
            last_id: Cell::new(0),
            timeout: cluster.client_timeout,
            params: cluster.params.clone(),
        });
        let work_rng = RefCell::new(ChaCha8Rng::seed_from_u64(host.rng().next_u64()));
        let front = Rc::new(Front { cluster, host: host.clone(), jobs, work_rng });
        host.count("hedges", 0);
        host.serve(move |_, _: Ask| front.clone().answer()).await;
    }

    async fn answer(self: Rc<Self>) -> Answer {
        let (done, mut outcomes) = mpsc::unbounded_channel();
        for leaf in 0..self.cluster.replicas.leaves {
            let (front, done) = (self.clone(), done.clone());
            let work = self.draw_work();
            self.host.spawn(async move {
                // A request whose client has timed out is still served; its outcome is ignored.
                let _ = done.send(front.leaf(leaf, work).await);
            });
        }
        drop(done);
        let mut worst = Outcome::Done;
        while let Some(outcome) = outcomes.recv().await {
            worst = worst.max(outcome);
        }
        Answer(worst)
    }

    /// The work of a job, and of its second copy. Both are drawn, sent or not, so that the next
    /// job is the same under every variant.
    fn draw_work(&self) -> [Duration; 2] {
        let rng = &mut *self.work_rng.borrow_mut();
        [(); 2].map(|()| self.cluster.service.draw(rng))
    }

    /// Asks one leaf.
    async fn leaf(&self, leaf: usize, work: [Duration; 2]) -> Outcome {
        let asked = self.host.monotonic();
        let Some((leaf, first)) = Leaf::ask(self.jobs.clone(), leaf, work) else {
            return Outcome::Lost;
        };
        let outcome = (self.cluster.hedging)(leaf, first).await;
        if outcome == Outcome::Done {
            self.host.observe("leaf", self.host.monotonic().saturating_sub(asked));
        }
        outcome
    }
}

/// One server while it is up.
pub(crate) struct Server {
    host: Host,
    /// Jobs that may be here at once, waiting or being executed.
    capacity: Option<usize>,
    /// How to cancel the jobs that are here, by sender and number.
    cancels: RefCell<BTreeMap<(NodeId, u64), oneshot::Sender<()>>>,
}

impl Server {
    /// Serves until the host crashes.
    pub async fn run(host: Host, capacity: Option<usize>) {
        let server = Rc::new(Server { host: host.clone(), capacity, cancels: RefCell::default() });
        host.count("rejections", 0);
        host.count("cancellations", 0);
        host.spawn(server.clone().take_cancellations());
        host.serve(move |from, job| server.clone().handle(from, job)).await;
    }

    async fn handle(self: Rc<Self>, from: NodeId, job: Job) -> JobDone {
        if self.is_full() {
            self.host.count("rejections", 1);
            return JobDone(Outcome::Rejected);
        }
        let arrived = self.host.monotonic();
        let (cancel, cancelled) = oneshot::channel();
        self.cancels.borrow_mut().insert((from, job.id), cancel);
        let outcome = select! { biased;
            () = self.host.work(job.work) => Outcome::Done,
            _ = cancelled => Outcome::Lost,
        };
        self.cancels.borrow_mut().remove(&(from, job.id));
        if outcome == Outcome::Done {
            let sojourn = self.host.monotonic().saturating_sub(arrived);
            self.host.observe("wait", sojourn.saturating_sub(job.work));
            self.host.observe("service", job.work);
        }
        JobDone(outcome)
    }

    fn is_full(&self) -> bool {
        let here = self.host.queued_work() + self.host.running_work();
        self.capacity.is_some_and(|capacity| here >= capacity)
    }

    async fn take_cancellations(self: Rc<Self>) {
        let mut inbox = self.host.inbox::<Cancel>();
        loop {
            let (from, Cancel(id)) = inbox.recv().await;
            if let Some(cancel) = self.cancels.borrow_mut().remove(&(from, id)) {
                self.host.count("cancellations", 1);
                // The job may have finished at this very instant; then this does nothing.
                let _ = cancel.send(());
            }
        }
    }
}
