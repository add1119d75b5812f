//! The front end: it splits a request into leaf requests and waits for the slowest.
//!
//! For each [`Ask`], [`Front`] draws the work of every leaf's job, sends each job to the
//! replica that its [`Balancer`] picks, and answers when the last leaf has answered. One slow
//! leaf is enough to make a request slow, which is what fan-out does to a tail.
//!
//! Hedging is the cure of Dean and Barroso (2013): a leaf that has not answered after
//! [`Config::hedge_after`] is asked a second time, at another replica, and the first answer
//! wins. The loser is told to stop, or works on for nobody.
//!
//! Work is drawn in the order in which requests arrive, for both copies of every job and from a
//! stream of its own, so each variant is given the same jobs. The copies differ: what makes a
//! leaf slow here is its server's bad moment, not the request. Where the request itself is
//! expensive, a second server takes as long as the first, and hedging only doubles the load.
//!
//! What this leaves out: tied requests (both replicas know of each other from the start), a
//! budget for hedges, and answers without the slowest leaves. Without a budget, a front end
//! hedges most when the servers can bear it least.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use netsplit_sim::random::Sampler;
use netsplit_sim::{Host, NodeId};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use tokio::select;
use tokio::sync::mpsc;

use crate::balancer::{Balancer, Policy};
use crate::messages::{Answer, Ask, Cancel, Job, JobDone, Outcome};

/// What a front end is told at its start.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Leaf requests per request.
    pub leaves: usize,
    /// The work of a job.
    pub service: Sampler,
    pub policy: Policy,
    /// When to ask a second replica; `None` for never.
    pub hedge_after: Option<Duration>,
    pub cancel_losers: bool,
    /// How long to wait for a server: as long as the most patient client waits for us.
    pub patience: Duration,
}

/// One front end while it is up.
pub(crate) struct Front {
    host: Host,
    config: Config,
    servers: Vec<NodeId>,
    state: RefCell<State>,
}

struct State {
    balancer: Balancer,
    work_rng: ChaCha8Rng,
    last_job: u64,
}

/// A job that is out: the server that has it, and the answer to come.
struct Out {
    server: usize,
    id: u64,
    answer: Pin<Box<dyn Future<Output = Outcome>>>,
}

impl Front {
    /// Answers until the host crashes.
    pub async fn run(host: Host, config: Config) {
        let servers = host.nodes("servers");
        let state = RefCell::new(State {
            balancer: Balancer::new(config.policy, servers.len(), config.leaves),
            work_rng: ChaCha8Rng::seed_from_u64(host.rng().next_u64()),
            last_job: 0,
        });
        let front = Rc::new(Front { host: host.clone(), config, servers, state });
        host.count("hedges", 0);
        host.serve(move |_, _: Ask| front.clone().answer()).await;
    }

    async fn answer(self: Rc<Self>) -> Answer {
        let (done, mut outcomes) = mpsc::unbounded_channel();
        for leaf in 0..self.config.leaves {
            let (front, done) = (self.clone(), done.clone());
            let work = self.draw_work();
            self.host.spawn(async move {
                // A request whose client has given up is still served; nobody listens then.
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

    /// The work of a job, and of its copy should there be one.
    fn draw_work(&self) -> [Duration; 2] {
        let rng = &mut self.state.borrow_mut().work_rng;
        [(); 2].map(|()| self.config.service.draw(rng))
    }

    /// Asks one leaf, and hedges.
    async fn leaf(self: Rc<Self>, leaf: usize, work: [Duration; 2]) -> Outcome {
        let asked = self.host.monotonic();
        let Some(first) = self.send(leaf, None, work[0]) else {
            return Outcome::Lost;
        };
        let outcome = match self.config.hedge_after {
            Some(delay) => self.hedge(leaf, first, delay, work[1]).await,
            None => first.answer.await,
        };
        if outcome == Outcome::Done {
            let took = self.host.monotonic().saturating_sub(asked);
            self.host.observe("leaf", took);
        }
        outcome
    }

    /// Waits for `first`; after `delay` also for a copy at another replica.
    async fn hedge(
        self: &Rc<Self>,
        leaf: usize,
        mut first: Out,
        delay: Duration,
        work: Duration,
    ) -> Outcome {
        select! { biased;
            outcome = &mut first.answer => return outcome,
            () = self.host.sleep(delay) => {}
        }
        let Some(mut second) = self.send(leaf, Some(first.server), work) else {
            return first.answer.await;
        };
        self.host.count("hedges", 1);
        let (outcome, other) = select! { biased;
            outcome = &mut first.answer => (outcome, second),
            outcome = &mut second.answer => (outcome, first),
        };
        if outcome == Outcome::Done {
            self.let_go(other);
            return outcome;
        }
        other.answer.await
    }

    /// What becomes of the copy that lost.
    fn let_go(&self, loser: Out) {
        if self.config.cancel_losers {
            // If this message is lost, the server works for nobody, as it would without it.
            let _ = self.host.send(self.servers[loser.server], &Cancel(loser.id));
        } else {
            self.host.spawn(async move {
                loser.answer.await;
            });
        }
    }

    /// Sends a job to a replica of `leaf` other than `taken`, if there is one.
    fn send(self: &Rc<Self>, leaf: usize, taken: Option<usize>, work: Duration) -> Option<Out> {
        let state = &mut *self.state.borrow_mut();
        let server = state.balancer.pick(leaf, taken, &mut self.host.rng())?;
        state.last_job += 1;
        let id = state.last_job;
        let call = self.host.call(self.servers[server], &Job { id, work }, self.config.patience);
        let unanswered = Unanswered { front: self.clone(), server };
        let answer = Box::pin(async move {
            let answer = call.await;
            drop(unanswered);
            answer.map_or(Outcome::Lost, |JobDone(outcome)| outcome)
        });
        Some(Out { server, id, answer })
    }
}

/// Takes a job off the balancer's count once it is answered or let go.
struct Unanswered {
    front: Rc<Front>,
    server: usize,
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        self.front.state.borrow_mut().balancer.answered(self.server);
    }
}
