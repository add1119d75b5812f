//! The seats of the lab, each with its fillings.

use netsplit_sim::prelude::*;

use crate::balancer::{
    Balancer, Fewest, Random, Replicas, Rotation, RoundRobin, SameAgain, TwoChoices,
};
use crate::hedging::{self, Hedging};

/// Which replica of a leaf is asked. A front end makes its balancer when it starts.
pub static BALANCER: Seat<fn(Replicas) -> Box<dyn Balancer>> = Seat {
    name: "balancer",
    summary: "Which replica of a leaf is asked",
    fillings: &[
        filling("fewest", "The one with the fewest unanswered requests", |replicas| {
            Box::new(Fewest::new(replicas))
        }),
        filling(
            "random",
            "Joins any queue, and so may wait at one server while another is idle",
            |replicas| Box::new(Random(Rotation::new(replicas))),
        ),
        filling("round-robin", "Joins each queue in turn, however long it is", |replicas| {
            Box::new(RoundRobin(Rotation::new(replicas)))
        }),
        filling("two-choices", "Joins the shorter of two random queues", |replicas| {
            Box::new(TwoChoices::new(replicas))
        }),
        mutant(
            "same-again",
            "Joins any queue, and hedges at the replica that already has the first copy",
            "max",
            "hanging-replica",
            |replicas| Box::new(SameAgain(Random(Rotation::new(replicas)))),
        ),
    ],
};

/// When a leaf is asked a second time, and what happens to the copy that loses.
pub static HEDGING: Seat<Hedging> = Seat {
    name: "hedging",
    summary: "When a leaf is asked a second time",
    fillings: &[
        filling("after-delay", "After `hedge_after`, if the scenario sets it", |leaf, first| {
            Box::pin(hedging::after_delay(leaf, first))
        }),
        filling("never", "Never", |leaf, first| Box::pin(hedging::never(leaf, first))),
        filling("at-once", "Always, together with the first", |leaf, first| {
            Box::pin(hedging::at_once(leaf, first))
        }),
    ],
};
