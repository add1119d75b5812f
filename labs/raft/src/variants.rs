//! What sits in the seats: the reference's fillings, the wrong ones that the lesson needs, and
//! mutants, each of which breaks one invariant.

use std::rc::Rc;
use std::time::Duration;

use crate::election::Election;
use crate::log::{Index, Log, Server, Term};
use crate::raft::Seats;
use crate::reads::Reads;
use crate::replication::Replication;
use crate::storage::Persistence;

/// The reference: random timeouts, pre-vote, one vote per term, to logs that are up to date.
pub struct Randomised;

impl Election for Randomised {}

/// Everybody waits equally long, so everybody stands at once.
pub struct FixedTimeout;

impl Election for FixedTimeout {
    fn timeout(&self, from: Duration, _to: Duration, _draw: u64) -> Duration {
        from
    }
}

/// Stands without asking first.
pub struct NoPrevote;

impl Election for NoPrevote {
    fn asks_first(&self) -> bool {
        false
    }
}

/// Votes for any log, however short.
pub struct AnyLog;

impl Election for AnyLog {
    fn is_up_to_date(&self, _theirs: (Term, Index), _ours: (Term, Index)) -> bool {
        true
    }
}

/// Votes for whoever asks.
pub struct VoteTwice;

impl Election for VoteTwice {
    fn has_vote_for(&self, _candidate: Server, _voted_for: Option<Server>) -> bool {
        true
    }
}

/// The reference: entries only behind what they follow, commitment only in the leader's term.
pub struct Strict;

impl Replication for Strict {}

/// Counts copies of entries of earlier terms (Figure 8).
pub struct CommitOldTerm;

impl Replication for CommitOldTerm {
    fn may_commit(&self, _term: Term, _current_term: Term) -> bool {
        true
    }
}

/// Takes entries without looking at what stands before them.
pub struct NoLogCheck;

impl Replication for NoLogCheck {
    fn follows(&self, _log: &Log, _prev_log_index: Index, _prev_log_term: Term) -> bool {
        true
    }
}

/// Commits with one copy fewer than a majority.
pub struct MinorityCommit;

impl Replication for MinorityCommit {
    fn enough(&self, members: usize) -> usize {
        (members / 2).max(1)
    }
}

/// A new leader first drops what it does not know to be committed.
pub struct TidyLeader;

impl Replication for TidyLeader {
    fn inherits(&self, log: &Log, commit_index: Index) -> Index {
        commit_index.min(log.last_index())
    }
}

/// The reference: term, vote and log are on disk before anybody hears of them.
pub struct Durable;

impl Persistence for Durable {}

/// Forgets in a crash whom it voted for.
pub struct NoPersistVote;

impl Persistence for NoPersistVote {
    fn keeps_vote(&self) -> bool {
        false
    }
}

/// Leaves its log to the page cache.
pub struct NoFsync;

impl Persistence for NoFsync {
    fn syncs(&self) -> bool {
        false
    }
}

/// The reference: a round of heartbeats before each answer.
pub struct ReadIndex;

impl Reads for ReadIndex {
    fn must_confirm(&self, _since_confirmed: Option<Duration>, _shortest: Duration) -> bool {
        true
    }
}

/// Reads go through the log, as writes do.
pub struct LogReads;

impl Reads for LogReads {
    fn must_confirm(&self, _since_confirmed: Option<Duration>, _shortest: Duration) -> bool {
        true
    }

    fn go_through_log(&self) -> bool {
        true
    }
}

/// Answers at once while the voters' promise holds, by clocks that drift apart by at most
/// `drift_bound` (seconds per second).
pub struct Lease {
    /// The bound.
    pub drift_bound: f64,
}

impl Reads for Lease {
    fn must_confirm(&self, since_confirmed: Option<Duration>, shortest: Duration) -> bool {
        let lease = shortest.div_f64(1.0 + self.drift_bound);
        since_confirmed.is_none_or(|since| since >= lease)
    }

    fn voters_start_quiet(&self) -> bool {
        true
    }
}

/// Answers from memory.
pub struct Memory;

impl Reads for Memory {
    fn must_confirm(&self, _since_confirmed: Option<Duration>, _shortest: Duration) -> bool {
        false
    }
}

/// The fillings of these names; of the seat `persistence` apart, since the shell holds it.
pub fn seats(
    seat: impl Fn(&str) -> &'static str,
    drift_bound: f64,
) -> (Seats, Rc<dyn Persistence>) {
    let seats = Seats {
        election: match seat("election") {
            "randomised" => Rc::new(Randomised),
            "fixed-timeout" => Rc::new(FixedTimeout),
            "no-prevote" => Rc::new(NoPrevote),
            "any-log" => Rc::new(AnyLog),
            _ => Rc::new(VoteTwice),
        },
        replication: match seat("replication") {
            "strict" => Rc::new(Strict),
            "commit-old-term" => Rc::new(CommitOldTerm),
            "no-log-check" => Rc::new(NoLogCheck),
            "minority-commit" => Rc::new(MinorityCommit),
            _ => Rc::new(TidyLeader),
        },
        reads: match seat("reads") {
            "read-index" => Rc::new(ReadIndex),
            "log" => Rc::new(LogReads),
            "lease" => Rc::new(Lease { drift_bound }),
            "careless-lease" => Rc::new(Lease { drift_bound: 0.0 }),
            _ => Rc::new(Memory),
        },
    };
    let persistence: Rc<dyn Persistence> = match seat("persistence") {
        "durable" => Rc::new(Durable),
        "no-persist-vote" => Rc::new(NoPersistVote),
        _ => Rc::new(NoFsync),
    };
    (seats, persistence)
}
