//! The seats: the parts of the lab that scenarios and learners may exchange.
//!
//! The traits stand beside the ideas ([`Breaker`], [`HalfOpen`], [`Bulkhead`],
//! [`OutlierDetector`], [`AnswerCache`]), each with its contract and its reference; the wrong
//! breakers are in `mutants`. Another crate fills a seat with `CircuitBreakerLab.with(...)`.

use std::rc::Rc;
use std::time::Duration;

use netsplit_scenario::{Seat, filling, mutant};

use crate::breaker::CircuitBreaker;
use crate::bulkhead::{Bulkhead, LeakyBulkhead, SemaphoreBulkhead};
use crate::cache::{AnswerCache, LastAnswers, RenewingCache};
use crate::half_open::{CountedProbes, HalfOpen};
use crate::mutants::{LostPermit, NeverHalfOpen, NoBreaker, NoProbeLimit, OldNews, WaitsForEver};
use crate::outlier::{EjectionConfig, OutlierDetector, Outliers};
use crate::types::{Breaker, BreakerConfig};

/// Makes a breaker, closed and new. The handlers are those that fill the seat `half-open`.
pub type MakeBreaker = fn(BreakerConfig, Rc<dyn HalfOpen>) -> Box<dyn Breaker>;

/// The state machine of a breaker.
pub static BREAKER: Seat<MakeBreaker> = Seat {
    name: "breaker",
    summary: "Whether to call",
    fillings: &[
        filling("reference", "Closed, open, half-open", |config, half_open| {
            Box::new(CircuitBreaker::new(config, half_open))
        }),
        mutant("none", "Permits every call", "availability(reviews)", "dependency-down", |_, _| {
            Box::new(NoBreaker)
        }),
        mutant(
            "slow-is-fine",
            "Opens on errors only: a slow service keeps all threads busy",
            "availability(reviews)",
            "slow-dependency",
            |config, half_open| {
                let slow_after = Duration::MAX;
                Box::new(CircuitBreaker::new(BreakerConfig { slow_after, ..config }, half_open))
            },
        ),
        mutant(
            "lost-permit",
            "An abandoned probe does not return its permit: stuck half-open",
            "leaves-half-open",
            "recovery",
            |config, half_open| {
                Box::new(CircuitBreaker::new(config, Rc::new(LostPermit(half_open))))
            },
        ),
        mutant(
            "no-probe-limit",
            "Half-open, everybody is a probe: a service that just came back gets it all at once",
            "half-open-limit",
            "recovery",
            |config, half_open| {
                Box::new(CircuitBreaker::new(config, Rc::new(NoProbeLimit(half_open))))
            },
        ),
        mutant(
            "waits-for-ever",
            "Half-open, waits for its probes without a limit: stuck when they are lost",
            "leaves-half-open",
            "lost-probes",
            |config, half_open| {
                Box::new(CircuitBreaker::new(config, Rc::new(WaitsForEver(half_open))))
            },
        ),
        mutant(
            "never-half-open",
            "Closes when its wait is over, without a probe",
            "legal-transitions",
            "dependency-down",
            |config, half_open| Box::new(NeverHalfOpen(CircuitBreaker::new(config, half_open))),
        ),
        mutant(
            "old-news",
            "Takes late outcomes of old calls for those of its probes",
            "probes-decide",
            "late-outcomes",
            |config, half_open| Box::new(OldNews(CircuitBreaker::new(config, half_open))),
        ),
    ],
};

/// The handlers of a half-open round.
pub static HALF_OPEN: Seat<fn() -> Rc<dyn HalfOpen>> = Seat {
    name: "half-open",
    summary: "Which calls a half-open breaker lets through, and what it decides by them",
    fillings: &[filling("counted", "A fixed number of probes, which decide together", || {
        Rc::new(CountedProbes)
    })],
};

/// What a breaker guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One host of a service.
    PerHost,
    /// A service as a whole.
    PerService,
}

/// What a breaker guards.
pub static SCOPE: Seat<Scope> = Seat {
    name: "scope",
    summary: "What a breaker guards",
    fillings: &[
        filling("per-host", "One host of a service", Scope::PerHost),
        mutant(
            "per-service",
            "A service as a whole",
            "availability",
            "one-bad-shard",
            Scope::PerService,
        ),
    ],
};

/// The place of a breaker among the retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// Around each call: the breaker sees what the service does.
    InsideRetry,
    /// Around all calls of a request: the breaker sees what the request got.
    OutsideRetry,
}

/// The place of a breaker among the retries.
pub static PLACEMENT: Seat<Placement> = Seat {
    name: "placement",
    summary: "Where the breaker stands among the retries",
    fillings: &[
        filling("inside-retry", "Around each call", Placement::InsideRetry),
        mutant(
            "outside-retry",
            "The breaker sees requests, not calls: it opens late, and its probes retry",
            "calls_to_open",
            "breaker-and-retry",
            Placement::OutsideRetry,
        ),
    ],
};

/// Makes an empty bulkhead from its capacity; `None` means no limit.
pub type MakeBulkhead = fn(Option<u32>) -> Box<dyn Bulkhead>;

/// The bulkhead before a service.
pub static BULKHEAD: Seat<MakeBulkhead> = Seat {
    name: "bulkhead",
    summary: "Which callers of a service are let in, and when their slots are free again",
    fillings: &[
        filling("reference", "Every caller releases its slot", |capacity| {
            Box::new(SemaphoreBulkhead::new(capacity))
        }),
        mutant("leaky", "Abandoned calls keep their slots", "recovery", "bulkhead", |capacity| {
            Box::new(LeakyBulkhead(SemaphoreBulkhead::new(capacity)))
        }),
    ],
};

/// Makes a detector for this number of hosts, all in the rotation.
pub type MakeDetector = fn(EjectionConfig, usize) -> Box<dyn OutlierDetector>;

/// The ejection of outliers.
pub static EJECTION: Seat<MakeDetector> = Seat {
    name: "ejection",
    summary: "Which hosts are in the rotation",
    fillings: &[
        filling("limited", "Not those that fail, up to a share of all", |config, hosts| {
            Box::new(Outliers::new(config, hosts))
        }),
        mutant(
            "everybody",
            "Not those that fail, however many they are",
            "availability",
            "ejection-limit",
            |config, hosts| {
                Box::new(Outliers::new(EjectionConfig { at_most: 1.0, ..config }, hosts))
            },
        ),
    ],
};

/// The cache of good answers.
pub static CACHE: Seat<fn() -> Box<dyn AnswerCache>> = Seat {
    name: "cache",
    summary: "How old an answer is that was served from the cache",
    fillings: &[
        filling("reference", "As old as it was", || Box::new(LastAnswers::default())),
        mutant("renewing", "New again", "availability", "fallback-too-old", || {
            Box::new(RenewingCache::default())
        }),
    ],
};
