//! What scenario files may say of this lab.

use netsplit_scenario::{
    Bundle, GroupSpec, LabSpec, Named, OperationSpec, ParamsSpec, Seat, filling,
};

use crate::client::{APPEND, GET, PUT};
use crate::cluster::GROUP;
use crate::invariants::INVARIANTS;
use crate::messages::KINDS;
use crate::operator::{ADD, REMOVE, TRANSFER};
use crate::params::Params;

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
        operation(GET, 50.0, "Reads a key"),
        operation(PUT, 50.0, "Writes a key"),
        operation(APPEND, 0.0, "Adds an element to the list under a key"),
    ],
    messages: KINDS,
    roles: &[
        named("leader", "Leads a term, or did when last heard of"),
        named("voter", "Has voted for another, and not taken a role since"),
        named("candidate", "Stands for election, or asks whether to"),
        named("follower", "Follows a leader, or waits for one"),
    ],
    events: EVENTS,
    metrics: METRICS,
    observed: &[
        named("downtime", "From a leader's crash to the first heartbeat of the next leader"),
        named(
            "first-timeout",
            "How long after hearing a leader that then crashed a server first stopped waiting for it",
        ),
    ],
    invariants: INVARIANTS,
    actions: &[
        named(TRANSFER, "The leader hands over, `to` a node or to any"),
        named(ADD, "`node` becomes a member"),
        named(REMOVE, "`node` is a member no longer"),
    ],
    seats: &[&SEATS[0], &SEATS[1], &SEATS[2], &SEATS[3]],
    reference: "Raft as published, with pre-vote and ReadIndex",
    bundles: VARIANTS,
    params: ParamsSpec::of::<Params>(),
};

const fn operation(name: &'static str, weight: f64, summary: &'static str) -> OperationSpec {
    OperationSpec { name, weight, summary }
}

const fn named(name: &'static str, summary: &'static str) -> Named {
    Named { name, summary }
}

const EVENTS: &[Named] = &[
    named("started", "A server has read its disk: where its snapshot ends, and the log behind it"),
    named("became-candidate", "A server stands for election in a term"),
    named("voted", "A server's vote is on its disk, its own for itself too"),
    named("became-leader", "A server leads a term"),
    named("stepped-down", "A leader follows again"),
    named("appended", "Entries are on a server's disk, in the place of all behind an index"),
    named("compacted", "A snapshot has replaced a log's beginning"),
    named("applied", "A server has applied entries: its term, the first index, and what they are"),
];

const METRICS: &[Named] = &[
    named("elections", "Times that a server stood for election"),
    named("prevotes", "Times that a server asked whether it would win one"),
    named("leaders", "Elections that were won"),
    named("split_votes", "Terms in which somebody stood and nobody won"),
    named("split_rate", "Share of successions that took more than one term"),
    named("term", "The highest term"),
    named("attempts", "Requests that clients sent to servers, repeated ones too"),
    named("log_writes", "Entries that servers wrote to their disks"),
    named("refused_appends", "Appends and heartbeats that did not follow from the log"),
    named("snapshots_sent", "Snapshots that leaders sent to servers that were far behind"),
    named("log_entries_max", "The most entries that a server's log held"),
];

static SEATS: [Seat<()>; 4] = [
    Seat {
        name: "election",
        summary: "When to stand, and whom to vote for",
        fillings: &[
            fill(
                "randomised",
                "Random timeouts, a pre-vote, one vote a term, for logs that are up to date",
            ),
            fill("fixed-timeout", "All wait equally long"),
            fill("no-prevote", "Stands without asking first"),
            fill("any-log", "Votes for any log"),
            fill("vote-twice", "Votes for whoever asks"),
        ],
    },
    Seat {
        name: "replication",
        summary: "What a follower accepts, and what counts as committed",
        fillings: &[
            fill(
                "strict",
                "Entries behind the entry that they follow; committed in the leader's own term",
            ),
            fill("commit-old-term", "Counts copies of earlier terms' entries, too"),
            fill("no-log-check", "Takes entries whatever stands before them"),
            fill("minority-commit", "One copy fewer than a majority is enough"),
            fill("tidy-leader", "A new leader drops what it does not know to be committed"),
        ],
    },
    Seat {
        name: "persistence",
        summary: "What survives a crash",
        fillings: &[
            fill("durable", "Term, vote and log, before anybody hears of them"),
            fill("no-persist-vote", "All but the vote"),
            fill("no-fsync", "What the page cache has written back"),
        ],
    },
    Seat {
        name: "reads",
        summary: "What a leader must know before it answers a read",
        fillings: &[
            fill("read-index", "That a majority answered a heartbeat sent since"),
            fill("log", "That the read is committed, like a write"),
            fill("lease", "That a majority answered so lately that it cannot have voted since"),
            fill("careless-lease", "The same, if clocks never drift"),
            fill("memory", "Nothing"),
        ],
    },
];

const VARIANTS: &[Bundle] = &[
    variant(
        "log-reads",
        "Reads take a place in the log: correct, and each costs a write",
        &[("reads", "log")],
    ),
    variant(
        "lease-reads",
        "Reads need no messages while clocks drift less than drift_bound",
        &[("reads", "lease")],
    ),
    variant(
        "careless-lease",
        "Trusts that clocks never drift: reads go stale when they do",
        &[("reads", "careless-lease")],
    ),
    variant("stale-read", "A leader answers from memory, deposed or not", &[("reads", "memory")]),
    variant(
        "fixed-timeout",
        "All stand at once, and split the vote again and again",
        &[("election", "fixed-timeout")],
    ),
    variant(
        "no-prevote",
        "A server that comes back brings the leader down",
        &[("election", "no-prevote")],
    ),
    variant(
        "no-persist-vote",
        "A server that restarts may vote again: two leaders in a term",
        &[("persistence", "no-persist-vote")],
    ),
    variant(
        "no-fsync",
        "Acknowledges what a power failure takes back",
        &[("persistence", "no-fsync")],
    ),
    variant(
        "commit-old-term",
        "Counts copies of old entries as committed, and may lose them (Figure 8)",
        &[("replication", "commit-old-term")],
    ),
    variant("vote-twice", "Mutant: breaks election safety", &[("election", "vote-twice")]),
    variant(
        "any-log",
        "Mutant: elects leaders that lack what was committed",
        &[("election", "any-log")],
    ),
    variant(
        "no-log-check",
        "Mutant: logs that agree at one place differ before it",
        &[("replication", "no-log-check")],
    ),
    variant(
        "minority-commit",
        "Mutant: commits what a majority does not have",
        &[("replication", "minority-commit")],
    ),
    variant(
        "tidy-leader",
        "Mutant: leaders delete entries of their own log",
        &[("replication", "tidy-leader")],
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
