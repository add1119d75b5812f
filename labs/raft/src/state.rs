//! The state of a server, under the names of Figure 2, and the operations on it that several
//! seats need.
//!
//! A [`State`] has no async, clock, disk or network. The seats' handlers read and change it, and
//! push what must happen outside into [`Effects`].

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use crate::event::{Effect, Effects, Record, Role, Saved, Ticket};
use crate::log::{Entry, Index, Log, Members, Payload, Server, Term};
use crate::rpc::{Body, Message};

/// The settings of a cluster, equal on all its servers.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches that have nothing to do with each other"
)]
pub struct Config {
    /// The range of election timeouts, the upper end excluded.
    pub election_timeout: (Duration, Duration),
    /// The heartbeat interval.
    pub heartbeat: Duration,
    /// The maximum number of entries in one message.
    pub batch: usize,
    /// Whether a server asks whether it would win before it stands for election.
    pub prevote: bool,
    /// Whether a leader that no majority follows steps down.
    pub check_quorum: bool,
    /// Whether a leader that was refused skips whole terms, rather than one entry.
    pub fast_backtracking: bool,
    /// Whether a leader hands over when asked to.
    pub transfer: bool,
    /// The number of entries above which a log is compacted; `None` for never.
    pub snapshot_every: Option<usize>,
    /// The maximum drift between two clocks that leases allow for, in seconds per second.
    pub drift_bound: f64,
}

/// One server's state.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// This server.
    pub me: Server,
    /// The cluster's settings.
    pub config: Rc<Config>,
    /// The time of the current step, by this server's clock; it never runs backwards.
    pub now: Duration,

    /// Persistent: the latest term that it has seen.
    pub current_term: Term,
    /// Persistent: the candidate that it voted for in that term.
    pub voted_for: Option<Server>,
    /// Persistent: the log.
    pub log: Log,

    /// The last entry known to be committed. All entries up to it have been handed out in
    /// [`Effect::Apply`], so `lastApplied` needs no field.
    pub commit_index: Index,
    /// Its role.
    pub role: Role,
    /// The leader of the current term, if known.
    pub leader: Option<Server>,
    /// The members by the latest such entry of the log, committed or not (thesis 4.1).
    pub members: Members,
    /// When it stands for election, unless it hears from a leader first. The core sets it after a
    /// handler has [reset the timer](State::reset_election_timer).
    pub election_due: Duration,
    /// The number of times the election timer was reset in this step.
    pub timer_resets: u32,
    /// When it last heard from a leader.
    pub heard_at: Option<Duration>,
    /// As a candidate or pre-candidate: the servers that granted their vote.
    pub votes: BTreeSet<Server>,
    /// As a leader: what only leaders know.
    pub lead: Lead,
}

/// The volatile state of a leader, cleared when it steps down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lead {
    /// `nextIndex[]`, `matchIndex[]` and more, for each other server that it sends entries to.
    pub progress: BTreeMap<Server, Progress>,
    /// The first entry of its term. Until that is committed it cannot know which entries are.
    pub term_start: Index,
    /// When it was elected.
    pub since: Duration,
    /// When the next heartbeats are due.
    pub heartbeat_due: Duration,
    /// The reads that wait until its leadership is confirmed, in order of arrival.
    pub reads: Vec<WaitingRead>,
    /// The server that it hands over to, and when it gives that up.
    pub transfer: Option<(Server, Duration)>,
    /// Whether it has told another server to stand for election.
    pub told_to_stand: bool,
    /// A server that is brought up to date before it becomes a member.
    pub joining: Option<Server>,
}

/// A leader's view of another server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// `nextIndex`: the next entry to send.
    pub next_index: Index,
    /// `matchIndex`: the last entry known to be on that server's disk.
    pub match_index: Index,
    /// When the leader sent the latest message that was answered, if one was.
    pub acked_at: Option<Duration>,
    /// When the leader sent entries or a snapshot that are not answered yet: at most one such
    /// message is in flight to each server.
    pub outstanding: Option<Duration>,
}

/// A read that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingRead {
    /// The request.
    pub ticket: Ticket,
    /// A majority must answer a message sent at this time or later; `None` if the leader may
    /// answer without.
    pub confirm_from: Option<Duration>,
}

impl State {
    /// The state of a server that starts at `now` with what its disk held: a follower that knows
    /// no leader.
    pub fn new(me: Server, config: Rc<Config>, saved: Saved, now: Duration) -> State {
        let Saved { current_term, voted_for, log } = saved;
        State {
            me,
            config,
            now,
            current_term,
            voted_for,
            commit_index: log.snapshot.index,
            role: Role::Follower,
            leader: None,
            members: log.members_at(log.last_index()).clone(),
            log,
            election_due: now,
            timer_resets: 0,
            heard_at: None,
            votes: BTreeSet::new(),
            lead: Lead::default(),
        }
    }

    /// Whether it believes that it is the leader.
    pub fn leads(&self) -> bool {
        self.role == Role::Leader
    }

    /// Every other member.
    pub fn others(&self) -> Vec<Server> {
        self.members.iter().copied().filter(|server| *server != self.me).collect()
    }

    /// Every server that a leader sends entries to.
    pub fn followers(&self) -> Vec<Server> {
        self.lead.progress.keys().copied().collect()
    }

