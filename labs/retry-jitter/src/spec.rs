//! The names that scenario files may use.

use netsplit_sim::prelude::*;

use crate::messages::KINDS;
use crate::params::Params;
use crate::seats::{ADMISSION, BACKOFF, BUDGET, DEADLINES, IDENTITY, ROW};

pub(crate) static SPEC: LabSpec = LabSpec {
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
        OperationSpec::new("ask", 1.0, "A read: any replica may do it, and twice"),
        OperationSpec::new("charge", 0.0, "Takes money: to be done exactly once"),
        OperationSpec::new("update", 0.0, "Adds one to a shared row, under optimistic concurrency"),
    ],
    messages: KINDS,
    events: &[Named::new("charged", "A server took a user's money")],
    shown: &[Named::new("queue", "How many jobs wait for a slot of a node, at each change")],
    strips: STRIPS,
    metrics: METRICS,
    measures: MEASURES,
    observed: &[
        Named::new("wait", "The time that a job waited for a worker of its server"),
        Named::new("service", "The work of jobs that were served"),
        Named::new("backoff", "The time that callers waited before a retry"),
    ],
    seats: &[&BACKOFF, &BUDGET, &ADMISSION, &IDENTITY, &ROW, &DEADLINES],
    reference: "Full jitter, a retry budget, deadlines, shedding, idempotency keys",
    bundles: BUNDLES,
    params: ParamsSpec::of::<Params>(),
    ..LabSpec::new(
        "retry-jitter",
        "Retries, backoff and budgets: how good intentions keep a service down",
    )
};

const METRICS: &[Named] = &[
    Named::new("tries", "Jobs that reached a server"),
    Named::new("retries", "Tries after the first, at all layers"),
    Named::new("refused", "Tries that a budget refused to send"),
    Named::new("hedges", "Tries that were sent to another replica as well"),
    Named::new("shed", "Jobs that a full queue rejected"),
    Named::new("expired", "Jobs dropped because their turn came too late"),
    Named::new("duplicates", "Tries that a server recognised by their key"),
    Named::new("write_calls", "Writes of the row that were sent"),
];

const MEASURES: &[Named] = &[
    Named::new("amplification", "Jobs that reached a server, per leaf of a request"),
    Named::new("hedge_rate", "Hedges per leaf of a request"),
    Named::new("makespan_ms", "From the first request to the end of the last"),
    Named::new("drain_s", "From the end of the last fault to the first job that did not wait"),
    Named::new("double_charges", "Charges beyond the first of their request"),
    Named::new("unpaid", "Charges that were confirmed and not made"),
    Named::new("lost_updates", "Updates that were confirmed and overwritten"),
];

static BUNDLES: &[Bundle] = &[
    Bundle::new(
        "naive",
        "Retries at once and always; serves all in order; no keys",
        &[
            BACKOFF.fill("immediate"),
            BUDGET.fill("unlimited"),
            ADMISSION.fill("fifo"),
            IDENTITY.fill("none"),
        ],
    ),
    Bundle::new(
        "no-retry",
        "Never tries again: gentle, and passes every hiccup on to the user",
        &[BUDGET.fill("no-retries")],
    ),
    Bundle::new(
        "backoff-only",
        "Waits with full jitter, but has no budget and no limits: retries later, not less",
        &[BUDGET.fill("unlimited"), ADMISSION.fill("fifo")],
    ),
    Bundle::new(
        "no-keys",
        "Two tries are two requests: charges twice when an answer is lost",
        &[IDENTITY.fill("none")],
    ),
    Bundle::new(
        "key-per-try",
        "Keys drawn where the try is sent: as good as none",
        &[IDENTITY.fill("per-try")],
    ),
    Bundle::new(
        "key-per-customer",
        "Keys made from the content: a second purchase gets the first receipt again",
        &[IDENTITY.fill("per-customer")],
    ),
    Bundle::new(
        "blind-write",
        "Writes without looking at the version: never a conflict, and updates are lost",
        &[ROW.fill("blind")],
    ),
];

const STRIPS: &[Strip] = &[Strip {
    title: "Queues",
    summary: "Jobs that wait for a slot of their node, whether or not their client still waits. A queue that does not drain after the fault is kept full by retries",
    rows: StripRows::Node,
    source: StripSource::Levels("queue"),
}];
