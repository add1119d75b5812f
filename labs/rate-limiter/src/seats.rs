//! Seats: the parts of the lab that a scenario may exchange, each with its fillings.
//!
//! A new limiter is a struct that implements [`Limiter`](crate::limiter::Limiter) and a line in
//! [`ALGORITHM`]; the line of a mutant says what it breaks, and which scenario shows it. A new shared
//! budget implements [`SharedBudget`](crate::budget::SharedBudget) and has its line in
//! [`COORDINATION`], and so do a gateway and store of your own
//! ([`Coordination`](crate::coordination::Coordination)).

use netsplit_sim::prelude::*;

use crate::budget::GlobalBucket;
use crate::client::{HonourRetryAfter, Impatient, MakeRetryPolicy};
use crate::concurrency::ConcurrencyLimit;
use crate::coordination::{BuildCoordination, Clock, Outage, central, local, local_wall_clock};
use crate::fixed_window::FixedWindow;
use crate::gcra::Gcra;
use crate::leaky_bucket::LeakyBucket;
use crate::limiter::{Algorithm, Keys, concurrency, estimate, rate};
use crate::messages::Tenant;
use crate::mutants::{CarriesOver, ForgetsSkew, LostRemainder, NoRefillCap, OffByOne};
use crate::sliding_counter::SlidingCounter;
use crate::sliding_log::SlidingLog;
use crate::synced::synced;
use crate::token_bucket::TokenBucket;

/// The limiter of a tenant.
pub static ALGORITHM: Seat<Algorithm> = Seat {
    name: "algorithm",
    summary: "Which requests of a tenant are admitted",
    fillings: &[
        filling("token-bucket", "A burst, and then a rate", rate::<TokenBucket>),
        filling("gcra", "The token bucket's decisions from one time stamp", rate::<Gcra>),
        filling(
            "fixed-window",
            "Counts per window of the clock: admits twice the limit across a boundary",
            rate::<FixedWindow>,
        ),
        filling(
            "sliding-log",
            "Exactly the limit in any window, for a time stamp per request",
            rate::<SlidingLog>,
        ),
        filling(
            "sliding-counter",
            "Weighs two windows: nearly exact for even traffic, nearly twice the limit at worst",
            estimate::<SlidingCounter>,
        ),
        filling(
            "leaky-bucket",
            "A queue that one request leaves per interval",
            rate::<LeakyBucket>,
        ),
        filling(
            "concurrency-limit",
            "Limits the requests in flight, at any rate",
            concurrency::<ConcurrencyLimit>,
        ),
        mutant(
            "off-by-one",
            "A token bucket that admits one more than the burst",
            "bucket-bound",
            "steady",
            rate::<OffByOne>,
        ),
        mutant(
            "no-refill-cap",
            "A token bucket that never overflows: a quiet night is saved up for the morning",
            "bucket-bound",
            "steady",
            rate::<NoRefillCap>,
        ),
        mutant(
            "lost-remainder",
            "A token bucket that rounds down at each request, and starves those who ask often",
            "rejects-only-excess",
            "steady",
            rate::<LostRemainder>,
        ),
        filling("forgets-skew", "A token bucket that follows a clock back", rate::<ForgetsSkew>),
    ],
};

/// How gateways share a limit.
pub static COORDINATION: Seat<BuildCoordination> = Seat {
    name: "coordination",
    summary: "Where requests are counted",
    fillings: &[
        filling("central", "One store decides about every request", central),
        filling("local", "Each gateway limits by itself: N of them admit N times the limit", local),
        filling(
            "synced",
            "Gateways spend budgets that the store renews: fast, and over the limit by a bound",
            |cluster| synced(cluster, Rc::new(GlobalBucket)),
        ),
        mutant(
            "carries-over",
            "Synced, but regions keep what they did not spend, and quiet times add up",
            "overshoot-bound",
            "regions-out-of-sync",
            |cluster| synced(cluster, Rc::new(CarriesOver(GlobalBucket))),
        ),
        mutant(
            "local-wall-clock",
            "Local, by the time of day: gives a full bucket away each time that the clock is set",
            "bucket-bound",
            "own-clock",
            local_wall_clock,
        ),
    ],
};

/// What a gateway does when it cannot reach the store.
pub static OUTAGE: Seat<Outage> = Seat {
    name: "outage",
    summary: "What happens to requests when the store does not answer",
    fillings: &[
        filling("fail-closed", "They are turned away", Outage::FailClosed),
        filling("fail-open", "They are admitted without being counted", Outage::FailOpen),
    ],
};

/// The time that the store's limiters decide by, given the store and what it was asked.
pub static CLOCK: Seat<Clock> = Seat {
    name: "clock",
    summary: "Which clock the store's limiters use",
    fillings: &[
        filling("store", "The store's own", |store, _| store.monotonic()),
        filling(
            "caller",
            "The wall clock of the gateway that asks: one that is ahead mints tokens",
            |_, ask| ask.stamp,
        ),
    ],
};

/// The key under which a tenant's requests are counted.
pub static KEYS: Seat<Keys> = Seat {
    name: "keys",
    summary: "Which requests are counted together",
    fillings: &[
        filling("per-tenant", "Those of each tenant", |tenant| tenant),
        filling("shared", "Those of all tenants: the busiest takes the others' tokens", |_| {
            Tenant(0)
        }),
    ],
};

/// The retry policy of clients.
pub static RETRY_POLICY: Seat<MakeRetryPolicy> = Seat {
    name: "manners",
    summary: "When rejected clients retry, where the scenario lets them",
    fillings: &[
        filling("honours-retry-after", "After the time that they were told", |params| {
            Rc::new(HonourRetryAfter { jitter: *params.retry_jitter })
        }),
        filling(
            "impatient",
            "After `retry_pause`, ignoring Retry-After: they overload the gateways",
            |params| Rc::new(Impatient { pause: *params.retry_pause }),
        ),
    ],
};

/// Variants that are more than one filling under its own name.
pub static BUNDLES: &[Bundle] = &[
    Bundle::new(
        "leaky-bucket",
        "A queue at each gateway that one request leaves per interval",
        &[ALGORITHM.fill("leaky-bucket"), COORDINATION.fill("local")],
    ),
    Bundle::new(
        "concurrency-limit",
        "Limits the requests in flight at each gateway, at any rate",
        &[ALGORITHM.fill("concurrency-limit"), COORDINATION.fill("local")],
    ),
    Bundle::new(
        "one-for-all",
        "One bucket for all tenants: the busiest takes it from the others",
        &[KEYS.fill("shared")],
    ),
    Bundle::new(
        "callers-clock",
        "The store uses the gateways' clocks: one that is ahead mints tokens",
        &[CLOCK.fill("caller")],
    ),
    Bundle::new(
        "forgets-skew",
        "The same, and follows every clock back: there is no limit left",
        &[CLOCK.fill("caller"), ALGORITHM.fill("forgets-skew")],
    )
    .mutant("bucket-bound", "clock-skew"),
];
