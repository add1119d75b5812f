//! Hedging: asking a second replica of a leaf that is slow.
//!
//! The cure is Dean and Barroso's ("The Tail at Scale", CACM 56(2), 2013, "Hedged requests"): a
//! leaf that has not answered after `hedge_after` is asked a second time, at another replica, and
//! the first answer wins. A [`Hedging`] is the composition of one leaf request: it has the first
//! copy, which is in flight, and a [`Leaf`], with which to send another, to wait and to cancel.
//!
//! What this leaves out: tied requests (both replicas know of each other from the start), a
//! budget for hedges, and answers without the slowest leaves. Without a budget, a front end
//! hedges most when the servers can bear it least.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use netsplit_sim::{Host, NodeId, Sleep};
use tokio::select;

use crate::balancer::Balancer;
use crate::messages::{Cancel, Job, JobDone, Outcome};
use crate::params::Params;

/// Completes one leaf request, whose first copy is in flight: an async function of what to wait for
/// and when to send the second copy.
///
/// It returns [`Outcome::Done`] as soon as one copy is done, and another outcome only when no copy
/// in flight may still be done. The copy that is not needed is to be [cancelled](Leaf::cancel) or
/// [detached](Leaf::detach), as `params.cancel_losers` says.
pub type Hedging = fn(leaf: Leaf, first: InFlight) -> Answering;

/// A future of the outcome of a leaf request, or of one copy.
pub type Answering = Pin<Box<dyn Future<Output = Outcome>>>;

/// Sends a second copy after `params.hedge_after`.
pub(crate) async fn after_delay(leaf: Leaf, first: InFlight) -> Outcome {
    match leaf.params().hedge_after.delay() {
        Some(delay) => hedge(leaf, first, delay).await,
        None => first.await,
    }
}

/// Sends no second copy.
pub(crate) async fn never(_leaf: Leaf, first: InFlight) -> Outcome {
    first.await
}

/// Sends the second copy together with the first.
pub(crate) async fn at_once(leaf: Leaf, first: InFlight) -> Outcome {
    hedge(leaf, first, Duration::ZERO).await
}

async fn hedge(mut leaf: Leaf, mut first: InFlight, delay: Duration) -> Outcome {
    // `biased` makes ties the same in every run, and an answer that is there costs no hedge.
    select! { biased;
        outcome = &mut first => return outcome,
        () = leaf.sleep(delay) => {}
    }
    let Some(mut second) = leaf.send_copy() else {
        return first.await;
    };
    let (outcome, other) = select! { biased;
        outcome = &mut first => (outcome, second),
        outcome = &mut second => (outcome, first),
    };
    if outcome != Outcome::Done {
        // A rejection is fast. The other copy may still be served.
        return other.await;
    }
    if leaf.params().cancel_losers {
        leaf.cancel(other);
    } else {
        leaf.detach(other);
    }
    outcome
}

/// One leaf request of a front end.
pub struct Leaf {
    jobs: Rc<Jobs>,
    number: usize,
    /// The server that has the first copy.
    taken: usize,
    /// The work of the second copy, until it is sent.
    second: Option<Duration>,
}

impl Leaf {
    /// Sends the first copy. `None` if the balancer finds no server.
    pub(crate) fn ask(
        jobs: Rc<Jobs>,
        leaf: usize,
        work: [Duration; 2],
    ) -> Option<(Leaf, InFlight)> {
        let first = jobs.send(leaf, None, work[0])?;
        let taken = first.server;
        Some((Leaf { jobs, number: leaf, taken, second: Some(work[1]) }, first))
    }

    /// The parameters of the run: `hedge_after` and `cancel_losers` are for here.
    pub fn params(&self) -> &Params {
        &self.jobs.params
    }

    /// Sends a second copy to another replica, which the balancer picks. `None` if there is no
    /// other replica, or if the second copy is sent already.
    pub fn send_copy(&mut self) -> Option<InFlight> {
        let copy = self.jobs.send(self.number, Some(self.taken), self.second.take()?)?;
        self.jobs.host.count("hedges", 1);
        Some(copy)
    }

    /// Waits for `duration` on the front end's clock.
    pub fn sleep(&self, duration: Duration) -> Sleep {
        self.jobs.host.sleep(duration).named("hedge delay")
    }

    /// Tells the server of `copy` to stop working on it.
    pub fn cancel(&self, copy: InFlight) {
        // If this message is dropped, the server finishes the job, as it does when detached.
        let _ = self.jobs.host.send(self.jobs.servers[copy.server], &Cancel(copy.id));
        drop(copy);
    }

    /// Lets the server finish `copy`, and ignores its answer. Until then the balancer counts it;
    /// dropping the copy instead would tell the balancer that the server is free.
    pub fn detach(&self, copy: InFlight) {
        self.jobs.host.spawn(async move {
            copy.await;
        });
    }
}

/// A copy of a job that is in flight: a future of its outcome. Dropping it abandons the copy
/// without telling the server.
pub struct InFlight {
    server: usize,
    id: u64,
    answer: Answering,
}

impl Future for InFlight {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        self.answer.as_mut().poll(cx)
    }
}

/// The jobs of one front end.
pub(crate) struct Jobs {
    pub host: Host,
    pub servers: Vec<NodeId>,
    pub balancer: RefCell<Box<dyn Balancer>>,
    pub last_id: Cell<u64>,
    /// How long to wait for an answer.
    pub timeout: Duration,
    pub params: Params,
}

impl Jobs {
    /// Sends a job to a replica of `leaf` other than `taken`, if there is one.
    fn send(
        self: &Rc<Self>,
        leaf: usize,
        taken: Option<usize>,
        work: Duration,
    ) -> Option<InFlight> {
        let server = self.balancer.borrow_mut().pick(leaf, taken, &mut self.host.rng())?;
        let id = self.last_id.get() + 1;
        self.last_id.set(id);
        let call = self.host.call(self.servers[server], &Job { id, work }, self.timeout);
        let unanswered = Unanswered { jobs: self.clone(), server };
        let answer = Box::pin(async move {
            let answer = call.await;
            drop(unanswered);
            answer.map_or(Outcome::Lost, |JobDone(outcome)| outcome)
        });
        Some(InFlight { server, id, answer })
    }
}

/// Tells the balancer when a job is answered or abandoned, whichever way that happens.
struct Unanswered {
    jobs: Rc<Jobs>,
    server: usize,
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        self.jobs.balancer.borrow_mut().finished(self.server);
    }
}
