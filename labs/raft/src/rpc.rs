//! Messages between servers: the RPCs of Figure 2, as single messages that may be dropped.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::log::{Entry, Index, Snapshot, Term};

/// A message from one server to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The sender's term.
    pub term: Term,
    /// The content.
    pub body: Body,
}

/// The content of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    /// A candidate asks for a vote.
    RequestVote(RequestVote),
    /// The answer to it.
    Vote(Vote),
    /// A leader's entries, or its heartbeat when there are none.
    AppendEntries(AppendEntries),
    /// The answer to it, and to a snapshot.
    Appended(Appended),
    /// A leader's snapshot, for a follower whose next entry it no longer has.
    InstallSnapshot {
        /// The snapshot.
        snapshot: Snapshot,
        /// The leader's clock when it sent this.
        sent_at: Duration,
    },
    /// The leader asks the receiver to stand for election at once (thesis 3.10).
    TimeoutNow,
    /// The answer to a message of a past term; its own term is the current one.
    Stale,
}

/// The last index up to which a follower's log is known to be the leader's; or, if it refused, the
/// last up to which it may be, and its term there.
pub type Matched = Result<Index, (Index, Term)>;

/// A candidate's request.
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

/// An answer to [`RequestVote`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// As in the request.
    pub pre: bool,
    /// Whether the candidate gets the vote.
    pub granted: bool,
}

/// A leader's entries.
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

/// An answer to [`AppendEntries`] or a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appended {
    /// As in the message that it answers.
    pub sent_at: Duration,
    /// Up to where the logs agree.
    pub matched: Matched,
}
