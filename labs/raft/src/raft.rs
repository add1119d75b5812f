//! Raft's core: a deterministic state machine behind [`Core::step`], without async, clock, disk
//! or network.
//!
//! A core takes an [`Event`] and the time, and returns [`Effects`], to be carried out in order.
//! The order is half of the safety: a server's term, vote and entries are on its disk before any
//! answer promises them (Figure 2: "updated on stable storage before responding to RPCs").
//!
//! Names are those of Figure 2 of Ongaro and Ousterhout, "In Search of an Understandable
//! Consensus Algorithm (Extended Version)", 2014; sections called "thesis" are of Ongaro's
//! dissertation of the same year. [`Raft`] keeps the rules that hold for all messages, above all
//! that of terms, and leaves the rest to the [`Seats`], which share a [`State`]: `election` (5.2,
//! 5.4.1, pre-vote), `replication` (5.3), `commitment` (5.4.2), `snapshot` (7) and `reads` (8,
//! thesis 6.4). Beside them are `membership` (thesis 4) and `transfer` (thesis 3.10).
//!
//! Left out: joint consensus, so members change one at a time; pipelining, so at most one batch
//! of entries is in flight to each follower and a write waits for at most one more round trip;
//! leaders that write to their own disk while their followers do, which costs one disk write of
//! latency.

use std::rc::Rc;
use std::time::Duration;

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

use crate::commitment::Commitment;
use crate::election::Election;
use crate::event::{Effect, Effects, Event, Ticket};
use crate::log::{Payload, Server};
use crate::reads::Reads;
use crate::replication::Replication;
use crate::rpc::{AppendEntries, Appended, Body, Message, RequestVote, Vote};
use crate::snapshot::Snapshots;
use crate::state::State;

/// The seat `core`: all of Raft, behind one function.
pub trait Core {
    /// Takes an event at the time `now`, which never runs backwards, and returns what must happen
    /// outside. The shell steps [`Event::Tick`] after each batch of other events, and when
    /// [`due`](Core::due).
    fn step(&mut self, now: Duration, event: Event) -> Effects;

    /// When the next [`Event::Tick`] is due. After a tick at that time it must be later.
    fn due(&self) -> Duration;

    /// The state. The shell reads its persistent part, `role`, `commit_index` and `heard_at`.
    fn state(&self) -> &State;
}

/// Creates a core from the state after a restart, the other seats, which it may ignore, and a seed
/// for its random numbers.
pub type NewCore = fn(State, Seats, u64) -> Box<dyn Core>;

/// The parts of the algorithm that scenarios may exchange.
#[derive(Clone, Copy)]
pub struct Seats {
    /// When to stand for election, and for which candidate to vote.
    pub election: &'static dyn Election,
    /// How entries get from the leader's log into the others'.
    pub replication: &'static dyn Replication,
    /// Which entries are committed.
    pub commitment: &'static dyn Commitment,
    /// When to compact a log, and how to take another server's snapshot.
    pub snapshots: &'static dyn Snapshots,
    /// What a leader must know before it answers a read.
    pub reads: &'static dyn Reads,
}

/// The reference: one server.
pub struct Raft {
    pub(crate) state: State,
    pub(crate) seats: Seats,
    rng: ChaCha8Rng,
}

impl Core for Raft {
    fn step(&mut self, now: Duration, event: Event) -> Effects {
        self.state.now = now;
        let mut effects = Effects::new();
        let out = &mut effects;
        match event {
            Event::Tick if self.state.leads() => self.on_leaders_tick(out),
            Event::Tick => self.elect(out, |election, state, out| election.on_tick(state, out)),
            Event::Receive(from, message) => self.on_message(from, message, out),
            Event::Propose(ticket, command) => self.on_propose(ticket, command, out),
            Event::Read(ticket) => self.on_read(ticket, out),
            Event::ChangeMembers(change) => self.on_change_members(change, out),
            Event::Transfer(to) => self.on_transfer(to, out),
            Event::Compact(machine) => {
                self.seats.snapshots.on_compact(&mut self.state, machine, out);
            }
        }
        self.start_election_timer();
        effects
    }

    fn due(&self) -> Duration {
        let state = &self.state;
        if state.leads() { state.lead.heartbeat_due } else { state.election_due }
    }

    fn state(&self) -> &State {
        &self.state
    }
}

impl Raft {
    /// A server that has just started. Its random numbers come from `seed`.
    pub fn new(mut state: State, seats: Seats, seed: u64) -> Raft {
        state.heard_at = seats.reads.quiet_after_restart().then_some(state.now);
        state.reset_election_timer();
        let mut raft = Raft { state, seats, rng: ChaCha8Rng::seed_from_u64(seed) };
        raft.start_election_timer();
        raft
    }

