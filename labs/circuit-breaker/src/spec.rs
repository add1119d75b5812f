//! The lab's description: the names that scenario files may use.

use netsplit_sim::prelude::*;

use crate::messages::KINDS;
use crate::params::Params;
use crate::{invariants, seats};

/// The lab's description.
pub(crate) static SPEC: LabSpec = LabSpec {
    groups: GROUPS,
    operations: &[
        OperationSpec::new("stock", 1.0, "Ask a front end something that it must ask stock"),
        OperationSpec::new("reviews", 0.0, "Ask a front end something that it must ask reviews"),
    ],
    messages: KINDS,
    events: EVENTS,
    strips: STRIPS,
    metrics: METRICS,
    measures: MEASURES,
    observed: &[
        Named::new("call", "Duration of single calls, timeouts included"),
        Named::new("stale", "Age of the answers from the cache"),
    ],
    invariants: invariants::ALL,
    seats: &[
        &seats::BREAKER,
        &seats::HALF_OPEN,
        &seats::SCOPE,
        &seats::PLACEMENT,
        &seats::BULKHEAD,
        &seats::EJECTION,
        &seats::CACHE,
    ],
    reference: "A breaker per host, around each call",
    bundles: RENAMED,
    params: ParamsSpec::of::<Params>(),
    ..LabSpec::new(
        "circuit-breaker",
        "Circuit breakers, bulkheads, outlier ejection: not calling what does not answer",
    )
};

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
    Named::new("started", "A front end started, with all its breakers closed and new"),
    Named::new("opened", "A breaker opened, and the calls by which it judged"),
    Named::new("half-opened", "A breaker became half-open, and until when at the latest"),
    Named::new("closed", "A breaker closed"),
    Named::new("probe", "A half-open breaker let a call through"),
    Named::new("probe-ended", "That call ended, or was abandoned"),
    Named::new("turned-away", "A half-open breaker rejected a call"),
    Named::new("ejected", "A host was taken out of the rotation"),
    Named::new("returned", "A host came back into the rotation"),
];

const METRICS: &[Named] = &[
    Named::new("calls", "Calls to hosts of services, retries included"),
    Named::new("failed_calls", "Calls that brought no good answer in time"),
    Named::new("retries", "Calls that were retries"),
    Named::new("turned_away", "Calls that a breaker rejected"),
    Named::new("bulkhead_rejections", "Calls that a full bulkhead rejected"),
    Named::new("stale_answers", "Requests answered from the cache"),
    Named::new("openings", "Times that a breaker opened"),
    Named::new("probes", "Calls that half-open breakers let through"),
    Named::new("ejections", "Times that a host was ejected"),
];

const MEASURES: &[Named] = &[
    Named::new("opened_at_call", "Calls that the first breaker to open had recorded by then"),
    Named::new("failures_at_opening", "Failures among the calls by which it opened"),
    Named::new("calls_to_open", "Calls that had been made when it opened, retries included"),
    Named::new("open_ms", "Time from the first opening to the first half-open round, in ms"),
    Named::new("trip_rate", "Share of stock's breakers that opened as soon as they could judge"),
    Named::new("tripped_rate", "Share of stock's breakers that ever opened"),
    Named::new("reopen_rate", "Share of half-open rounds after which the breaker opened again"),
    Named::new("probes_at_once_max", "Greatest number of probes in flight, over all front ends"),
    Named::new("half_open_left", "Breakers that are half-open at the end"),
    Named::new("ejected_at_once_max", "Greatest number of ejected hosts, over all front ends"),
    Named::new("first_return_ms", "Time at which the first ejected host came back, in ms"),
];

/// Variants whose names are not those of their fillings.
const RENAMED: &[Bundle] = &[
    Bundle::new(
        "no-breaker",
        "Calls whatever happens: waits for services that do not answer, with all its threads",
        const { &[seats::BREAKER.fill("none")] },
    ),
    Bundle::new(
        "one-breaker-for-all",
        "A breaker per service: one bad host, and the calls to all hosts are rejected",
        const { &[seats::SCOPE.fill("per-service")] },
    ),
    Bundle::new(
        "leaky-bulkhead",
        "Each user who leaves keeps a slot of the bulkhead: after a slow hour it is full for good",
        const { &[seats::BULKHEAD.fill("leaky")] },
    ),
    Bundle::new(
        "eject-everybody",
        "Ejects hosts without a limit: those that are left have to bear the load of all",
        const { &[seats::EJECTION.fill("everybody")] },
    ),
    Bundle::new(
        "stale-is-fresh",
        "What was served from the cache is new again: it never grows too old to be served",
        const { &[seats::CACHE.fill("renewing")] },
    ),
];

const STRIPS: &[Strip] = &[
    Strip {
        title: "Breakers",
        summary: "Each front end's breakers that are not closed. An open one rejects at once; a half-open one lets a few calls through, and opens again or closes by them",
        rows: StripRows::NodeAnd(Field::new("breaker")),
        source: StripSource::States(&[
            Turn::begins("opened", "open"),
            Turn::begins("half-opened", "half-open"),
            Turn::ends("closed"),
        ]),
    },
    Strip {
        title: "Ejected hosts",
        summary: "Hosts that a front end has taken out of its rotation",
        rows: StripRows::NodeAnd(Field::new("host")),
        source: StripSource::States(&[Turn::begins("ejected", "ejected"), Turn::ends("returned")]),
    },
    Strip {
        title: "Queues",
        summary: "Calls that wait for a worker of their host, whoever still wants the answer",
        rows: StripRows::Node,
        source: StripSource::Queues,
    },
];
