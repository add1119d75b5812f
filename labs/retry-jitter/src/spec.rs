//! What scenario files may say of the lab.

use netsplit_scenario::{
    Bundle, GroupSpec, LabSpec, Named, OperationSpec, ParamsSpec, Seat, filling,
};

use crate::messages::KINDS;
use crate::params::Params;

pub(crate) static SPEC: LabSpec = LabSpec {
    name: "retry-jitter",
    summary: "Retries, backoff and budgets: how good intentions keep a service down",
    groups: &[
        GroupSpec {
            name: "proxies",
            prefix: "p",
            count: 0,
            workers: None,
            summary: "Layers between clients and servers, one behind the other",
        },
        GroupSpec {
            name: "servers",
            prefix: "s",
            count: 1,
            workers: Some(1),
            summary: "Do the work, each with its own queue",
        },
    ],
    operations: &[
        operation("ask", 1.0, "A read: any replica may do it, and twice"),
        operation("charge", 0.0, "Takes money: to be done exactly once"),
        operation("update", 0.0, "Adds one to a shared row, under optimistic concurrency"),
    ],
    messages: KINDS,
    roles: &[],
    events: &[named("charged", "A server took a user's money")],
    metrics: METRICS,
    observed: &[
        named("wait", "What a job waited at its server for a worker"),
        named("service", "The work of jobs that were served"),
        named("backoff", "What callers waited before a retry"),
    ],
    invariants: &[],
    actions: &[],
    seats: &[&SEATS[0], &SEATS[1], &SEATS[2], &SEATS[3], &SEATS[4]],
    reference: "Full jitter, a retry budget, deadlines, shedding, idempotency keys",
    bundles: VARIANTS,
    params: ParamsSpec::of::<Params>(),
};

const fn named(name: &'static str, summary: &'static str) -> Named {
    Named { name, summary }
}

const fn operation(name: &'static str, weight: f64, summary: &'static str) -> OperationSpec {
    OperationSpec { name, weight, summary }
}

const METRICS: &[Named] = &[
    named("tries", "Jobs that reached a server"),
    named("retries", "Tries after the first, at all layers"),
    named("refused", "Tries that a budget did not let leave"),
    named("hedges", "Tries that were sent to another replica as well"),
    named("shed", "Jobs that found a full queue"),
    named("expired", "Jobs dropped when their turn came too late"),
    named("duplicates", "Tries that a server knew by their key"),
    named("write_calls", "Writes of the row that were sent"),
    named("amplification", "Jobs that reached a server, per leaf of a request"),
    named("hedge_rate", "Hedges per leaf of a request"),
    named("makespan_ms", "From the first request to the end of the last"),
    named("drain_s", "From the last heal to the first job that did not wait"),
    named("double_charges", "Charges beyond the first of their request"),
    named("unpaid", "Charges that were confirmed and not made"),
    named("lost_updates", "Updates that were confirmed and overwritten"),
];

static SEATS: [Seat<()>; 5] = [
    Seat {
        name: "backoff",
        summary: "How long to wait before the next try",
        fillings: &[
            fill("full-jitter", "Anything up to the exponential wait"),
            fill("equal-jitter", "Half of the exponential wait, and up to half more"),
            fill("decorrelated-jitter", "Anything up to three times the last wait"),
            fill("exponential", "Twice as long each time, to the nanosecond"),
            fill("immediate", "Not at all"),
            fill("seeded-alike", "Full jitter, drawn alike by all"),
        ],
    },
    Seat {
        name: "budget",
        summary: "Whether a try may be sent",
        fillings: &[
            fill("retry-ratio", "Retries up to a share of requests"),
            fill("token-bucket", "Retries as long as enough succeed, as in AWS SDKs"),
            fill("adaptive-throttling", "Fewer tries of any kind, the fewer are accepted"),
            fill("unlimited", "Always"),
            fill("no-retries", "First tries only"),
        ],
    },
    Seat {
        name: "admission",
        summary: "Who may wait at a node, and whose turn it is",
        fillings: &[
            fill("drop-expired", "In order, to a limit, unless it is too late"),
            fill("shed", "In order, to a limit"),
            fill("fifo", "In order, all of them"),
            fill("lifo", "The newest first, all of them"),
        ],
    },
    Seat {
        name: "identity",
        summary: "What makes two tries the same request",
        fillings: &[
            fill("per-request", "One key for all tries of a request"),
            fill("none", "No keys"),
            fill("per-try", "A new key for each try"),
            fill("per-customer", "One key for all that a customer buys"),
        ],
    },
    Seat {
        name: "row",
        summary: "When a write of the row wins",
        fillings: &[
            fill("if-unchanged", "If nobody has written since it was read"),
            fill("blind", "Always"),
        ],
    },
];

const VARIANTS: &[Bundle] = &[
    variant(
        "naive",
        "Retries at once and always; serves all in order; no keys",
        &[
            ("backoff", "immediate"),
            ("budget", "unlimited"),
            ("admission", "fifo"),
            ("identity", "none"),
        ],
    ),
    variant(
        "no-retry",
        "Never tries again: gentle, and passes every hiccup on to the user",
        &[("budget", "no-retries")],
    ),
    variant(
        "backoff-only",
        "Waits with full jitter, but has no budget and no limits: retries later, not less",
        &[("budget", "unlimited"), ("admission", "fifo")],
    ),
    variant(
        "equal-jitter",
        "Never comes back at once: a little less work, and a little slower",
        &[("backoff", "equal-jitter")],
    ),
    variant(
        "decorrelated-jitter",
        "Spreads by its own history: the soonest done of the jitters, with more calls",
        &[("backoff", "decorrelated-jitter")],
    ),
    variant(
        "exponential",
        "Waits without jitter: who failed together comes back together",
        &[("backoff", "exponential")],
    ),
    variant(
        "immediate",
        "Retries at once: soonest done where nothing is scarce, by far the most calls",
        &[("backoff", "immediate")],
    ),
    variant(
        "seeded-alike",
        "Jitter from one seed for all: random to each, the same for all",
        &[("backoff", "seeded-alike")],
    ),
    variant("token-bucket", "The budget of the AWS SDKs", &[("budget", "token-bucket")]),
    variant(
        "adaptive-throttling",
        "Clients hold back what would be turned away",
        &[("budget", "adaptive-throttling")],
    ),
    variant(
        "no-keys",
        "Two tries are two requests: charges twice when an answer is lost",
        &[("identity", "none")],
    ),
    variant(
        "key-per-try",
        "Keys drawn where the try is sent: as good as none",
        &[("identity", "per-try")],
    ),
    variant(
        "key-per-customer",
        "Keys made of what is asked: whoever buys twice gets the first receipt again",
        &[("identity", "per-customer")],
    ),
    variant(
        "blind-write",
        "Writes without looking at the version: never a conflict, and updates are lost",
        &[("row", "blind")],
    ),
];

const fn variant(
    name: &'static str,
    summary: &'static str,
    fills: &'static [(&'static str, &'static str)],
) -> Bundle {
    Bundle::new(name, summary, fills)
}

const fn fill(name: &'static str, summary: &'static str) -> netsplit_scenario::Filling<()> {
    filling(name, summary, ())
}
