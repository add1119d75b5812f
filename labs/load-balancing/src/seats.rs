//! The seats of this lab: the parts of the algorithm that a scenario may exchange.

use netsplit_sim::prelude::*;

use crate::health::{Openness, everyone, healthy_only, panic_threshold};
use crate::pick::{LeastOf, MakePick, Random, RoundRobin, Weighted, own_load, reported_load};
use crate::scaling::{Hpa, MakeScaler, Step, busy_of_in_service, busy_of_ordered};
use crate::subset::{All, Deterministic, RandomSubset, Subset};

/// Which server gets a request. A balancer makes its own when it starts.
pub static PICK: Seat<MakePick> = Seat {
    name: "pick",
    summary: "Which server gets a request",
    fillings: &[
        filling("p2c", "The better of two random ones, by the balancer's own requests", |params| {
            Box::new(LeastOf { choices: params.choices as usize, load: own_load })
        }),
        filling("random", "Any: waits at one server while another is idle", |_| Box::new(Random)),
        filling("round-robin", "Each in turn, however slow it is", |_| {
            Box::new(RoundRobin::default())
        }),
        filling("least-outstanding", "The one with the fewest of the balancer's own", |_| {
            Box::new(LeastOf { choices: usize::MAX, load: own_load })
        }),
        filling("least-reported", "The one with the fewest at its last report: a herd", |_| {
            Box::new(LeastOf { choices: usize::MAX, load: reported_load })
        }),
        filling("p2c-reported", "The better of two random ones, by their last reports", |params| {
            Box::new(LeastOf { choices: params.choices as usize, load: reported_load })
        }),
        filling("weighted", "Any, in proportion to what it can take", |_| Box::new(Weighted)),
    ],
};

/// Which servers a balancer knows.
pub static SUBSET: Seat<&'static dyn Subset> = Seat {
    name: "subset",
    summary: "Which servers a balancer knows",
    fillings: &[
        filling("all", "All of them", &All),
        filling("deterministic", "Rounds of balancers divide all servers evenly", &Deterministic),
        filling("random-subset", "Random ones: some servers get twice the load", &RandomSubset),
    ],
};

/// Which servers may be chosen.
pub static HEALTH: Seat<Openness> = Seat {
    name: "health",
    summary: "Which servers may be chosen",
    fillings: &[
        filling("panic-threshold", "The healthy ones, or all if too few are", panic_threshold),
        filling("no-panic", "The healthy ones, even if there are none", healthy_only),
        filling("no-health", "All, whatever the checks say", everyone),
    ],
};

/// How many servers there should be.
pub static SCALER: Seat<MakeScaler> = Seat {
    name: "scaler",
    summary: "How many servers there should be",
    fillings: &[
        filling("fixed", "As many as there were at the start", |_| None),
        filling("hpa", "As many as would be busy to the target, by Kubernetes' rules", |params| {
            Some(Box::new(Hpa::new(params, busy_of_ordered)))
        }),
        filling("step", "One more or one fewer: always late for waves of the load", |params| {
            Some(Box::new(Step(params.clone())))
        }),
        mutant(
            "forgets-starting",
            "As `hpa`, but servers that are starting are ordered again",
            "most_ordered",
            "step-load",
            |params| Some(Box::new(Hpa::new(params, busy_of_in_service))),
        ),
    ],
};
