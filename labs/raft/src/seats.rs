//! The seats: the parts of Raft that a scenario may exchange, with their fillings.
//!
//! The first filling of each seat is the reference's, which stands beside the seat's trait. The
//! others are below: each is the reference but for one method, or one decision in it.

use std::io;
use std::time::Duration;

use netsplit_scenario::{Seat, filling, mutant};

use crate::commitment::{Commitment, OwnTerm, commit};
use crate::election::{Election, Randomised, has_vote_for, is_up_to_date, vote_for};
use crate::event::{Effects, Record, Saved, Ticket};
use crate::log::{Index, Payload, Server, Snapshot};
use crate::raft::{NewCore, Raft};
use crate::reads::{Lease, ReadIndex, Reads};
use crate::replication::{Replication, Strict, accept, append_after};
use crate::rpc::{AppendEntries, Appended, Matched, RequestVote, Vote};
use crate::snapshot::{Snapshots, WholeState};
use crate::state::{State, WaitingRead};
use crate::storage::{DiskStep, Durable, Persistence};

/// When to stand for election, and for which candidate to vote.
pub static ELECTION: Seat<&'static dyn Election> = Seat {
    name: "election",
    summary: "When to stand for election, and for which candidate to vote",
    fillings: &[
        filling(
            "randomised",
            "Random timeouts, a pre-vote, one vote per term, for logs that are up to date",
            &Randomised,
        ),
        mutant(
            "fixed-timeout",
            "All stand at once, and split the vote again and again",
            "split_votes",
            "leader-crash",
            &FixedTimeout,
        ),
        mutant(
            "any-log",
            "Votes for any log: elects leaders that lack committed entries",
            "leader-completeness",
            "figure-8",
            &AnyLog,
        ),
        mutant(
            "vote-twice",
            "Votes for every candidate: two leaders in a term",
            "single-vote",
            "reboots",
            &VoteTwice,
        ),
    ],
};

/// How entries get from the leader's log into the others'.
pub static REPLICATION: Seat<&'static dyn Replication> = Seat {
    name: "replication",
    summary: "What a leader sends, and what a follower accepts",
    fillings: &[
        filling("strict", "A follower accepts entries only after one that it has", &Strict),
        mutant(
            "no-log-check",
            "Accepts entries after any other: logs that agree at one index differ before it",
            "log-matching",
            "minority-partition",
            &NoLogCheck,
        ),
        mutant(
            "tidy-leader",
            "A new leader deletes the entries that it does not know to be committed",
            "leader-append-only",
            "one-way-partition",
            &TidyLeader,
        ),
    ],
};

/// Which entries are committed.
pub static COMMITMENT: Seat<&'static dyn Commitment> = Seat {
    name: "commitment",
    summary: "Which entries are committed, and so applied",
    fillings: &[
        filling("own-term", "What a majority has, up to an entry of the leader's term", &OwnTerm),
        mutant(
            "commit-old-term",
            "Counts copies of old entries as committed, and may lose them (Figure 8)",
            "leader-completeness",
            "figure-8",
            &CommitOldTerm,
        ),
        mutant(
            "minority-commit",
            "Commits entries that one server too few for a majority has",
            "leader-completeness",
            "minority-partition",
            &MinorityCommit,
        ),
    ],
};

/// When to compact a log, and how to take another server's snapshot.
pub static SNAPSHOTS: Seat<&'static dyn Snapshots> = Seat {
    name: "snapshots",
    summary: "When to compact a log, and how to take another server's snapshot",
    fillings: &[filling(
        "whole-state",
        "The state machine's whole state, in one message",
        &WholeState,
    )],
};

/// What of a server survives a crash.
pub static PERSISTENCE: Seat<&'static dyn Persistence> = Seat {
    name: "persistence",
    summary: "What of a server survives a crash",
    fillings: &[
        filling("durable", "Term, vote and log, before any message tells of them", &Durable),
        mutant(
            "no-persist-vote",
            "A server that restarts may vote again: two leaders in a term",
            "single-vote",
            "reboots",
            &NoPersistVote,
        ),
        mutant(
            "no-fsync",
            "Acknowledges writes that a power failure takes back",
            "linearizable",
            "power-loss",
            &NoFsync,
        ),
    ],
};

