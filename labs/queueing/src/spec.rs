//! What scenario files may say of the lab.

use netsplit_scenario::{
    Bundle, GroupSpec, LabSpec, Named, OperationSpec, ParamsSpec, Seat, filling,
};

use crate::messages::KINDS;
use crate::params::Params;

pub(crate) static SPEC: LabSpec = LabSpec {
    name: "queueing",
    summary: "Queues, utilisation and the tail: why a busy service is a slow one",
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
    operations: &[OperationSpec {
        name: "ask",
        weight: 1.0,
        summary: "Ask the front end, which asks every leaf",
    }],
    messages: KINDS,
    roles: &[],
    events: &[],
    metrics: &[
        named(
            "utilisation",
            "Share of the servers' working time that went into jobs served to the end",
        ),
        named("hedge_rate", "Leaf requests sent a second time, per leaf request"),
        named("hedges", "Leaf requests that were sent to a second replica"),
        named("cancellations", "Leaf requests that a server was told to stop"),
        named("rejections", "Leaf requests that a full server turned away"),
    ],
    observed: &[
        named("leaf", "From asking a leaf to its first answer, as the front end sees it"),
        named("wait", "What a leaf request spent at its server beyond its work: mostly queueing"),
        named("service", "The work of leaf requests that were served"),
    ],
    invariants: &[],
    actions: &[],
    seats: &[&SEATS[0], &SEATS[1]],
    reference: "Joins the shortest queue; hedges where the scenario says so",
    bundles: &[
        Bundle::new(
            "random",
            "Joins any queue, and so may wait at one server while another is idle",
            &[("balancer", "random")],
        ),
        Bundle::new(
            "round-robin",
            "Joins each queue in turn, however long it is",
            &[("balancer", "round-robin")],
        ),
        Bundle::new(
            "no-hedge",
            "Waits for the replica that it asked, however slow it is",
            &[("hedging", "never")],
        ),
        Bundle::new(
            "eager",
            "Asks two replicas at once: pays for every request twice",
            &[("hedging", "at-once")],
        ),
    ],
    params: ParamsSpec::of::<Params>(),
};

const fn named(name: &'static str, summary: &'static str) -> Named {
    Named { name, summary }
}

static SEATS: [Seat<()>; 2] = [
    Seat {
        name: "balancer",
        summary: "Which replica of a leaf is asked",
        fillings: &[
            fill("fewest", "The one with the fewest unanswered requests"),
            fill("random", "Any"),
            fill("round-robin", "Each in turn"),
        ],
    },
    Seat {
        name: "hedging",
        summary: "When a leaf is asked a second time",
        fillings: &[
            fill("after-delay", "After `hedge_after`, where the scenario says one"),
            fill("never", "Never"),
            fill("at-once", "Always, together with the first"),
        ],
    },
];

const fn fill(name: &'static str, summary: &'static str) -> netsplit_scenario::Filling<()> {
    filling(name, summary, ())
}
