//! The seats of the lab, each with its fillings.

use netsplit_sim::prelude::*;

use crate::admission::{Admission, DropExpired, InOrder, Lifo};
use crate::backoff::{
    Backoff, Bounds, DecorrelatedJitter, EqualJitter, Exponential, FullJitter, Immediate,
    SeededAlike,
};
use crate::budget::{AdaptiveThrottling, Budget, NoRetries, RetryRatio, TokenBucket, Unlimited};
use crate::deadlines::{Deadlines, PerHop, Silent, Travel};
use crate::identity::{Identity, PerRequest, WrongKey};
use crate::optimistic_row::{WriteRule, write_blindly, write_if_unchanged};
use crate::params::{DeadlineMode, Params};

/// Makes the backoff of one request.
pub type MakeBackoff = fn(Bounds) -> Box<dyn Backoff>;
/// Makes the budget of one process, when it starts.
pub type MakeBudget = fn(&Params) -> Box<dyn Budget>;
/// Makes the admission of one node, when it starts, from the number of its slots (`None` for no
/// limit).
pub type MakeAdmission = fn(Option<usize>, &Params) -> Box<dyn Admission>;
/// Makes the identity of one client session or one server, when it starts.
pub type MakeIdentity = fn() -> Box<dyn Identity>;
/// Makes the deadlines of a run.
pub type MakeDeadlines = fn(&Params) -> Box<dyn Deadlines>;

/// The wait before the next try.
pub static BACKOFF: Seat<MakeBackoff> = Seat {
    name: "backoff",
    summary: "How long to wait before the next try",
    fillings: &[
        filling("full-jitter", "Anything up to the exponential wait", |bounds| {
            Box::new(FullJitter(bounds))
        }),
        filling(
            "equal-jitter",
            "Never comes back at once: as little work, and a third slower",
            |bounds| Box::new(EqualJitter(bounds)),
        ),
        filling(
            "decorrelated-jitter",
            "Spreads by its own history: finishes first of the jitters, with more calls",
            |bounds| Box::new(DecorrelatedJitter::new(bounds)),
        ),
        filling(
            "exponential",
            "Waits without jitter: clients that failed together come back together",
            |bounds| Box::new(Exponential(bounds)),
        ),
        filling(
            "immediate",
            "Retries at once: finishes first where nothing is scarce, with by far the most calls",
            |_| Box::new(Immediate),
        ),
        mutant(
            "seeded-alike",
            "Jitter from one seed for all: random to each, the same for all",
            "availability",
            "thundering-herd",
            |bounds| Box::new(SeededAlike(FullJitter(bounds))),
        ),
    ],
};

/// Whether a try may be sent.
pub static BUDGET: Seat<MakeBudget> = Seat {
    name: "budget",
    summary: "Whether a try may be sent",
    fillings: &[
        filling("retry-ratio", "Retries up to a share of requests", |params| {
            Box::new(RetryRatio::new(*params.retry_ratio))
        }),
        filling("token-bucket", "The budget of the AWS SDKs", |params| {
            Box::new(TokenBucket::full(params.bucket.limit().unwrap_or(u32::MAX)))
        }),
        filling(
            "adaptive-throttling",
            "Clients hold back tries that would be rejected",
            |params| Box::new(AdaptiveThrottling::new(params.throttle_k, *params.throttle_window)),
        ),
        filling("unlimited", "Sends every try", |_| Box::new(Unlimited)),
        filling("no-retries", "Sends first tries only", |_| Box::new(NoRetries)),
    ],
};

/// The queue in front of a node's workers.
pub static ADMISSION: Seat<MakeAdmission> = Seat {
    name: "admission",
    summary: "Which jobs may wait at a node, and which is next",
    fillings: &[
        filling(
            "drop-expired",
            "In order of arrival, up to `queue_limit`; drops jobs that would be too late",
            |slots, params| Box::new(DropExpired::new(slots, params.queue_limit.count())),
        ),
        filling("shed", "In order of arrival, up to `queue_limit`", |slots, params| {
            Box::new(InOrder::new(slots, params.queue_limit.count()))
        }),
        filling("fifo", "In order of arrival, without a limit", |slots, _| {
            Box::new(InOrder::new(slots, None))
        }),
        filling("lifo", "The newest first, without a limit", |slots, params| {
            Box::new(Lifo::new(slots, params.lifo_above.count()))
        }),
    ],
};

/// How a server recognises two tries of one request.
pub static IDENTITY: Seat<MakeIdentity> = Seat {
    name: "identity",
    summary: "What makes two tries the same request",
    fillings: &[
        filling("per-request", "One key for all tries of a request", || {
            Box::new(PerRequest::default())
        }),
        mutant("none", "No keys", "double_charges", "double-charge", || Box::new(WrongKey::none())),
        mutant("per-try", "A new key for each try", "double_charges", "double-charge", || {
            Box::new(WrongKey::per_try())
        }),
        mutant(
            "per-customer",
            "One key for all purchases of a customer",
            "unpaid",
            "double-charge",
            || Box::new(WrongKey::per_customer()),
        ),
    ],
};

/// When a write of the row succeeds.
pub static ROW: Seat<WriteRule> = Seat {
    name: "row",
    summary: "When a write of the row succeeds",
    fillings: &[
        filling("if-unchanged", "If the row has not changed since it was read", write_if_unchanged),
        mutant("blind", "Always", "lost_updates", "contention", write_blindly),
    ],
};

/// What tries tell of the time that is left.
pub static DEADLINES: Seat<MakeDeadlines> = Seat {
    name: "deadlines",
    summary: "What tries tell of the time that is left",
    fillings: &[filling("as-configured", "What `params.deadlines` says", |params| {
        let travel = Travel { reserve: *params.reserve };
        match params.deadlines {
            DeadlineMode::Travel => Box::new(travel),
            DeadlineMode::PerHop => Box::new(PerHop(travel)),
            DeadlineMode::None => Box::new(Silent),
        }
    })],
};
