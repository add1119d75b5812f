//! A server: workers, and the queue in front of them.
//!
//! A [`Job`] waits until one of the node's workers is free, first come, first served, and keeps
//! it for as long as its work takes: [`Host::work`] is both the queue and the worker. A server
//! with a limit turns jobs away when as many wait as may. A [`Cancel`] takes a job out,
//! whether it waits or is being worked at.
//!
//! What this leaves out: priorities, processor sharing, batching, and the cost of turning a
//! job away, which is nothing here and is what kills real servers under enough of it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use netsplit_sim::{Host, NodeId};
use tokio::select;
use tokio::sync::oneshot;

use crate::messages::{Cancel, Job, JobDone, Outcome};

/// One server while it is up.
pub(crate) struct Server {
    host: Host,
    /// Jobs that may be here at once, waiting or served.
    capacity: Option<usize>,
    /// Jobs that are here, by who sent them and their numbers.
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
                // The job may have ended at this very instant; then nobody listens.
                let _ = cancel.send(());
            }
        }
    }
}