/// What a leader must know before it answers a read.
pub static READS: Seat<&'static dyn Reads> = Seat {
    name: "reads",
    summary: "What a leader must know before it answers a read",
    fillings: &[
        filling("read-index", "A majority answered a heartbeat sent since", &ReadIndex),
        filling("log", "The read is committed, as a write is", &LogReads),
        filling(
            "lease",
            "A majority answered so recently that it cannot have voted for another since",
            &Lease(|config| config.drift_bound),
        ),
        mutant(
            "careless-lease",
            "Trusts that clocks never drift: reads go stale when they do",
            "linearizable",
            "clock-drift",
            &Lease(|_| 0.0),
        ),
        mutant(
            "memory",
            "Nothing: a leader that was deposed answers from the past",
            "linearizable",
            "leader-isolated",
            &Memory,
        ),
    ],
};

/// All of Raft, for a core that is written from a blank page.
pub static CORE: Seat<NewCore> = Seat {
    name: "core",
    summary: "All of Raft behind one function: a core of its own may ignore the other seats",
    fillings: &[filling("raft", "Raft as published, in seats", |state, seats, seed| {
        Box::new(Raft::new(state, seats, seed))
    })],
};

/// Implements methods by those of another filling.
macro_rules! same_as {
    ($other:expr; $(fn $name:ident(&self $(, $arg:ident: $type:ty)*) $(-> $answer:ty)?;)*) => {
        $(fn $name(&self $(, $arg: $type)*) $(-> $answer)? { $other.$name($($arg),*) })*
    };
}

/// All wait equally long, so all stand at once.
struct FixedTimeout;

impl Election for FixedTimeout {
    fn timeout(&self, range: (Duration, Duration), _draw: u64) -> Duration {
        range.0
    }

    same_as! { Randomised;
        fn on_tick(&self, state: &mut State, out: &mut Effects);
        fn stand(&self, state: &mut State, transfer: bool, out: &mut Effects);
        fn on_request_vote(&self, state: &mut State, candidate: Server, ask: RequestVote, out: &mut Effects) -> bool;
        fn on_vote(&self, state: &mut State, from: Server, vote: Vote, out: &mut Effects);
    }
}

/// Votes for any log, however short.
struct AnyLog;

impl Election for AnyLog {
    fn on_request_vote(
        &self,
        state: &mut State,
        candidate: Server,
        ask: RequestVote,
        out: &mut Effects,
    ) -> bool {
        let granted = ask.pre || has_vote_for(state, candidate);
        if granted && !ask.pre {
            vote_for(state, candidate, out);
        }
        granted
    }

    same_as! { Randomised;
        fn timeout(&self, range: (Duration, Duration), draw: u64) -> Duration;
        fn on_tick(&self, state: &mut State, out: &mut Effects);
        fn stand(&self, state: &mut State, transfer: bool, out: &mut Effects);
        fn on_vote(&self, state: &mut State, from: Server, vote: Vote, out: &mut Effects);
    }
}

/// Votes for every candidate of a term.
struct VoteTwice;

impl Election for VoteTwice {
    fn on_request_vote(
        &self,
        state: &mut State,
        candidate: Server,
        ask: RequestVote,
        out: &mut Effects,
    ) -> bool {
        let granted = is_up_to_date(state, &ask);
        if granted && !ask.pre {
            vote_for(state, candidate, out);
        }
        granted
    }

    same_as! { Randomised;
        fn timeout(&self, range: (Duration, Duration), draw: u64) -> Duration;
        fn on_tick(&self, state: &mut State, out: &mut Effects);
        fn stand(&self, state: &mut State, transfer: bool, out: &mut Effects);
        fn on_vote(&self, state: &mut State, from: Server, vote: Vote, out: &mut Effects);
    }
}

/// Accepts entries without looking at the one before them.
struct NoLogCheck;

impl Replication for NoLogCheck {
    fn on_append_entries(
        &self,
        state: &mut State,
        append: AppendEntries,
        out: &mut Effects,
    ) -> Matched {
        Ok(accept(state, append, out))
    }

