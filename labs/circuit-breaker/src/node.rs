//! Front ends: threads, and what stands between them and the services.
//!
//! A request takes a thread and keeps it until it is answered. On the thread it goes, from the
//! outside in, through the bulkhead of its service, a breaker, and the call; retries stand outside
//! of the breaker or inside ([`Placement`]). Where the service has no answer, the cache may have
//! one. When the user has left, all of it is dropped.
//!
//! Left out: a limit on the queue for threads, and threads that are busy otherwise.

use std::cell::RefCell;
use std::rc::Rc;

use netsplit_sim::Host;
use tokio::sync::Semaphore;

use crate::breakers::Breakers;
use crate::cache::AnswerCache;
use crate::cluster::Cluster;
use crate::messages::{Answer, Ask, Job, Rejection, ServiceName};
use crate::params::Fallback;
use crate::seats::{Placement, Scope};
use crate::types::Outcome;
use crate::upstream::Upstream;

/// One front end while it is up.
pub(crate) struct Front {
    host: Host,
    cluster: Rc<Cluster>,
    /// `None` for as many as there are requests.
    threads: Option<Semaphore>,
    upstreams: [Rc<Upstream>; 2],
    breakers: Rc<Breakers>,
    cache: RefCell<Box<dyn AnswerCache>>,
}

/// How a call ended, or all calls of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CallResult {
    Ok,
    Failed,
    Rejected(Rejection),
}

impl Front {
    /// Answers until the host crashes.
    pub async fn run(host: Host, cluster: Rc<Cluster>) {
        for counter in COUNTERS {
            host.count(counter, 0);
        }
        host.record("started", serde_json::Value::Null);
        let threads = cluster.params.threads.limit();
        let front = Rc::new(Front {
            threads: threads.map(|threads| Semaphore::new(threads as usize)),
            upstreams: ServiceName::ALL.map(|service| Upstream::new(&host, service, &cluster)),
            breakers: Breakers::new(host.clone(), cluster.clone()),
            cache: RefCell::new((cluster.make_cache)()),
            host: host.clone(),
            cluster,
        });
        host.serve(move |_, ask: Ask| front.clone().handle(ask)).await;
    }

    async fn handle(self: Rc<Self>, ask: Ask) -> Answer {
        let answer = self.host.timeout(ask.timeout, self.answer(ask)).await;
        answer.unwrap_or(Answer::Late)
    }

    async fn answer(&self, ask: Ask) -> Answer {
        let _thread = match &self.threads {
            Some(threads) => threads.acquire().await.ok(),
            None => None,
        };
        let result = match self.cluster.placement {
            Placement::InsideRetry => {
                self.retried(async |attempt| {
                    let host = self.upstream(ask).pick(ask.rank);
                    self.protected(ask, host, self.call(ask, host, attempt)).await
                })
                .await
            }
            Placement::OutsideRetry => {
                let host = self.upstream(ask).pick(ask.rank);
                let retried = self.retried(async |attempt| self.call(ask, host, attempt).await);
                self.protected(ask, host, retried).await
            }
        };
        self.answer_of(ask, result)
    }

    /// Retries a call that fails. One that was rejected is not retried: whoever rejected it will
    /// not change its mind in so short a time.
    async fn retried(&self, mut call: impl AsyncFnMut(u32) -> CallResult) -> CallResult {
        for attempt in 0..self.cluster.params.attempts {
            if attempt > 0 {
                self.host.count("retries", 1);
                self.host.sleep(*self.cluster.params.backoff).named("back-off").await;
            }
            let result = call(attempt).await;
            if result != CallResult::Failed {
                return result;
            }
        }
        CallResult::Failed
    }

    /// Makes `call` if bulkhead and breaker permit it, and tells them that it has ended.
    async fn protected(
        &self,
        ask: Ask,
        host: usize,
        call: impl Future<Output = CallResult>,
    ) -> CallResult {
        let upstream = self.upstream(ask);
        // The bulkhead first: a probe's permit must not be spent on a call that is never made.
        let Some(slot) = upstream.enter() else {
            return CallResult::Rejected(Rejection::BulkheadFull);
        };
        let target = match self.cluster.scope {
            Scope::PerHost => upstream.host_name(host),
            Scope::PerService => &upstream.name,
        };
        let Some(pass) = self.breakers.acquire(target) else {
            slot.leave();
            return CallResult::Rejected(Rejection::BreakerOpen);
        };
        let began = self.host.monotonic();
        let result = call.await;
        slot.leave();
        let took = self.host.monotonic().saturating_sub(began);
        pass.record(Outcome { ok: result == CallResult::Ok, took });
        result
    }

    async fn call(&self, ask: Ask, host: usize, attempt: u32) -> CallResult {
        let job = Job { seed: ask.seed, attempt };
        if self.upstream(ask).call(host, job).await { CallResult::Ok } else { CallResult::Failed }
    }

    /// The answer, from the cache where there is no other.
    fn answer_of(&self, ask: Ask, result: CallResult) -> Answer {
        let (now, key) = (self.host.monotonic(), (ask.service, ask.rank));
        let mut cache = self.cache.borrow_mut();
        if result == CallResult::Ok {
            cache.put(now, key);
            return Answer::Fresh;
        }
        let cached = match self.cluster.params.fallback {
            Fallback::Cache => cache.look_up(now, key, *self.cluster.params.stale_for),
            Fallback::None => None,
        };
        match (cached, result) {
            (Some(age), _) => {
                self.host.count("stale_answers", 1);
                self.host.observe("stale", age);
                Answer::Stale(age)
            }
            (None, CallResult::Rejected(why)) => Answer::Rejected(why),
            (None, _) => Answer::Failed,
        }
    }

    fn upstream(&self, ask: Ask) -> &Rc<Upstream> {
        &self.upstreams[ask.service as usize]
    }
}

/// The counters of front ends; each starts at 0, so that expectations find it.
const COUNTERS: [&str; 9] = [
    "bulkhead_rejections",
    "calls",
    "ejections",
    "failed_calls",
    "openings",
    "probes",
    "retries",
    "stale_answers",
    "turned_away",
];