    /// The smallest number of members that is more than half of them.
    pub fn majority(&self) -> usize {
        self.members.len() / 2 + 1
    }

    /// A leader's view of a member, itself among them: its own log is on its own disk.
    pub fn progress_of(&self, member: Server) -> Progress {
        if member == self.me {
            let (match_index, acked_at) = (self.log.last_index(), Some(self.now));
            return Progress { match_index, acked_at, ..Progress::default() };
        }
        self.lead.progress.get(&member).copied().unwrap_or_default()
    }

    /// The highest mark that `enough` members have reached.
    pub(crate) fn reached_by<T: Ord>(&self, enough: usize, mark: impl Fn(Progress) -> T) -> T {
        let members = self.members.iter();
        let mut marks: Vec<_> = members.map(|member| mark(self.progress_of(*member))).collect();
        marks.sort_unstable_by(|a, b| b.cmp(a));
        marks.swap_remove(enough - 1)
    }

    /// The latest time such that a majority has answered a message that the leader sent then or
    /// later: at that time it led for certain.
    pub fn confirmed_at(&self) -> Option<Duration> {
        self.reached_by(self.majority(), |progress| progress.acked_at)
    }

    /// The last time at which a leader is known to have been followed.
    pub(crate) fn followed_at(&self) -> Option<Duration> {
        self.confirmed_at().max(Some(self.lead.since))
    }

    /// Whether it has heard from a leader, or as a leader from a majority, within the shortest
    /// election timeout.
    pub(crate) fn has_leader(&self) -> bool {
        let heard_at = if self.leads() { self.followed_at() } else { self.heard_at };
        heard_at.is_some_and(|at| self.now < at + self.config.election_timeout.0)
    }

    /// Restarts the election timer, with a timeout from
    /// [`Election::timeout`](crate::election::Election::timeout).
    pub fn reset_election_timer(&mut self) {
        self.timer_resets += 1;
    }

    /// Sends a message in the current term.
    pub fn send(&self, to: Server, body: Body, out: &mut Effects) {
        out.push(Effect::Send(to, Message { term: self.current_term, body }));
    }

    /// Persists the term and the vote.
    pub fn persist_vote(&self, out: &mut Effects) {
        out.push(Effect::Persist(Record::Vote(self.current_term, self.voted_for)));
    }

    /// Everything that must survive a crash, as records.
    pub fn records(&self) -> Vec<Record> {
        vec![
            Record::Snapshot(self.log.snapshot.clone()),
            Record::Vote(self.current_term, self.voted_for),
            Record::Entries(self.log.snapshot.index, self.log.entries().to_vec()),
        ]
    }

    /// Takes a role in the current term.
    pub fn take_role(&mut self, role: Role, out: &mut Effects) {
        self.role = role;
        out.push(Effect::Became(role, self.current_term));
    }

    /// Becomes a follower in `term`, which is the current one or a later one.
    pub fn become_follower(&mut self, term: Term, out: &mut Effects) {
        if term > self.current_term {
            // The vote was for the term that has ended.
            (self.current_term, self.voted_for, self.leader) = (term, None, None);
            self.persist_vote(out);
        }
        if self.leads() {
            self.leader = None;
            self.reset_election_timer();
        }
        for read in std::mem::take(&mut self.lead).reads {
            out.push(Effect::Refuse(read.ticket, None));
        }
        self.take_role(Role::Follower, out);
    }

    /// Becomes the leader of the current term. The core then sends heartbeats and calls
    /// [`Replication::on_elected`](crate::replication::Replication::on_elected).
    pub fn become_leader(&mut self, out: &mut Effects) {
        self.take_role(Role::Leader, out);
        self.leader = Some(self.me);
        self.lead.since = self.now;
        self.lead.term_start = self.log.last_index().next();
        self.track_members();
    }

    /// Follows the leader of the current term, from which a message arrived.
    pub(crate) fn follow(&mut self, leader: Server, out: &mut Effects) {
        if self.role != Role::Follower {
            // A term has one leader, so this server has lost its election.
            self.become_follower(self.current_term, out);
        }
        self.leader = Some(leader);
        self.heard_at = Some(self.now);
        self.reset_election_timer();
    }

    /// As a leader, tracks the progress of each other member, and of a server that is to join.
    pub(crate) fn track_members(&mut self) {
        let next_index = self.log.last_index().next();
        let fresh = Progress { next_index, ..Progress::default() };
        let tracked: Vec<_> = self.others().into_iter().chain(self.lead.joining).collect();
        self.lead.progress.retain(|server, _| tracked.contains(server));
        for server in tracked {
            self.lead.progress.entry(server).or_insert(fresh);
        }
    }

    /// Replaces the log after `after` by `entries`, persists them, and keeps the members those of
    /// the log.
    pub fn write(&mut self, after: Index, entries: Vec<Entry>, out: &mut Effects) {
        let changes_members = |entry: &Entry| matches!(entry.payload, Payload::Members(_));
        // A removed entry may have changed the members too: they are then the previous ones again.
        let reconfigures = after < self.log.last_index() || entries.iter().any(changes_members);
        self.log.replace(after, entries.clone());
        out.push(Effect::Persist(Record::Entries(after, entries)));
        if reconfigures {
            self.members = self.log.members_at(self.log.last_index()).clone();
        }
    }
}
