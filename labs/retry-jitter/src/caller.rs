//! Calls with timeouts, retries, hedges and deadlines.
//!
//! A [`Caller`] is what a process puts between itself and a service that may fail: a client has
//! one, and so has each proxy, which is how retries multiply. [`Caller::ask`] is the whole
//! composition: the [`Budget`] decides whether the try is sent, the try gets a timeout and perhaps
//! a hedge, the [`Backoff`] decides how long to wait, and no retry starts after the request's own
//! deadline. [`Deadlines`] decides what each try tells of the time that is left.
//!
//! Hedging ([`Caller::hedged`]) is a retry that does not wait for the failure (Dean and Barroso,
//! "The Tail at Scale", CACM 56(2), 2013): when there is no answer after
//! [`RetryPolicy::hedge_after`], another replica is asked as well, and the first success counts.
//!
//! What this leaves out: the loser of a hedge is not cancelled, and hedges are outside the budget.
//! Both are cheap while few tries are slow, and expensive when all are: see the queueing lab.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use netsplit_sim::{Host, NodeId};
use tokio::select;

use crate::backoff::{Backoff, Bounds};
use crate::budget::{Budget, Try};
use crate::deadlines::Deadlines;
use crate::messages::{Answer, Job};

/// How a process retries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryPolicy {
    /// Tries per request, the first included.
    pub tries: u32,
    /// How long to wait for the answer to a try.
    pub try_timeout: Duration,
    pub backoff: fn(Bounds) -> Box<dyn Backoff>,
    pub bounds: Bounds,
    /// When to ask another replica as well; `None` for never.
    pub hedge_after: Option<Duration>,
}

/// The calls of one process.
pub(crate) struct Caller {
    host: Host,
    policy: RetryPolicy,
    deadlines: Rc<dyn Deadlines>,
    budget: RefCell<Box<dyn Budget>>,
}

/// A copy of a try.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    /// The number of the try, from 1.
    pub number: u32,
    /// 0, and 1 for the hedge.
    pub hedge: u32,
}

/// Makes the job that an attempt carries.
pub(crate) trait Jobs: Fn(Attempt) -> Job {}

impl<F: Fn(Attempt) -> Job> Jobs for F {}

impl Caller {
    pub fn new(
        host: Host,
        policy: RetryPolicy,
        deadlines: Rc<dyn Deadlines>,
        budget: Box<dyn Budget>,
    ) -> Caller {
        for name in ["retries", "refused", "hedges"] {
            host.count(name, 0);
        }
        Caller { host, policy, deadlines, budget: RefCell::new(budget) }
    }

    /// Asks, and asks again, until the time `until` on this host's monotonic clock; each try
    /// goes to another of the `replicas`, in turn.
    pub async fn ask(&self, replicas: &[NodeId], job: impl Jobs, until: Duration) -> Answer {
        let mut backoff = (self.policy.backoff)(self.policy.bounds);
        let mut what = Try::First;
        // Once an answer is lost, no later one can say that nothing has happened.
        let mut worst = Answer::Done;
        for number in 1..=self.policy.tries {
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
            // A retry after the deadline would be work for a client that has given up.
            if number == self.policy.tries || now + wait >= until {
                break;
            }
            self.host.observe("backoff", wait);
            self.host.sleep(wait).named("back-off").await;
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
        let mut first = self.send(replica(0), job(Attempt { number, hedge: 0 }), until);
        let Some(delay) = self.policy.hedge_after.filter(|_| replicas.len() > 1) else {
            return first.await;
        };
        select! { biased;
            answer = &mut first => return answer,
            () = self.host.sleep(delay).named("hedge delay") => {}
        }
        self.host.count("hedges", 1);
        let mut second = self.send(replica(1), job(Attempt { number, hedge: 1 }), until);
        let (answer, other) = select! { biased;
            answer = &mut first => (answer, second),
            answer = &mut second => (answer, first),
        };
        match answer {
            Answer::Done => Answer::Done,
            // A rejection is fast. The other copy may still be done.
            _ => other.await,
        }
    }

    fn send(&self, replica: NodeId, mut job: Job, until: Duration) -> Answering {
        let left = until.saturating_sub(self.host.monotonic());
        let wait = self.policy.try_timeout.min(left);
        job.left = self.deadlines.announce(wait);
        let call = self.host.call(replica, &job, wait);
        Box::pin(async move { call.await.unwrap_or(Answer::Lost) })
    }
}

/// Waits for the answer to one attempt.
type Answering = Pin<Box<dyn Future<Output = Answer>>>;
