//! The lab's description: the names that scenario files may use.

use netsplit_sim::prelude::*;

use crate::client::{APPEND, GET, PUT};
use crate::cluster::GROUP;
use crate::invariants::INVARIANTS;
use crate::messages::KINDS;
use crate::operator::{ADD, REMOVE, TRANSFER};
use crate::params::Params;
use crate::seats::{COMMITMENT, CORE, ELECTION, PERSISTENCE, READS, REPLICATION, SNAPSHOTS};

/// The lab's description.
pub static SPEC: LabSpec = LabSpec {
    name: "raft",
    summary: "A replicated log with a leader: elections, replication, snapshots, safe reads",
    groups: &[GroupSpec {
        name: GROUP,
        prefix: "n",
        count: 5,
        workers: Some(1),
        summary: "Servers",
    }],
    operations: &[
        OperationSpec::new(GET, 50.0, "Reads a key"),
        OperationSpec::new(PUT, 50.0, "Writes a key"),
        OperationSpec::new(APPEND, 0.0, "Appends an element to the list under a key"),
    ],
    messages: KINDS,
    roles: &[
        Named::new("leader", "Leads a term, or last reported that it did"),
        Named::new("voter", "Has voted for another server, and not changed its role since"),
        Named::new("candidate", "Stands for election, or asks whether it would win"),
        Named::new("follower", "Follows a leader, or waits for one"),
    ],
    events: EVENTS,
    shown: &[],
    strips: STRIPS,
    metrics: METRICS,
    measures: MEASURES,
    numbered: &[],
    observed: &[
        Named::new(
            "downtime",
            "Time from a leader's crash to the first heartbeat of the next leader",
        ),
        Named::new(
            "first-timeout",
            "Time from the last heartbeat of a leader that then crashed to the first server's timeout",
        ),
    ],
    invariants: INVARIANTS,
    actions: &[
        ActionSpec::new(TRANSFER, "The leader hands over; obeyed when another server leads")
            .args(&[ArgSpec::new("to", SERVER, "The server that is to lead. Default: any other")]),
        ActionSpec::new(ADD, "A server becomes a member; obeyed when that is committed")
            .args(&[ArgSpec::new("node", SERVER, "The server").required()]),
        ActionSpec::new(REMOVE, "A server leaves the members; obeyed when that is committed")
            .args(&[ArgSpec::new("node", SERVER, "The server").required()]),
    ],
    seats: &[&ELECTION, &REPLICATION, &COMMITMENT, &SNAPSHOTS, &PERSISTENCE, &READS, &CORE],
    reference: "Raft as published, with pre-vote and ReadIndex",
    bundles: &BUNDLES,
    params: ParamsSpec::of::<Params>(),
};

const SERVER: ArgKind = ArgKind::Node(GROUP);

const EVENTS: &[Named] = &[
    Named::new(
        "started",
        "A server has read its disk: where its snapshot ends, and the log after it",
    ),
    Named::new("became-candidate", "A server stands for election in a term"),
    Named::new("voted", "A server's vote is on its disk, also one for itself"),
    Named::new("became-leader", "A server leads a term"),
    Named::new("stepped-down", "A leader follows again"),
    Named::new("appended", "Entries are on a server's disk, in place of everything after an index"),
    Named::new("compacted", "A snapshot has replaced a log's beginning"),
    Named::new(
        "applied",
        "A server has applied entries: its term, the first index, and the entries",
    ),
];

const METRICS: &[Named] = &[
    Named::new("elections", "Number of times a server stood for election"),
    Named::new("prevotes", "Number of times a server asked for pre-votes"),
    Named::new("attempts", "Requests that clients sent to servers, including retries"),
    Named::new("log_writes", "Entries that servers wrote to their disks"),
    Named::new("refused_appends", "Appends and heartbeats that a follower refused"),
    Named::new(
        "snapshots_sent",
        "Snapshots that leaders sent to followers that needed compacted entries",
    ),
];

const MEASURES: &[Named] = &[
    Named::new("leaders", "Elections won"),
    Named::new("split_votes", "Terms with candidates and without a leader"),
    Named::new("split_rate", "Share of successions that took more than one term"),
    Named::new("term", "The highest term"),
    Named::new("log_entries_max", "Maximum length of a server's log, in entries"),
];

static BUNDLES: [Bundle; 4] = [
    Bundle::new(
        "log-reads",
        "Reads take an index in the log: correct, and each costs a disk write",
        &[READS.fill("log")],
    ),
    Bundle::new(
        "lease-reads",
        "Reads need no messages while clocks drift less than drift_bound",
        &[READS.fill("lease")],
    ),
    Bundle::new(
        "stale-read",
        "A leader answers from memory, deposed or not",
        &[READS.fill("memory")],
    ),
    Bundle::new("no-prevote", "A server that comes back brings the leader down", &[])
        .params(&[("prevote", "false")])
        .mutant("elections", "flapping-node"),
];

const STRIPS: &[Strip] = &[Strip {
    title: "Who leads, and in which term",
    summary: "Servers that believe they lead. Two at once: the one in the older term can no longer commit, and must not answer reads",
    rows: StripRows::Node,
    source: StripSource::States(&[
        Turn::tells("became-leader", Field::new("term").after("term ")),
        Turn::ends("stepped-down"),
    ]),
}];
