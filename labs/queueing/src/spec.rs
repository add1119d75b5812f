//! The names that scenario files may use.

use netsplit_sim::prelude::*;

use crate::messages::KINDS;
use crate::params::Params;
use crate::seats::{BALANCER, HEDGING};

pub(crate) static SPEC: LabSpec = LabSpec {
    groups: &[
        GroupSpec {
            name: "front",
            prefix: "f",
            count: 1,
            workers: None,
            summary: "Split requests into leaf requests, and wait for all of them",
        },
        GroupSpec {
            name: "servers",
            prefix: "s",
            count: 1,
            workers: Some(1),
            summary: "Do the work of leaf requests, each with its own queue",
        },
    ],
    operations: &[OperationSpec::new("ask", 1.0, "Ask the front end, which asks every leaf")],
    messages: KINDS,
    strips: STRIPS,
    metrics: &[
        Named::new("hedges", "Leaf requests that were sent to a second replica"),
        Named::new("cancellations", "Leaf requests that a server was told to stop"),
        Named::new("rejections", "Leaf requests that a full server rejected"),
    ],
    measures: &[
        Named::new(
            "utilisation",
            "Share of the servers' working time that went into jobs served to the end",
        ),
        Named::new("hedge_rate", "Leaf requests sent a second time, per leaf request"),
    ],
    observed: &[
        Named::new("leaf", "From asking a leaf to its first answer, as the front end sees it"),
        Named::new("wait", "Time at the server beyond the work itself: mostly queueing"),
        Named::new("service", "The work of leaf requests that were served"),
    ],
    seats: &[&BALANCER, &HEDGING],
    reference: "Joins the shortest queue; hedges if the scenario sets `hedge_after`",
    bundles: &[
        Bundle::new(
            "no-hedge",
            "Waits for the replica that it asked, however slow it is",
            &[HEDGING.fill("never")],
        ),
        Bundle::new(
            "eager",
            "Asks two replicas at once: pays for every request twice",
            &[HEDGING.fill("at-once")],
        ),
    ],
    params: ParamsSpec::of::<Params>(),
    ..LabSpec::new("queueing", "Queues, utilisation and the tail: why a busy service is a slow one")
};

const STRIPS: &[Strip] = &[Strip {
    title: "Queues",
    summary: "Jobs that wait for a worker of their server: near full load a queue grows long by chance, and drains slowly",
    rows: StripRows::Node,
    source: StripSource::Queues,
}];
