//! The lab's description: everything that a scenario file may name.

use netsplit_sim::prelude::*;

use crate::client::{ASK, HOT};
use crate::invariants::INVARIANTS;
use crate::messages::KINDS;
use crate::params::Params;
use crate::seats::{ALGORITHM, BUNDLES, CLOCK, COORDINATION, KEYS, OUTAGE, RETRY_POLICY};

/// The lab's description.
pub static SPEC: LabSpec = LabSpec {
    groups: &[
        GroupSpec {
            name: "gateways",
            prefix: "g",
            count: 3,
            workers: None,
            summary: "Admit requests or reject them, and serve those that they admit",
        },
        GroupSpec {
            name: "store",
            prefix: "s",
            count: 1,
            workers: None,
            summary: "Counts for all gateways; always one",
        },
    ],
    operations: &[
        OperationSpec::new(ASK, 1.0, "A request whose key is its tenant"),
        OperationSpec::new(HOT, 0.0, "A request of one more tenant, which no key names"),
    ],
    messages: KINDS,
    events: &[
        Named::new("policy", "What is allowed, announced once by the store"),
        Named::new("asked", "A request came to a gateway that spends budgets"),
        Named::new("admitted", "A request was admitted, announced where that was decided"),
        Named::new("rejected", "A request was rejected, and told when to retry"),
        Named::new("finished", "A request that a gateway admitted by itself was served"),
    ],
    strips: STRIPS,
    metrics: METRICS,
    measures: MEASURES,
    observed: &[Named::new(
        "budget_age",
        "Age of the totals behind the budget by which a synced gateway admitted a request",
    )],
    invariants: INVARIANTS,
    seats: &[&ALGORITHM, &COORDINATION, &OUTAGE, &CLOCK, &KEYS, &RETRY_POLICY],
    reference: "A token bucket per tenant in one store, which fails closed",
    bundles: BUNDLES,
    params: ParamsSpec::of::<Params>(),
    ..LabSpec::new(
        "rate-limiter",
        "Rate limits: which window is meant, where requests are counted, and what N regions add up to",
    )
};

const METRICS: &[Named] = &[
    Named::new("attempts", "Attempts of clients, the first included"),
    Named::new("retries", "Attempts after the first"),
    Named::new("admitted", "Requests that gateways admitted"),
    Named::new("admitted_blindly", "Those admitted uncounted, as the store did not answer"),
    Named::new("rejections", "Attempts that were rejected"),
    Named::new("rounds", "Rounds in which the store renewed budgets"),
    Named::new(
        "estimate",
        "The sliding window counter's last estimate, before it decided about the request",
    ),
];

const MEASURES: &[Named] = &[
    Named::new(
        "window_max",
        "The most requests of a tenant admitted in any window of the policy's length",
    ),
    Named::new("overshoot_ratio", "`window_max` divided by the limit"),
    Named::new(
        "excess",
        "The most that any stretch of time t admitted of a tenant beyond burst + rate * t",
    ),
    Named::new(
        "excess_unlawful",
        "The most that budgets admitted beyond the bound of their overshoot",
    ),
];

const STRIPS: &[Strip] = &[Strip {
    title: "Admitted within the window",
    summary: "Requests of each tenant that were admitted within the policy's window before each instant, against its limit. A fixed window admits twice the limit across a boundary",
    rows: StripRows::Each(Field::new("tenant").after("t")),
    source: StripSource::Within {
        event: "admitted",
        announced: "policy",
        window_ns: "window_ns",
        limit: "limit",
    },
}];
