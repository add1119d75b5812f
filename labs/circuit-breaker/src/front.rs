//! A front end: threads, and what stands between them and the services.
//!
//! A request takes a thread and keeps it until it is answered. On the thread it goes, from the
//! outside in, through the bulkhead of its service, a breaker, and the call; retries stand
//! outside of the breaker or inside ([`Placement`]). What cannot be had from the service may be
//! had from the cache. When the user has left, all of it is dropped.
//!
//! What this leaves out: a limit on the queue for threads, and threads that are spent otherwise.

use std::cell::RefCell;
use std::rc::Rc;

use netsplit_sim::Host;
use tokio::sync::Semaphore;

use crate::breakers::{Breakers, Make};
use crate::cache::Cache;
use crate::messages::{Answer, Ask, Dice, Refusal, Service};
use crate::params::{Fallback, Params};
use crate::seats::Defences;
use crate::service::Dependency;

/// Where the breaker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placement {
    /// Around each call: it sees what the service does.
    InsideRetry,
    /// Around all calls of a request: it sees what the request got.
    OutsideRetry,
}

/// For what there is a breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    PerHost,
    PerService,
}

/// What a front end is told at its start.
#[derive(Clone)]
pub(crate) struct Config {
    pub params: Rc<Params>,
    pub make: Make,
    pub defences: Defences,
    pub placement: Placement,
    pub scope: Scope,
}

/// One front end while it is up.
pub(crate) struct Front {
    host: Host,
    config: Config,
    threads: Option<Semaphore>,
    services: [Rc<Dependency>; 2],
    breakers: Rc<Breakers>,
    cache: RefCell<Cache<(Service, u64)>>,
}

/// How trying ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Well,
    Badly,
    Refused(Refusal),
}

impl Front {
    /// Answers until the host crashes.
    pub async fn run(host: Host, config: Config) {
        for counter in COUNTERS {
            host.count(counter, 0);
        }
        host.record("started", serde_json::Value::Null);
        let params = &config.params;
        let threads = params.threads.limit().map(|threads| Semaphore::new(threads as usize));
        let front = Rc::new(Front {
            services: Service::ALL
                .map(|service| Dependency::new(&host, service, params, config.defences)),
            breakers: Breakers::new(host.clone(), params.clone(), config.make),
            cache: RefCell::default(),
            host: host.clone(),
            config,
            threads,
        });
        host.serve(move |_, ask: Ask| front.clone().handle(ask)).await;
    }

    async fn handle(self: Rc<Self>, ask: Ask) -> Answer {
        let answer = self.host.timeout(ask.patience, self.answer(ask)).await;
        answer.unwrap_or(Answer::Late)
    }

    async fn answer(&self, ask: Ask) -> Answer {
        let _thread = match &self.threads {
            Some(threads) => threads.acquire().await.ok(),
            None => None,
        };
        let ended = match self.config.placement {
            Placement::InsideRetry => {
                self.retried(async |attempt| {
                    let host = self.service(ask).pick(ask.rank);
                    self.protected(ask, host, self.once(ask, host, attempt)).await
                })
                .await
            }
            Placement::OutsideRetry => {
                let host = self.service(ask).pick(ask.rank);
                let retried = self.retried(async |attempt| self.once(ask, host, attempt).await);
                self.protected(ask, host, retried).await
            }
        };
        self.answer_of(ask, ended)
    }

    /// Tries again as long as it ends badly. What was refused is not tried again: whoever refused
    /// it will not change its mind in so short a time.
    async fn retried(&self, mut once: impl AsyncFnMut(u32) -> Ended) -> Ended {
        for attempt in 0..self.config.params.attempts {
            if attempt > 0 {
                self.host.count("retries", 1);
                self.host.sleep(*self.config.params.backoff).await;
            }
            let ended = once(attempt).await;
            if ended != Ended::Badly {
                return ended;
            }
        }
        Ended::Badly
    }

    /// Does `call` if bulkhead and breaker allow it, and tells the breaker how it ended.
    async fn protected(&self, ask: Ask, host: usize, call: impl Future<Output = Ended>) -> Ended {
        let service = self.service(ask);
        let Some(place) = service.enter() else {
            return Ended::Refused(Refusal::BulkheadFull);
        };
        let target = match self.config.scope {
            Scope::PerHost => service.host_name(host),
            Scope::PerService => &service.name,
        };
        let Some(pass) = self.breakers.acquire(target) else {
            place.leave();
            return Ended::Refused(Refusal::BreakerOpen);
        };
        let began = self.host.monotonic();
        let ended = call.await;
        place.leave();
        pass.record(service.outcome(began, ended == Ended::Well));
        ended
    }

    async fn once(&self, ask: Ask, host: usize, attempt: u32) -> Ended {
        let thrown = ask.thrown;
        let dice = Dice { thrown, attempt };
        if self.service(ask).call(host, dice).await { Ended::Well } else { Ended::Badly }
    }

    /// The answer, from the cache where there is no other.
    fn answer_of(&self, ask: Ask, ended: Ended) -> Answer {
        let (now, key) = (self.host.monotonic(), (ask.service, ask.rank));
        if ended == Ended::Well {
            self.cache.borrow_mut().put(now, key);
            return Answer::Fresh;
        }
        let (look_up, at_most) = (self.config.defences.look_up, *self.config.params.stale_for);
        let cached = match self.config.params.fallback {
            Fallback::Cache => look_up(&mut self.cache.borrow_mut(), now, key, at_most),
            Fallback::None => None,
        };
        match (cached, ended) {
            (Some(age), _) => {
                self.host.count("stale_answers", 1);
                self.host.observe("stale", age);
                Answer::Stale(age)
            }
            (None, Ended::Refused(why)) => Answer::Rejected(why),
            (None, _) => Answer::Failed,
        }
    }

    fn service(&self, ask: Ask) -> &Rc<Dependency> {
        &self.services[ask.service as usize]
    }
}

/// What front ends count; each starts at 0, so that expectations find it.
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
