//! The input and output of a [`Core`](crate::raft::Core): events go in, effects come out.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::log::{Entry, Index, Log, Server, Snapshot, Term};
use crate::rpc::Message;

/// Identifies a client's request until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// The role a server believes it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Follows a leader, or waits for one.
    Follower,
    /// Asks whether it would win an election (thesis 9.6).
    PreCandidate,
    /// Asks for votes.
    Candidate,
    /// Leads its term.
    Leader,
}

/// An input of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Time has passed.
    Tick,
    /// A message arrived.
    Receive(Server, Message),
    /// A client proposes a command for the log.
    Propose(Ticket, Rc<[u8]>),
    /// A client reads the state machine.
    Read(Ticket),
    /// An operator changes the members.
    ChangeMembers(Change),
    /// An operator asks the leader to hand over to this server, or to any.
    Transfer(Option<Server>),
    /// The state machine's state as of `commitIndex`, for a snapshot.
    Compact(Rc<[u8]>),
}

/// A change of the cluster's members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// Adds a member.
    Add(Server),
    /// Removes a member.
    Remove(Server),
}

/// An action that a server asks its shell for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Make this durable before carrying out anything that comes after it.
    Persist(Record),
    /// Send a message. It may be dropped, delayed, duplicated or reordered.
    Send(Server, Message),
    /// The server has another role or term.
    Became(Role, Term),
    /// The command of this request is in the leader's log. Once the index is applied, the request
    /// is answered: with the result if the entry has this term, otherwise with "ask again".
    Accepted(Ticket, Index, Term),
    /// Apply a committed entry to the state machine. Each index is applied once, in order.
    Apply(Index, Entry),
    /// Replace the state machine's state.
    Restore(Snapshot),
    /// Answer a read from the state machine, as it is now.
    Serve(Ticket),
    /// Decline a request: ask the leader, if one is known.
    Refuse(Ticket, Option<Server>),
}

/// The sink for effects. They are carried out in order, except that all records of a step are
/// persisted at the first [`Effect::Persist`].
pub type Effects = Vec<Effect>;

/// A change of what a server keeps on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Record {
    /// `currentTerm` and `votedFor`.
    Vote(Term, Option<Server>),
    /// Entries that replace everything after an index.
    Entries(Index, Vec<Entry>),
    /// A snapshot that replaces the entries it covers.
    Snapshot(Snapshot),
}

/// The persistent state of Figure 2: what a server knows after a restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The latest term that it has seen.
    pub current_term: Term,
    /// The candidate that it voted for in that term.
    pub voted_for: Option<Server>,
    /// The log.
    pub log: Log,
}

impl Saved {
    /// The state of a server that has never run; `initial` stands for the log's beginning.
    pub fn new(initial: Snapshot) -> Saved {
        Saved { current_term: Term(0), voted_for: None, log: Log::new(initial, Vec::new()) }
    }

    /// Applies a record.
    pub fn replay(&mut self, record: Record) {
        match record {
            Record::Vote(term, vote) => (self.current_term, self.voted_for) = (term, vote),
            Record::Entries(after, entries) => self.log.replace(after, entries),
            Record::Snapshot(snapshot) => self.log.compact(snapshot),
        }
    }
}
