//! What servers tell each other (Figure 2's RPCs, as single messages that may be lost).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::log::{Entry, Index, Snapshot, Term};

/// What one server tells another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The sender's term.
    pub term: Term,
    /// What it says.
    pub body: Body,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    /// A candidate asks for a vote.
    RequestVote(RequestVote),
    /// The answer to it.
    Vote {
        /// As asked.
        pre: bool,
        /// Whether the candidate gets it.
        granted: bool,
    },
    /// A leader's entries, or its heartbeat when there are none.
    AppendEntries(AppendEntries),
    /// The answer to it, and to a snapshot.
    Appended {
        /// As in the question.
        sent_at: Duration,
        /// What came of it.
        matched: Matched,
    },
    /// A leader's snapshot, for one whose next entry it no longer has.
    InstallSnapshot {
        /// The snapshot.
        snapshot: Snapshot,
        /// The leader's clock when it sent this.
        sent_at: Duration,
    },
    /// The leader asks for an election at once.
    TimeoutNow,
    /// What came was of a past term; this one's term says which it is now.
    Stale,
}

/// Up to where a follower's log is the leader's; or where it may be at best, and its term there.
pub type Matched = Result<Index, (Index, Term)>;

/// What a candidate says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestVote {
    /// It only asks whether it would get the vote in the next term (thesis 9.6).
    pub pre: bool,
    /// The leader itself wants this election (thesis 3.10).
    pub transfer: bool,
    /// Index of the candidate's last entry.
    pub last_log_index: Index,
    /// Term of the candidate's last entry.
    pub last_log_term: Term,
}

/// What a leader sends to a follower.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppendEntries {
    /// Index of the entry before these.
    pub prev_log_index: Index,
    /// Term of the entry before these.
    pub prev_log_term: Term,
    /// The entries.
    pub entries: Vec<Entry>,
    /// The leader's `commitIndex`.
    pub leader_commit: Index,
    /// The leader's clock when it sent this; the answer repeats it.
    pub sent_at: Duration,
}
