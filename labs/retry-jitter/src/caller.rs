//! Asking until it works, or until it is no use any more.
//!
//! A [`Caller`] is what a process puts between itself and a service that may fail: a client has
//! one, and so has each proxy, which is how retries multiply. [`Caller::ask`] is the whole
//! composition: the [`Budget`] is asked whether the try may leave, the try gets a time-out and
//! perhaps a hedge, the [`Backoff`](crate::backoff::Backoff) says how long to wait, and nothing
//! is begun that could not end before the request's own deadline. With
//! [`Rules::send_deadlines`] each try tells how long its answer is waited for.
//!
//! Hedging ([`Caller::hedged`]) is a retry that does not wait for the failure (Dean and Barroso,
//! "The Tail at Scale", CACM 56(2), 2013): when there is no answer after
//! [`Rules::hedge_after`], another replica is asked as well, and the first good answer counts.
//!
//! What this leaves out: the loser of a hedge is not told to stop, and hedges are outside the
//! budget. Both are cheap while few tries are slow, and expensive when all are: see the queueing lab.

use std::cell::RefCell;
use std::pin::Pin;
use std::time::Duration;

use netsplit_sim::{Host, NodeId};
use tokio::select;

use crate::backoff::{Bounds, Strategy};
use crate::budget::{Budget, Try};
use crate::messages::{Answer, Job};

/// How a process asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// Tries per request, the first included.
    pub tries: u32,
    /// How long to wait for the answer to a try.
    pub try_timeout: Duration,
    pub strategy: Strategy,
    pub bounds: Bounds,
    /// When to ask another replica as well; `None` for never.
    pub hedge_after: Option<Duration>,
    /// Whether tries say how long their answer is waited for.
    pub send_deadlines: bool,
    /// What is taken off that for the way there and back.
    pub reserve: Duration,
}

/// One process's way of asking.
pub(crate) struct Caller {
    host: Host,
    rules: Rules,
    budget: RefCell<Box<dyn Budget>>,
}

/// Which copy of which try.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Copy {
    /// The how-many-th try, from 1.
    pub number: u32,
    /// 0, and 1 for the hedge.
    pub hedge: u32,
}

/// Makes the job that a copy carries.
pub(crate) trait Jobs: Fn(Copy) -> Job {}

impl<F: Fn(Copy) -> Job> Jobs for F {}

impl Caller {
    pub fn new(host: Host, rules: Rules, budget: Box<dyn Budget>) -> Caller {
        for name in ["retries", "refused", "hedges"] {
            host.count(name, 0);
        }
        Caller { host, rules, budget: RefCell::new(budget) }
    }

    /// Asks, and asks again, until the time `until` on this host's monotonic clock; each try
    /// another of the `replicas`, in turn.
    pub async fn ask(&self, replicas: &[NodeId], job: impl Jobs, until: Duration) -> Answer {
        let mut backoff = (self.rules.strategy)(self.rules.bounds);
        let mut what = Try::First;
        // Once an answer is lost, no later one can say that nothing has happened.
        let mut worst = Answer::Done;
        for number in 1..=self.rules.tries {
            if !self.may_send(what) {
                self.host.count("refused", 1);
                return worst.max(Answer::Refused);
            }
            self.host.count("retries", u64::from(number > 1));
            let answer = self.hedged(replicas, &job, number, until).await;
            let now = self.host.monotonic();
            let accepted = answer == Answer::Done;
            self.budget.borrow_mut().on_answer(accepted, now);
            if accepted {
                return Answer::Done;
            }
            worst = worst.max(answer);
            let wait = backoff.delay(number, &mut self.host.rng());
            if number == self.rules.tries || now + wait >= until {
                break;
            }
            self.host.observe("backoff", wait);
            self.host.sleep(wait).await;
            what = match answer {
                Answer::Lost => Try::AfterTimeout,
                _ => Try::AfterError,
            };
        }
        worst
    }

    fn may_send(&self, what: Try) -> bool {
        let now = self.host.monotonic();
        let budget = &mut *self.budget.borrow_mut();
        budget.allows(what, now, &mut self.host.rng())
    }

    /// One try, and after a while perhaps a copy of it at another replica.
    async fn hedged(
        &self,
        replicas: &[NodeId],
        job: &impl Jobs,
        number: u32,
        until: Duration,
    ) -> Answer {
        let turn = number as usize - 1;
        let replica = |hedge: usize| replicas[(turn + hedge) % replicas.len()];
        let mut first = self.send(replica(0), job(Copy { number, hedge: 0 }), until);
        let Some(delay) = self.rules.hedge_after.filter(|_| replicas.len() > 1) else {
            return first.await;
        };
        select! { biased;
            answer = &mut first => return answer,
            () = self.host.sleep(delay) => {}
        }
        self.host.count("hedges", 1);
        let mut second = self.send(replica(1), job(Copy { number, hedge: 1 }), until);
        let (answer, other) = select! { biased;
            answer = &mut first => (answer, second),
            answer = &mut second => (answer, first),
        };
        match answer {
            Answer::Done => Answer::Done,
            _ => other.await,
        }
    }

    fn send(&self, replica: NodeId, mut job: Job, until: Duration) -> Answering {
        let left = until.saturating_sub(self.host.monotonic());
        let patience = self.rules.try_timeout.min(left);
        let useful = patience.saturating_sub(self.rules.reserve);
        job.left = self.rules.send_deadlines.then_some(useful);
        let call = self.host.call(replica, &job, patience);
        Box::pin(async move { call.await.unwrap_or(Answer::Lost) })
    }
}

/// Waits for the answer to one copy.
type Answering = Pin<Box<dyn Future<Output = Answer>>>;
