//! Raft's core: what a server knows, what can happen to it, and what it then wants done.
//!
//! A [`Raft`] is a state machine without async, clock, disk or network. [`Raft::step`] takes an
//! [`Event`] and the time, and returns [`Effect`]s, to be carried out in order. The order is
//! half of the safety: a server's term, vote and entries are on its disk before any answer
//! promises them (Figure 2: "updated on stable storage before responding to RPCs").
//!
//! Names are those of Figure 2 of Ongaro and Ousterhout, "In Search of an Understandable
//! Consensus Algorithm", ATC 2014; sections called "thesis" are of Ongaro's dissertation of the
//! same year. The rules stand by theme: `election` (5.2, 5.4.1, pre-vote), `replication` (5.3,
//! 5.4.2), `snapshot` (7), `membership` (thesis 4), `transfer` (thesis 3.10), `reads` (8, thesis
//! 6.4). What a variant may do differently is in [`Seats`].
//!
//! Left out: joint consensus, so members change one at a time; pipelining, so a follower has
//! one batch of entries under way and a write waits for at most one more round trip; leaders
//! that write to their own disk while their followers do, which costs one disk write of latency.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use rand::Rng;
use rand::rngs::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::election::Election;
use crate::log::{Entry, Index, Log, Members, Server, Snapshot, Term};
use crate::membership::Change;
use crate::reads::Reads;
use crate::replication::{Progress, Replication};
use crate::transfer::Transfer;

/// What a client's request is called until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// What a server takes itself for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Follows a leader, or waits for one.
    Follower,
    /// Asks whether an election would be worth it (thesis 9.6).
    PreCandidate,
    /// Asks for votes.
    Candidate,
    /// Leads its term.
    Leader,
}

/// What one server tells another. A message of an older term is stale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The sender's term; of a pre-vote, the term that would be stood for.
    pub term: Term,
    /// What it says.
    pub body: Body,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    /// A candidate asks for a vote.
    RequestVote {
        /// Only whether there would be one.
        pre: bool,
        /// The leader itself wants this election (thesis 3.10).
        transfer: bool,
        /// Index of the candidate's last entry.
        last_log_index: Index,
        /// Term of the candidate's last entry.
        last_log_term: Term,
    },
    /// The answer to it.
    Vote {
        /// As asked.
        pre: bool,
        /// Whether the candidate gets it.
        granted: bool,
    },
    /// A leader's entries, or its heartbeat when there are none.
    AppendEntries {
        /// Index of the entry before them.
        prev_log_index: Index,
        /// Term of the entry before them.
        prev_log_term: Term,
        /// The entries.
        entries: Vec<Entry>,
        /// The leader's `commitIndex`.
        leader_commit: Index,
        /// The leader's clock when it sent this; the answer repeats it.
        sent_at: Duration,
    },
    /// The answer to it, and to a snapshot.
    Appended {
        /// As in the question.
        sent_at: Duration,
        /// Up to where the follower's log is the leader's; or where to look for that.
        matched: Result<Index, Conflict>,
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
}

/// Where a follower's log parts from the leader's (section 5.3, end).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The entry that the leader thought came before.
    pub prev_log_index: Index,
    /// The follower's term there; `None` when its log is shorter.
    pub term: Option<Term>,
    /// The first index of that term; or the first that the follower lacks.
    pub first: Index,
}

/// What can happen to a server.
#[derive(Clone, Debug)]
pub enum Event {
    /// Time has passed.
    Tick,
    /// A message came.
    Receive(Server, Message),
    /// A client wants a command in the log.
    Propose(Ticket, Rc<[u8]>),
    /// A client wants to read the state machine.
    Read(Ticket),
    /// An operator changes the members.
    ChangeMembers(Change),
    /// An operator wants another leader: this one, or any.
    Transfer(Option<Server>),
    /// The state machine's state after `lastApplied`, for a snapshot.
    Compact(Rc<[u8]>),
}

/// What a server wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Make this durable before anything that comes after it.
    Persist(Record),
    /// Send a message.
    Send(Server, Message),
    /// The server has another role or term.
    Became(Role, Term),
    /// A command has its place; it is answered when that place is applied, if the term is right.
    Accepted(Ticket, Index, Term),
    /// Apply a committed entry to the state machine.
    Apply(Index, Entry),
    /// Replace the state machine's state.
    Restore(Snapshot),
    /// Answer a read from the state machine, as it is now.
    Serve(Ticket),
    /// Decline: ask the leader, if one is known.
    Refuse(Ticket, Option<Server>),
}