    fn on_message(&mut self, from: Server, Message { term, body }: Message, out: &mut Effects) {
        let wants_election = matches!(body, Body::RequestVote(ask) if !ask.transfer);
        if wants_election && self.state.has_leader() {
            // Not even its term is looked at: it would depose the leader (thesis 4.2.3).
            return;
        }
        if term < self.state.current_term {
            return self.state.send(from, Body::Stale, out);
        }
        if term > self.state.current_term {
            // Its own term has ended, and it has not stood for election in the new one.
            self.state.become_follower(term, out);
        }
        match body {
            Body::RequestVote(ask) => self.on_request_vote(from, ask, out),
            Body::Vote(vote) => {
                self.elect(out, |election, state, out| election.on_vote(state, from, vote, out));
            }
            Body::AppendEntries(append) => self.on_append_entries(from, append, out),
            Body::InstallSnapshot { snapshot, sent_at } => {
                self.state.follow(from, out);
                let matched = Ok(snapshot.index);
                self.seats.snapshots.on_install(&mut self.state, snapshot, out);
                self.state.send(from, Body::Appended(Appended { sent_at, matched }), out);
            }
            Body::Appended(answer) => self.on_appended(from, answer, out),
            Body::TimeoutNow => self.on_timeout_now(out),
            // Its term has done all it is for.
            Body::Stale => {}
        }
    }

    fn on_request_vote(&mut self, from: Server, ask: RequestVote, out: &mut Effects) {
        let election = self.seats.election;
        let granted = election.on_request_vote(&mut self.state, from, ask, out);
        self.state.send(from, Body::Vote(Vote { pre: ask.pre, granted }), out);
    }

    fn on_append_entries(&mut self, leader: Server, append: AppendEntries, out: &mut Effects) {
        self.state.follow(leader, out);
        let (sent_at, leader_commit) = (append.sent_at, append.leader_commit);
        let matched = self.seats.replication.on_append_entries(&mut self.state, append, out);
        if let Ok(end) = matched {
            self.seats.commitment.on_leader_commit(&mut self.state, leader_commit, end, out);
        }
        self.state.send(leader, Body::Appended(Appended { sent_at, matched }), out);
    }

    fn on_appended(&mut self, from: Server, answer: Appended, out: &mut Effects) {
        let Some(progress) = self.state.lead.progress.get_mut(&from) else { return };
        // A refusal confirms the leader too: only the log before the entries was refused.
        progress.acked_at = progress.acked_at.max(Some(answer.sent_at));
        self.seats.replication.on_appended(&mut self.state, from, answer, out);
        self.commit(out);
        self.serve_reads(out);
        self.advance_transfer(from, out);
        self.admit_joining(out);
    }

    fn on_propose(&mut self, ticket: Ticket, command: Rc<[u8]>, out: &mut Effects) {
        let state = &self.state;
        if !state.leads() || state.lead.transfer.is_some() {
            let leader = state.leader.filter(|leader| *leader != state.me);
            return out.push(Effect::Refuse(ticket, leader));
        }
        out.push(Effect::Accepted(ticket, state.log.last_index().next(), state.current_term));
        self.append(Payload::Command(command), out);
    }

    fn on_read(&mut self, ticket: Ticket, out: &mut Effects) {
        if !self.state.leads() {
            return out.push(Effect::Refuse(ticket, self.state.leader));
        }
        if self.seats.reads.on_read(&mut self.state, ticket) {
            self.send_heartbeats(out);
        }
        self.serve_reads(out);
    }

    /// Checks at every tick whether it is still followed, and not only when heartbeats are due:
    /// those for reads put the regular ones off, possibly forever.
    fn on_leaders_tick(&mut self, out: &mut Effects) {
        let state = &mut self.state;
        state.lead.transfer.take_if(|(_, until)| state.now >= *until);
        let longest = state.config.election_timeout.1;
        let alone = state.followed_at().is_some_and(|at| state.now >= at + longest);
        if alone && state.config.check_quorum {
            // Lets its clients look for another leader (thesis 6.2).
            state.become_follower(state.current_term, out);
        } else if state.now >= state.lead.heartbeat_due {
            self.send_heartbeats(out);
        }
    }

    /// Lets the seat `election` act, and starts the term of a leader that it made.
    pub(crate) fn elect(
        &mut self,
        out: &mut Effects,
        act: impl FnOnce(&dyn Election, &mut State, &mut Effects),
    ) {
        let led = self.state.leads();
        act(self.seats.election, &mut self.state, out);
        if self.state.leads() && !led {
            // At once, before the disk has its first entry: others may be about to stand.
            self.send_heartbeats(out);
            self.seats.replication.on_elected(&mut self.state, out);
            self.commit(out);
        }
    }

    pub(crate) fn send_heartbeats(&mut self, out: &mut Effects) {
        self.state.lead.heartbeat_due = self.state.now + self.state.config.heartbeat;
        self.seats.replication.heartbeat(&mut self.state, out);
    }

    pub(crate) fn append(&mut self, payload: Payload, out: &mut Effects) {
        self.seats.replication.propose(&mut self.state, payload, out);
        self.commit(out);
    }

    fn commit(&mut self, out: &mut Effects) {
        self.seats.commitment.on_progress(&mut self.state, out);
        self.leave_if_removed(out);
    }

    fn serve_reads(&mut self, out: &mut Effects) {
        if self.state.leads() {
            self.seats.reads.on_progress(&mut self.state, out);
        }
    }

    fn start_election_timer(&mut self) {
        // A draw for each reset: the sequence of draws does not depend on where steps end.
        for _ in 0..std::mem::take(&mut self.state.timer_resets) {
            let draw = self.rng.next_u64();
            let timeout = self.seats.election.timeout(self.state.config.election_timeout, draw);
            self.state.election_due = self.state.now + timeout;
        }
    }
}