    same_as! { Strict;
        fn on_elected(&self, state: &mut State, out: &mut Effects);
        fn heartbeat(&self, state: &mut State, out: &mut Effects);
        fn propose(&self, state: &mut State, payload: Payload, out: &mut Effects);
        fn on_appended(&self, state: &mut State, from: Server, answer: Appended, out: &mut Effects);
    }
}

/// A new leader first deletes what it does not know to be committed.
struct TidyLeader;

impl Replication for TidyLeader {
    fn on_elected(&self, state: &mut State, out: &mut Effects) {
        // Another leader of this kind may have deleted what was committed.
        let inherited = state.commit_index.min(state.log.last_index());
        state.lead.term_start = inherited.next();
        append_after(state, inherited, Payload::Noop, out);
    }

    same_as! { Strict;
        fn heartbeat(&self, state: &mut State, out: &mut Effects);
        fn propose(&self, state: &mut State, payload: Payload, out: &mut Effects);
        fn on_append_entries(&self, state: &mut State, append: AppendEntries, out: &mut Effects) -> Matched;
        fn on_appended(&self, state: &mut State, from: Server, answer: Appended, out: &mut Effects);
    }
}

/// Counts copies of entries of earlier terms (Figure 8).
struct CommitOldTerm;

impl Commitment for CommitOldTerm {
    fn on_progress(&self, state: &mut State, out: &mut Effects) {
        let index = state.reached_by(state.majority(), |progress| progress.match_index);
        commit(state, index, out);
    }

    same_as! { OwnTerm;
        fn on_leader_commit(&self, state: &mut State, leader_commit: Index, matched: Index, out: &mut Effects);
    }
}

/// Commits with one copy fewer than a majority.
struct MinorityCommit;

impl Commitment for MinorityCommit {
    fn on_progress(&self, state: &mut State, out: &mut Effects) {
        let enough = (state.members.len() / 2).max(1);
        let index = state.reached_by(enough, |progress| progress.match_index);
        if state.log.term_at(index) == Some(state.current_term) {
            commit(state, index, out);
        }
    }

    same_as! { OwnTerm;
        fn on_leader_commit(&self, state: &mut State, leader_commit: Index, matched: Index, out: &mut Effects);
    }
}

/// Forgets in a crash which candidate it voted for.
struct NoPersistVote;

impl Persistence for NoPersistVote {
    fn save(&self, records: &[Record], state: &State) -> Vec<DiskStep> {
        let forget = |record: &Record| match record {
            Record::Vote(term, _) => Record::Vote(*term, None),
            other => other.clone(),
        };
        let records: Vec<_> = records.iter().map(forget).collect();
        Durable.save(&records, &State { voted_for: None, ..state.clone() })
    }

    same_as! { Durable;
        fn recover(&self, journal: &[u8], initial: Snapshot) -> io::Result<Saved>;
    }
}

/// Leaves its journal to the page cache.
struct NoFsync;

impl Persistence for NoFsync {
    fn save(&self, records: &[Record], state: &State) -> Vec<DiskStep> {
        let mut steps = Durable.save(records, state);
        steps.retain(|step| *step != DiskStep::Sync);
        steps
    }

    same_as! { Durable;
        fn recover(&self, journal: &[u8], initial: Snapshot) -> io::Result<Saved>;
    }
}

/// Reads take an index in the log, as writes do.
struct LogReads;

impl Reads for LogReads {
    fn through_log(&self) -> bool {
        true
    }

    same_as! { ReadIndex;
        fn quiet_after_restart(&self) -> bool;
        fn on_read(&self, state: &mut State, ticket: Ticket) -> bool;
        fn on_progress(&self, state: &mut State, out: &mut Effects);
    }
}

/// Answers from memory.
struct Memory;

impl Reads for Memory {
    fn on_read(&self, state: &mut State, ticket: Ticket) -> bool {
        state.lead.reads.push(WaitingRead { ticket, confirm_from: None });
        false
    }

    same_as! { ReadIndex;
        fn through_log(&self) -> bool;
        fn quiet_after_restart(&self) -> bool;
        fn on_progress(&self, state: &mut State, out: &mut Effects);
    }
}
