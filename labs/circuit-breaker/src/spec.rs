//! What scenario files may say of the lab.

use netsplit_scenario::{
    Bundle, GroupSpec, LabSpec, Named, OperationSpec, ParamsSpec, Seat, filling,
};

use crate::invariants;
use crate::messages::KINDS;
use crate::params::Params;

/// The lab's description.
pub(crate) static SPEC: LabSpec = LabSpec {
    name: "circuit-breaker",
    summary: "Circuit breakers, bulkheads, outlier ejection: not calling what does not answer",
    groups: GROUPS,
    operations: &[
        OperationSpec {
            name: "stock",
            weight: 1.0,
            summary: "Ask a front end something that it must ask stock",
        },
        OperationSpec {
            name: "reviews",
            weight: 0.0,
            summary: "Ask a front end something that it must ask reviews",
        },
    ],
    messages: KINDS,
    roles: &[],
    events: EVENTS,
    metrics: METRICS,
    observed: &[
        named("call", "How long single calls took, time-outs included"),
        named("stale", "How old the answers from the cache were"),
    ],
    invariants: invariants::ALL,
    actions: &[],
    seats: &[&SEATS[0], &SEATS[1], &SEATS[2], &SEATS[3], &SEATS[4], &SEATS[5]],
    reference: "A breaker per host, around each call",
    bundles: VARIANTS,
    params: ParamsSpec::of::<Params>(),
};

const fn named(name: &'static str, summary: &'static str) -> Named {
    Named { name, summary }
}

const GROUPS: &[GroupSpec] = &[
    GroupSpec {
        name: "front",
        prefix: "f",
        count: 2,
        workers: None,
        summary: "Front ends: they ask the services, with breakers",
    },
    GroupSpec {
        name: "stock",
        prefix: "s",
        count: 1,
        workers: Some(4),
        summary: "Hosts of the service that most requests need",
    },
    GroupSpec {
        name: "reviews",
        prefix: "r",
        count: 1,
        workers: Some(4),
        summary: "Hosts of its neighbour",
    },
];

const EVENTS: &[Named] = &[
    named("started", "A front end is up, all its breakers closed and new"),
    named("opened", "A breaker opened; says by which calls"),
    named("half-opened", "A breaker is half-open; says until when"),
    named("closed", "A breaker closed"),
    named("probe", "A half-open breaker let a call through"),
    named("probe-ended", "That call ended, or was given up"),
    named("turned-away", "A half-open breaker turned a call away"),
    named("ejected", "A host was taken out of the rotation"),
    named("returned", "A host is in the rotation again"),
];

const METRICS: &[Named] = &[
    named("calls", "Calls to hosts of services, retries included"),
    named("failed_calls", "Those without a good answer in time"),
    named("retries", "Calls that tried again"),
    named("turned_away", "Calls that a breaker did not permit"),
    named("bulkhead_rejections", "Calls that found the bulkhead full"),
    named("stale_answers", "Requests answered from the cache"),
    named("openings", "Times that a breaker opened"),
    named("probes", "Calls that half-open breakers let through"),
    named("ejections", "Times that a host was ejected"),
    named("opened_at_call", "Calls the first breaker to open had recorded by then"),
    named("failures_at_opening", "Failures in its window then"),
    named("calls_to_open", "Calls that had been made by then, retries included"),
    named("open_ms", "From the first opening to the first probe"),
    named("trip_rate", "Share of stock's breakers that opened as soon as they could judge"),
    named("tripped_rate", "Share of stock's breakers that ever opened"),
    named("reopen_rate", "Share of half-open rounds that opened again"),
    named("probes_at_once_max", "The most probes under way at once, of all front ends"),
    named("half_open_left", "Breakers that are half-open at the end"),
    named("ejected_at_once_max", "The most hosts ejected at once, counted over front ends"),
    named("first_return_ms", "When the first ejected host returned"),
];

static SEATS: [Seat<()>; 6] = [
    Seat {
        name: "breaker",
        summary: "Whether to call",
        fillings: &[
            fill("reference", "Closed, open, half-open"),
            fill("none", "Always"),
            fill("slow-is-fine", "Counts errors, not slowness"),
            fill("lost-permit", "Forgets the permits of calls that were given up"),
            fill("no-probe-limit", "Half-open, lets everybody in"),
            fill("waits-for-ever", "Half-open, waits for its probes without end"),
            fill("never-half-open", "Closes when its wait is over"),
            fill("old-news", "Counts calls of earlier states"),
        ],
    },
    Seat {
        name: "scope",
        summary: "For what there is a breaker",
        fillings: &[
            fill("per-host", "For each host of a service"),
            fill("per-service", "For a service as a whole"),
        ],
    },
    Seat {
        name: "placement",
        summary: "Where the breaker stands among the retries",
        fillings: &[
            fill("inside-retry", "Around each call"),
            fill("outside-retry", "Around all calls of a request"),
        ],
    },
    Seat {
        name: "bulkhead",
        summary: "What becomes of the place of a call that was given up",
        fillings: &[fill("reference", "It is free again"), fill("leaky", "It stays taken")],
    },
    Seat {
        name: "ejection",
        summary: "How many hosts may be ejected at once",
        fillings: &[
            fill("limited", "The share that the parameter says"),
            fill("everybody", "Any number"),
        ],
    },
    Seat {
        name: "cache",
        summary: "How old an answer is that was served from the cache",
        fillings: &[fill("reference", "As old as it was"), fill("renewing", "New again")],
    },
];

const VARIANTS: &[Bundle] = &[
    variant(
        "no-breaker",
        "Calls whatever happens: waits for what does not answer, with all its threads",
        &[("breaker", "none")],
    ),
    variant(
        "slow-is-fine",
        "Opens on errors only: a slow service keeps all threads busy",
        &[("breaker", "slow-is-fine")],
    ),
    variant(
        "lost-permit",
        "A probe that is given up does not return its permit: stuck half-open",
        &[("breaker", "lost-permit")],
    ),
    variant(
        "no-probe-limit",
        "Half-open, everybody is a probe: a service that just came back gets it all at once",
        &[("breaker", "no-probe-limit")],
    ),
    variant(
        "waits-for-ever",
        "Half-open, waits for its probes without end: stuck when they are lost",
        &[("breaker", "waits-for-ever")],
    ),
    variant(
        "never-half-open",
        "Closes when its wait is over, without a probe",
        &[("breaker", "never-half-open")],
    ),
    variant(
        "old-news",
        "Takes late outcomes of old calls for those of its probes",
        &[("breaker", "old-news")],
    ),
    variant(
        "one-breaker-for-all",
        "A breaker per service: one bad host turns everybody away",
        &[("scope", "per-service")],
    ),
    variant(
        "outside-retry",
        "The breaker sees requests, not calls: it opens late, and its probes retry",
        &[("placement", "outside-retry")],
    ),
    variant(
        "leaky-bulkhead",
        "Each user who leaves keeps a place in the bulkhead: after a slow hour it is full for good",
        &[("bulkhead", "leaky")],
    ),
    variant(
        "eject-everybody",
        "Ejects hosts without a limit: those that are left have to bear it all",
        &[("ejection", "everybody")],
    ),
    variant(
        "stale-is-fresh",
        "What was served from the cache is new again: it never grows too old to be served",
        &[("cache", "renewing")],
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