/// What goes to disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Record {
    /// `currentTerm` and `votedFor`.
    Vote(Term, Option<Server>),
    /// Entries that replace all that stands behind an index.
    Entries(Index, Vec<Entry>),
    /// A snapshot that replaces what it covers.
    Snapshot(Snapshot),
}

/// How a cluster is set up; alike on all its servers.
#[derive(Clone, Debug)]
pub struct Config {
    /// Election timeouts are drawn from this range, the upper end excluded.
    pub election_timeout: (Duration, Duration),
    /// How often a leader lets itself be heard.
    pub heartbeat: Duration,
    /// The most entries in one message.
    pub batch: usize,
    /// Whether an election begins by asking whether it would be won.
    pub prevote: bool,
    /// Whether a follower says where its log parts from the leader's.
    pub fast_backtracking: bool,
    /// Whether a leader hands over when asked to.
    pub transfer: bool,
}

/// What variants of the algorithm fill differently.
#[derive(Clone)]
pub struct Seats {
    /// When to stand, and whom to vote for.
    pub election: Rc<dyn Election>,
    /// What to accept, and what counts as committed.
    pub replication: Rc<dyn Replication>,
    /// What a leader must know before it answers a read.
    pub reads: Rc<dyn Reads>,
}

/// One server.
pub struct Raft {
    pub(crate) me: Server,
    pub(crate) config: Rc<Config>,
    pub(crate) seats: Seats,
    /// Persistent: the latest term that it has seen.
    pub current_term: Term,
    /// Persistent: whom it voted for in that term.
    pub voted_for: Option<Server>,
    /// Persistent: the log.
    pub log: Log,
    /// The last entry known to be committed.
    pub commit_index: Index,
    /// The last entry applied.
    pub last_applied: Index,
    pub(crate) role: Role,
    pub(crate) leader: Option<Server>,
    /// The members by the latest entry, committed or not (thesis 4.1).
    pub(crate) members: Members,
    pub(crate) now: Duration,
    pub(crate) rng: ChaCha8Rng,
    /// When it stands for election, unless a leader is heard.
    pub(crate) election_due: Duration,
    /// When a leader was heard last.
    pub(crate) heard_at: Option<Duration>,
    /// As a candidate: who is for it.
    pub(crate) votes: BTreeSet<Server>,
    /// As a leader: `nextIndex[]`, `matchIndex[]`, and what else it knows of each.
    pub(crate) progress: BTreeMap<Server, Progress>,
    /// As a leader: its first entry. Until that is committed it cannot know what is.
    pub(crate) term_start: Index,
    pub(crate) heartbeat_due: Duration,
    /// As a leader: reads that wait until a majority has confirmed it, by when they came.
    pub(crate) reads: Vec<(Ticket, Option<Duration>)>,
    /// As a leader: since when.
    pub(crate) led_since: Duration,
    /// As a leader: whether it has told another to stand.
    pub(crate) told_to_stand: bool,
    pub(crate) transfer: Option<Transfer>,
    /// As a leader: a server that is brought up to date before it becomes a member.
    pub(crate) joining: Option<Server>,
    pub(crate) effects: Vec<Effect>,
}

impl Raft {
    /// A server that starts with what its disk held. Its random numbers come from `rng`.
    pub fn new(
        me: Server,
        config: Rc<Config>,
        seats: Seats,
        (current_term, voted_for, log): (Term, Option<Server>, Log),
        now: Duration,
        rng: ChaCha8Rng,
    ) -> Raft {
        let quiet = seats.reads.voters_start_quiet();
        let mut raft = Raft {
            me,
            config,
            seats,
            current_term,
            voted_for,
            commit_index: log.snapshot.index,
            last_applied: log.snapshot.index,
            members: log.members_at(log.last_index()).clone(),
            log,
            role: Role::Follower,
            leader: None,
            now,
            rng,
            election_due: now,
            heard_at: quiet.then_some(now),
            votes: BTreeSet::new(),
            progress: BTreeMap::new(),
            term_start: Index(0),
            heartbeat_due: now,
            reads: Vec::new(),
            led_since: now,
            told_to_stand: false,
            transfer: None,
            joining: None,
            effects: Vec::new(),
        };
        raft.await_leader();
        raft
    }

