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
use crate::rpc::{Body, Message};

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
    /// The state machine's state as of `commitIndex`, for a snapshot.
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
pub struct Config {
    /// What variants of the algorithm fill differently.
    pub seats: Seats,
    /// Election timeouts are drawn from this range, the upper end excluded.
    pub election_timeout: (Duration, Duration),
    /// How often a leader lets itself be heard.
    pub heartbeat: Duration,
    /// The most entries in one message.
    pub batch: usize,
    /// Whether an election begins by asking whether it would be won.
    pub prevote: bool,
    /// Whether a leader that was refused skips whole terms, and not one entry.
    pub fast_backtracking: bool,
    /// Whether a leader hands over when asked to.
    pub transfer: bool,
}

/// The parts of the algorithm that can be swapped.
pub struct Seats {
    /// When to stand, and whom to vote for.
    pub election: Rc<dyn Election>,
    /// What to accept, and what counts as committed.
    pub replication: Rc<dyn Replication>,
    /// What a leader must know before it answers a read.
    pub reads: Rc<dyn Reads>,
}

/// What survives a crash: `currentTerm`, `votedFor` and the log.
pub type Saved = (Term, Option<Server>, Log);

/// One server.
pub struct Raft {
    pub(crate) me: Server,
    pub(crate) config: Rc<Config>,
    /// Persistent: the latest term that it has seen.
    pub current_term: Term,
    /// Persistent: whom it voted for in that term.
    pub voted_for: Option<Server>,
    /// Persistent: the log.
    pub log: Log,
    /// The last entry known to be committed. The shell has been told to apply all up to it, so
    /// `lastApplied` is the shell's.
    pub commit_index: Index,
    pub(crate) role: Role,
    pub(crate) leader: Option<Server>,
    /// The members by the latest entry, committed or not (thesis 4.1).
    pub(crate) members: Members,
    pub(crate) now: Duration,
    pub(crate) rng: ChaCha8Rng,
    /// When it stands for election, unless a leader is heard.
    pub(crate) election_due: Duration,
    /// When a leader was heard last.
    pub heard_at: Option<Duration>,
    /// As a candidate: who is for it.
    pub(crate) votes: BTreeSet<Server>,
    pub(crate) lead: Lead,
    effects: Vec<Effect>,
}

/// What only a leader knows ("volatile state on leaders"), and forgets when it steps down.
#[derive(Default)]
pub(crate) struct Lead {
    /// `nextIndex[]`, `matchIndex[]`, and what else it knows of each.
    pub(crate) progress: BTreeMap<Server, Progress>,
    /// Its first entry. Until that is committed it cannot know what is.
    pub(crate) term_start: Index,
    pub(crate) since: Duration,
    pub(crate) heartbeat_due: Duration,
    /// Reads that wait until a majority has confirmed it, by when they came.
    pub(crate) reads: Vec<(Ticket, Option<Duration>)>,
    /// Whom it hands over to, and when it gives that up.
    pub(crate) transfer: Option<(Server, Duration)>,
    /// Whether it has told another to stand.
    pub(crate) told_to_stand: bool,
    /// A server that is brought up to date before it becomes a member.
    pub(crate) joining: Option<Server>,
}

impl Raft {
    /// A server that starts with what its disk held. Its random numbers come from `rng`.
    pub fn new(
        me: Server,
        config: Rc<Config>,
        (current_term, voted_for, log): Saved,
        now: Duration,
        rng: ChaCha8Rng,
    ) -> Raft {
        let heard_at = config.seats.reads.voters_start_quiet().then_some(now);
        let mut raft = Raft {
            me,
            config,
            current_term,
            voted_for,
            commit_index: log.snapshot.index,
            role: Role::Follower,
            leader: None,
            members: log.members_at(log.last_index()).clone(),
            log,
            now,
            rng,
            election_due: now,
            heard_at,
            votes: BTreeSet::new(),
            lead: Lead::default(),
            effects: Vec::new(),
        };
        raft.await_leader();
        raft
    }

    /// Lets something happen at the time `now`, which never runs backwards.
    pub fn step(&mut self, now: Duration, event: Event) -> Vec<Effect> {
        self.now = now;
        match event {
            Event::Tick if self.leads() => self.on_leaders_tick(),
            Event::Tick => self.on_followers_tick(),
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
        if self.leads() { self.lead.heartbeat_due } else { self.election_due }
    }

    /// Whether it takes itself for the leader.
    pub fn leads(&self) -> bool {
        self.role == Role::Leader
    }

    fn on_message(&mut self, from: Server, Message { term, body }: Message) {
        if self.is_disruptive(&body) {
            return;
        }
        if term < self.current_term {
            return self.send(from, Body::Stale);
        }
        if term > self.current_term {
            self.become_follower(term);
        }
        match body {
            Body::RequestVote(ask) => self.on_request_vote(from, ask),
            Body::Vote { pre, granted } => self.on_vote(from, pre, granted),
            Body::AppendEntries(append) => self.on_append_entries(from, append),
            Body::InstallSnapshot { snapshot, sent_at } => {
                self.on_snapshot(from, snapshot, sent_at);
            }
            Body::Appended { sent_at, matched } => self.on_appended(from, sent_at, matched),
            Body::TimeoutNow => self.on_timeout_now(),
            Body::Stale => {}
        }
    }

    /// Follows in `term`, which is its own or a later one.
    pub(crate) fn become_follower(&mut self, term: Term) {
        if term > self.current_term {
            (self.current_term, self.voted_for, self.leader) = (term, None, None);
            self.persist_vote();
        }
        if self.leads() {
            self.leader = None;
            self.await_leader();
        }
        for (ticket, _) in std::mem::take(&mut self.lead).reads {
            self.emit(Effect::Refuse(ticket, None));
        }
        self.take_role(Role::Follower);
    }

    pub(crate) fn take_role(&mut self, role: Role) {
        self.role = role;
        self.emit(Effect::Became(role, self.current_term));
    }

    pub(crate) fn persist_vote(&mut self) {
        self.emit(Effect::Persist(Record::Vote(self.current_term, self.voted_for)));
    }

    pub(crate) fn send(&mut self, to: Server, body: Body) {
        let term = self.current_term;
        self.emit(Effect::Send(to, Message { term, body }));
    }

    pub(crate) fn emit(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Every other member.
    pub(crate) fn others(&self) -> Vec<Server> {
        self.members.iter().copied().filter(|server| *server != self.me).collect()
    }

    /// Waits for a leader for one more election timeout.
    pub(crate) fn await_leader(&mut self) {
        let draw = self.rng.next_u64();
        let (from, to) = self.config.election_timeout;
        self.election_due = self.now + self.config.seats.election.timeout(from, to, draw);
    }
}
