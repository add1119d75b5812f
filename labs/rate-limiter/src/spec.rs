//! What scenario files may say of this lab.

use netsplit_scenario::{
    Bundle, GroupSpec, LabSpec, Named, OperationSpec, ParamsSpec, Seat, filling,
};

use crate::client::{ASK, HOT};
use crate::invariants::INVARIANTS;
use crate::messages::KINDS;
use crate::params::Params;

/// The lab's description.
pub static SPEC: LabSpec = LabSpec {
    name: "rate-limiter",
    summary: "Rate limits: which window is meant, who counts, and what N regions add up to",
    groups: &[
        GroupSpec {
            name: "gateways",
            prefix: "g",
            count: 3,
            workers: None,
            summary: "Let requests pass or turn them away, and serve those that pass",
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
        OperationSpec {
            name: ASK,
            weight: 1.0,
            summary: "Asks for something; its key is the tenant",
        },
        OperationSpec {
            name: HOT,
            weight: 0.0,
            summary: "The same by one more tenant, whom no key names",
        },
    ],
    messages: KINDS,
    roles: &[],
    events: &[
        named("policy", "What is allowed, told once by the store"),
        named("asked", "A request came to a gateway that spends budgets"),
        named("admitted", "A request was let through, told where it was decided"),
        named("rejected", "A request was turned away, and until when"),
        named("finished", "A request that a gateway admitted by itself was served"),
    ],
    metrics: METRICS,
    observed: &[named(
        "budget_age",
        "How old the totals were by which a synced gateway admitted a request",
    )],
    invariants: INVARIANTS,
    actions: &[],
    seats: &[&SEATS[0], &SEATS[1], &SEATS[2], &SEATS[3], &SEATS[4], &SEATS[5]],
    reference: "A token bucket per tenant in one store, which fails closed",
    bundles: VARIANTS,
    params: ParamsSpec::of::<Params>(),
};

const fn named(name: &'static str, summary: &'static str) -> Named {
    Named { name, summary }
}

const METRICS: &[Named] = &[
    named("attempts", "What clients sent, retries included"),
    named("retries", "Attempts after the first"),
    named("admitted", "Requests that gateways let through"),
    named("admitted_blindly", "Those of them that nobody counted: the store was silent"),
    named("rejections", "Attempts that were turned away"),
    named("rounds", "How often the store settled up with the gateways"),
    named(
        "estimate",
        "What the sliding window counter last held against the limit, before it decided",
    ),
    named("window_max", "The most of a tenant that any window of the policy's length admitted"),
    named("overshoot_ratio", "The same as a multiple of the limit"),
    named(
        "excess",
        "The most that any stretch of time t admitted of a tenant beyond burst + rate * t",
    ),
    named("excess_unlawful", "The most that budgets admitted beyond the law of their overshoot"),
];

static SEATS: [Seat<()>; 6] = [
    Seat {
        name: "algorithm",
        summary: "Which requests of a tenant pass",
        fillings: &[
            fill("token-bucket", "A burst, and then a rate"),
            fill("gcra", "The same decisions from a single time stamp"),
            fill("fixed-window", "So many per window of the clock"),
            fill("sliding-log", "So many in any window at all"),
            fill("sliding-counter", "Two fixed windows that stand in for a log"),
            fill("leaky-bucket", "One by one, an interval apart; some wait"),
            fill("concurrency-limit", "So many at once"),
            fill("off-by-one", "A token bucket that holds one too many"),
            fill("no-refill-cap", "A token bucket that never overflows"),
            fill("lost-remainder", "A token bucket that adds whole tokens only"),
            fill("forgets-skew", "A token bucket that follows a clock back in time"),
        ],
    },
    Seat {
        name: "coordination",
        summary: "Who counts",
        fillings: &[
            fill("central", "The store, asked for every request"),
            fill("local", "Each gateway for itself"),
            fill("synced", "Each gateway, by budgets that the store renews"),
            fill("carries-over", "The same, but a new budget is added to the old one"),
        ],
    },
    Seat {
        name: "outage",
        summary: "What becomes of requests when the store is silent",
        fillings: &[fill("fail-closed", "They do not pass"), fill("fail-open", "They pass")],
    },
    Seat {
        name: "clock",
        summary: "Whose clock the store's limiters go by",
        fillings: &[
            fill("store", "Its own"),
            fill("caller", "The wall clock of the gateway that asks"),
        ],
    },
    Seat {
        name: "keys",
        summary: "Whose requests are counted together",
        fillings: &[fill("per-tenant", "Those of each tenant"), fill("shared", "Everybody's")],
    },
    Seat {
        name: "manners",
        summary: "What clients that were turned away do, where the scenario lets them retry",
        fillings: &[
            fill("honours-retry-after", "Wait as long as they were told"),
            fill("impatient", "Try again after `retry_pause`, whatever they were told"),
        ],
    },
];

const VARIANTS: &[Bundle] = &[
    variant("gcra", "The token bucket's decisions from one time stamp", &[("algorithm", "gcra")]),
    variant(
        "fixed-window",
        "Counts per window of the clock: admits twice the limit across a boundary",
        &[("algorithm", "fixed-window")],
    ),
    variant(
        "sliding-log",
        "Exactly the limit in any window, for a time stamp per request",
        &[("algorithm", "sliding-log")],
    ),
    variant(
        "sliding-counter",
        "Weighs two windows: nearly exact for even traffic, nearly twice for the worst",
        &[("algorithm", "sliding-counter")],
    ),
    variant(
        "leaky-bucket",
        "A queue at each gateway that lets one out per interval",
        &[("algorithm", "leaky-bucket"), ("coordination", "local")],
    ),
    variant(
        "concurrency-limit",
        "So many at once at each gateway, whatever their rate",
        &[("algorithm", "concurrency-limit"), ("coordination", "local")],
    ),
    variant(
        "local",
        "Each gateway limits for itself: N of them admit N times the limit",
        &[("coordination", "local")],
    ),
    variant(
        "synced",
        "Gateways spend budgets that the store renews: quick, and over the limit by a bound",
        &[("coordination", "synced")],
    ),
    variant(
        "carries-over",
        "A mutant of it: regions keep what they did not spend, and quiet times add up",
        &[("coordination", "carries-over")],
    ),
    variant(
        "fail-open",
        "Lets everything through while the store is silent",
        &[("outage", "fail-open")],
    ),
    variant(
        "one-for-all",
        "One bucket for all tenants: the busiest takes it from the others",
        &[("keys", "shared")],
    ),
    variant(
        "impatient",
        "Clients do not care for Retry-After: they drown the gateways that turn them away",
        &[("manners", "impatient")],
    ),
    variant(
        "callers-clock",
        "The store goes by the gateways' clocks: one that is ahead mints tokens",
        &[("clock", "caller")],
    ),
    variant(
        "forgets-skew",
        "The same, and follows every clock back: there is no limit left",
        &[("clock", "caller"), ("algorithm", "forgets-skew")],
    ),
    variant(
        "off-by-one",
        "A mutant: admits one more than the burst",
        &[("algorithm", "off-by-one")],
    ),
    variant(
        "no-refill-cap",
        "A mutant: a quiet night is saved up for the morning",
        &[("algorithm", "no-refill-cap")],
    ),
    variant(
        "lost-remainder",
        "A mutant: rounds down at each request, and starves who asks often",
        &[("algorithm", "lost-remainder")],
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