    /// Lets something happen at the time `now`, which never runs backwards.
    pub fn step(&mut self, now: Duration, event: Event) -> Vec<Effect> {
        self.now = now;
        match event {
            Event::Tick => self.on_tick(),
            Event::Receive(from, message) => self.on_message(from, message),
            Event::Propose(ticket, command) => self.on_propose(ticket, command),
            Event::Read(ticket) => self.on_read(ticket),
            Event::ChangeMembers(change) => self.on_change_members(change),
            Event::Transfer(to) => self.on_transfer(to),
            Event::Compact(state) => self.on_compact(state),
        }
        std::mem::take(&mut self.effects)
    }

    /// When the next [`Event::Tick`] is due.
    pub fn due(&self) -> Duration {
        match self.role {
            Role::Leader => self.heartbeat_due,
            _ => self.election_due,
        }
    }

    /// Whether it takes itself for the leader.
    pub fn leads(&self) -> bool {
        self.role == Role::Leader
    }

    /// How long it has not heard a leader, if it ever heard one.
    pub fn waited(&self) -> Option<Duration> {
        self.heard_at.map(|at| self.now.saturating_sub(at))
    }

    fn on_tick(&mut self) {
        match self.role {
            Role::Leader => self.on_leaders_tick(),
            _ if self.now >= self.election_due => self.on_election_due(),
            _ => {}
        }
    }

    fn on_message(&mut self, from: Server, Message { term, body }: Message) {
        if self.is_disruptive(&body) {
            return;
        }
        let of_a_pre_vote = matches!(
            body,
            Body::RequestVote { pre: true, .. }
                | Body::Vote {
                    pre: true,
                    granted: true
                }
        );
        if term > self.current_term && !of_a_pre_vote {
            self.become_follower(term);
        }
        match body {
            Body::RequestVote {
                pre,
                last_log_index,
                last_log_term,
                ..
            } => {
                self.on_request_vote(from, term, pre, (last_log_term, last_log_index));
            }
            Body::Vote { pre, granted } => self.on_vote(from, term, pre, granted),
            Body::AppendEntries {
                prev_log_index,
                prev_log_term,
                entries,
                leader_commit,
                sent_at,
            } => {
                let matched = self.hear_from_leader(from, term).then(|| {
                    self.on_append_entries((prev_log_index, prev_log_term), entries, leader_commit)
                });
                self.answer_leader(from, sent_at, matched);
            }
            Body::InstallSnapshot { snapshot, sent_at } => {
                let matched = self
                    .hear_from_leader(from, term)
                    .then(|| Ok(self.on_install_snapshot(snapshot)));
                self.answer_leader(from, sent_at, matched);
            }
            Body::Appended { sent_at, matched } => self.on_appended(from, term, sent_at, matched),
            Body::TimeoutNow => self.on_timeout_now(term),
        }
    }

    /// Follows in `term`, which is its own or a later one.
    pub(crate) fn become_follower(&mut self, term: Term) {
        if term > self.current_term {
            self.current_term = term;
            self.voted_for = None;
            self.leader = None;
            self.persist_vote();
        }
        if self.role == Role::Leader {
            self.leader = None;
            self.await_leader();
        }
        for (ticket, _) in std::mem::take(&mut self.reads) {
            self.effects.push(Effect::Refuse(ticket, None));
        }
        self.progress.clear();
        (self.transfer, self.joining, self.told_to_stand) = (None, None, false);
        self.take_role(Role::Follower);
    }

    pub(crate) fn take_role(&mut self, role: Role) {
        self.role = role;
        self.effects.push(Effect::Became(role, self.current_term));
    }

    pub(crate) fn persist_vote(&mut self) {
        let record = Record::Vote(self.current_term, self.voted_for);
        self.effects.push(Effect::Persist(record));
    }

    pub(crate) fn send(&mut self, to: Server, body: Body) {
        let term = self.current_term;
        self.effects.push(Effect::Send(to, Message { term, body }));
    }

    /// Every other member.
    pub(crate) fn others(&self) -> Vec<Server> {
        let others = self.members.iter().filter(|server| **server != self.me);
        others.copied().collect()
    }

    /// Waits for a leader for one more election timeout.
    pub(crate) fn await_leader(&mut self) {
        let draw = self.rng.next_u64();
        let (from, to) = self.config.election_timeout;
        self.election_due = self.now + self.seats.election.timeout(from, to, draw);
    }
}
