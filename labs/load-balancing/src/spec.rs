//! The names of this lab that scenario files may use.

use netsplit_sim::prelude::*;

use crate::cluster::{self, BALANCERS, SERVERS};
use crate::messages::KINDS;
use crate::params::Params;
use crate::seats::{HEALTH, PICK, SCALER, SUBSET};

/// The lab's description.
pub(crate) static SPEC: LabSpec = LabSpec {
    groups: &[
        GroupSpec::new(BALANCERS, "b", 1, "Balancers, which choose a server for each request")
            .workers(None),
        GroupSpec::new(SERVERS, "s", 10, "Servers, each with its own queue"),
        GroupSpec::new(cluster::SCALER, "a", 1, "Starts and stops servers").workers(None),
    ],
    operations: &[OperationSpec::new("ask", 1.0, "Ask a random balancer, which asks a server")],
    messages: KINDS,
    strips: STRIPS,
    metrics: &[
        Named::new("jobs", "Requests that servers got"),
        Named::new("failures", "Requests that servers failed at once"),
        Named::new("no_server", "Requests for which a balancer had no server"),
        Named::new("failed_checks", "Health checks that failed, or timed out"),
        Named::new("open", "Servers that a balancer may choose now"),
        Named::new("ordered", "Servers that are in service or starting"),
        Named::new("scale_ups", "Servers that the scaler has started"),
        Named::new("scale_downs", "Servers that the scaler has stopped"),
    ],
    shown: &[
        Named::new("open", "How many servers a balancer may choose"),
        Named::new("ordered", "How many servers are in service or starting"),
    ],
    measures: &[
        Named::new("most_jobs", "The most requests that one server got"),
        Named::new("job_imbalance", "The same, for an even share of all requests"),
        Named::new("known_by_least", "The fewest balancers that know a server"),
        Named::new("known_by_most", "The most balancers that know a server"),
        Named::new("known_least_share", "The fewest, for an even share"),
        Named::new("known_most_share", "The most, for an even share"),
        Named::new("most_ordered", "The most servers ordered at a time"),
        Named::new("backlog", "The most requests in the system at a time"),
        Named::new("drained_s", "Seconds from then until there was one for each server, or fewer"),
    ],
    observed: &[Named::new("wait", "Time at the server beyond the work itself: mostly queueing")],
    seats: &[&PICK, &SUBSET, &HEALTH, &SCALER],
    reference: "The better of two of all servers that are healthy",
    params: ParamsSpec::of::<Params>(),
    ..LabSpec::new("load-balancing", "Load balancers: what they know of servers, and do not")
};

const STRIPS: &[Strip] = &[
    Strip {
        title: "Queues",
        summary: "Requests that wait for a worker of their server: a good choice keeps the rows alike",
        rows: StripRows::Node,
        source: StripSource::Queues,
    },
    Strip {
        title: "Servers that may be chosen",
        summary: "As each balancer sees it: those in service that are healthy, or all in a panic",
        rows: StripRows::Node,
        source: StripSource::Levels("open"),
    },
    Strip {
        title: "Servers ordered",
        summary: "In service or starting: up at once, down only after a while",
        rows: StripRows::Node,
        source: StripSource::Levels("ordered"),
    },
];
