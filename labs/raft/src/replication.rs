//! Log replication (section 5.3) and commitment (5.4.2).
//!
//! A leader appends to its own log and sends what follows from `nextIndex`. A follower accepts
//! entries only behind an entry that it has, so two logs that agree at one place agree in all
//! before it. An entry of the leader's own term is committed once a majority has it; one of an
//! earlier term only along with it, since it might still be overwritten (Figure 8).
//!
//! A follower that refuses says up to where its log may be the leader's, and with which term, so
//! that each round trip skips whole terms on both sides rather than one entry.

use std::rc::Rc;
use std::time::Duration;

use crate::log::{Entry, Index, Log, Payload, Server, Term};
use crate::raft::{Effect, Raft, Record, Role, Ticket};
use crate::rpc::{AppendEntries, Body, Matched};

/// The seat `replication`: what a follower accepts, and what counts as committed.
pub trait Replication {
    /// Whether entries behind `prev_log_index` follow from this log.
    fn follows(&self, log: &Log, prev_log_index: Index, prev_log_term: Term) -> bool {
        log.has(prev_log_index, prev_log_term)
    }

    /// Whether an entry of `term` that a majority has may be counted as committed.
    fn may_commit(&self, term: Term, current_term: Term) -> bool {
        term == current_term
    }

    /// How many of so many members must have an entry.
    fn enough(&self, members: usize) -> usize {
        members / 2 + 1
    }

    /// Up to where a new leader keeps its log.
    fn inherits(&self, log: &Log, _commit_index: Index) -> Index {
        log.last_index()
    }
}

/// What a leader knows of another server.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    /// The next entry to send it.
    pub next_index: Index,
    /// The last entry known to be there.
    pub match_index: Index,
    /// When the leader sent the latest message that was answered, if one was.
    pub acked_at: Option<Duration>,
    /// When entries were sent that are not answered yet.
    pub outstanding: Option<Duration>,
}

impl Raft {
    pub(crate) fn become_leader(&mut self) {
        self.take_role(Role::Leader);
        self.leader = Some(self.me);
        self.lead.since = self.now;
        self.track_members();
        self.broadcast_heartbeat();
        let rule = &self.config.seats.replication;
        let inherited = rule.inherits(&self.log, self.commit_index);
        self.lead.term_start = inherited.next();
        self.append(inherited, Payload::Noop);
    }

    /// Keeps an account of each other member, and of one that is to be.
    pub(crate) fn track_members(&mut self) {
        let next_index = self.log.last_index().next();
        let fresh = Progress { next_index, ..Progress::default() };
        let tracked: Vec<_> = self.others().into_iter().chain(self.lead.joining).collect();
        self.lead.progress.retain(|server, _| tracked.contains(server));
        for server in tracked {
            self.lead.progress.entry(server).or_insert(fresh);
        }
    }

    pub(crate) fn on_propose(&mut self, ticket: Ticket, command: Rc<[u8]>) {
        if !self.leads() || self.lead.transfer.is_some() {
            let leader = self.leader.filter(|leader| *leader != self.me);
            return self.emit(Effect::Refuse(ticket, leader));
        }
        let last = self.log.last_index();
        self.emit(Effect::Accepted(ticket, last.next(), self.current_term));
        self.append(last, Payload::Command(command));
    }

    /// Appends an entry of its own behind `after`, and tells the others.
    pub(crate) fn append(&mut self, after: Index, payload: Payload) {
        let term = self.current_term;
        self.write(after, vec![Entry { term, payload }]);
        for to in self.followers() {
            self.send_entries(to);
        }
        self.advance_commit();
    }

    /// Puts entries into the log, on disk first.
    fn write(&mut self, after: Index, entries: Vec<Entry>) {
        let changes_members = |entry: &Entry| matches!(entry.payload, Payload::Members(_));
        let reconfigures = after < self.log.last_index() || entries.iter().any(changes_members);
        self.log.replace(after, entries.clone());
        self.emit(Effect::Persist(Record::Entries(after, entries)));
        if reconfigures {
            self.members = self.log.members_at(self.log.last_index()).clone();
        }
    }

    /// Judges at every tick whether it is still followed: reads send heartbeats of their own, and
    /// may put the next regular one off for ever.
    pub(crate) fn on_leaders_tick(&mut self) {
        self.lead.transfer.take_if(|(_, until)| self.now >= *until);
        if self.followed_at().is_some_and(|at| self.now >= at + self.config.election_timeout.1) {
            // Let clients look for another leader (thesis 6.2).
            self.become_follower(self.current_term);
        } else if self.now >= self.lead.heartbeat_due {
            self.broadcast_heartbeat();
        }
    }

    pub(crate) fn broadcast_heartbeat(&mut self) {
        self.lead.heartbeat_due = self.now + self.config.heartbeat;
        for to in self.followers() {
            self.send_append(to, 0);
        }
    }

    fn followers(&self) -> Vec<Server> {
        self.lead.progress.keys().copied().collect()
    }

    /// Sends what `to` lacks, unless entries are under way to it.
    fn send_entries(&mut self, to: Server) {
        let progress = self.lead.progress.get_mut(&to).expect("it is tracked");
        if progress.next_index > self.log.last_index() || progress.outstanding.is_some() {
            return;
        }
        progress.outstanding = Some(self.now);
        if progress.next_index > self.log.snapshot.index {
            self.send_append(to, self.config.batch);
        } else {
            let (snapshot, sent_at) = (self.log.snapshot.clone(), self.now);
            self.send(to, Body::InstallSnapshot { snapshot, sent_at });
        }
    }

    fn send_append(&mut self, to: Server, count: usize) {
        let next = self.lead.progress[&to].next_index.max(self.log.snapshot.index.next());
        let prev_log_index = next.previous();
        let append = AppendEntries {
            prev_log_index,
            prev_log_term: self.log.term_at(prev_log_index).unwrap_or_default(),
            entries: self.log.from(next, count),
            leader_commit: self.commit_index,
            sent_at: self.now,
        };
        self.send(to, Body::AppendEntries(append));
    }

    pub(crate) fn on_append_entries(&mut self, leader: Server, append: AppendEntries) {
        self.follow(leader);
        let sent_at = append.sent_at;
        let matched = self.accept(append);
        self.send(leader, Body::Appended { sent_at, matched });
    }

    /// Takes entries from the leader. Says up to where its log is now the leader's.
    fn accept(&mut self, mut append: AppendEntries) -> Matched {
        let (log, prev) = (&self.log, append.prev_log_index);
        if !self.config.seats.replication.follows(log, prev, append.prev_log_term) {
            return Err(self.hint(prev, append.prev_log_term));
        }
        let end = prev.plus(append.entries.len());
        let is_here = |(n, entry): &(usize, &Entry)| log.has(prev.plus(*n), entry.term);
        let here = (1..).zip(&append.entries).take_while(is_here).count();
        let after = prev.plus(here).min(log.last_index());
        let new = append.entries.split_off(here);
        if !new.is_empty() {
            self.write(after, new);
        }
        self.commit(append.leader_commit.min(end));
        Ok(end)
    }

    /// The last place up to `prev` where this log may be that of a leader that has `term` there
    /// (section 5.3, end): behind it are later terms than the leader had, or nothing.
    fn hint(&self, prev: Index, term: Term) -> (Index, Term) {
        if !self.config.fast_backtracking {
            return (prev.previous(), term);
        }
        let index = self.log.last_up_to(prev, term);
        (index, self.log.term_at(index).unwrap_or_default())
    }

    pub(crate) fn on_appended(&mut self, from: Server, sent_at: Duration, matched: Matched) {
        let Some(progress) = self.lead.progress.get_mut(&from) else { return };
        progress.acked_at = progress.acked_at.max(Some(sent_at));
        progress.outstanding = progress.outstanding.filter(|at| *at > sent_at);
        match matched {
            Ok(index) => {
                let index = index.min(self.log.last_index());
                progress.match_index = progress.match_index.max(index);
                progress.next_index = progress.next_index.max(index.next());
            }
            Err((index, term)) => {
                // The leader leaves out the terms that the follower does not have.
                let next_index = self.log.last_up_to(index, term).next();
                let next_index = next_index.max(progress.match_index.next());
                // Otherwise it was overtaken, and to send again would never end.
                if next_index < progress.next_index {
                    (progress.next_index, progress.outstanding) = (next_index, None);
                }
            }
        }
        self.send_entries(from);
        self.advance_commit();
        self.serve_confirmed_reads();
        self.advance_transfer(from);
        self.admit_joining();
    }

    /// Commits what a majority has.
    fn advance_commit(&mut self) {
        let (rule, members) = (&self.config.seats.replication, self.members.len());
        let index = self.reached_by(rule.enough(members), |progress| progress.match_index);
        let term = self.log.term_at(index).unwrap_or_default();
        if index > self.commit_index && rule.may_commit(term, self.current_term) {
            self.commit(index);
            self.after_commit();
        }
    }

    /// What so many members have reached, itself among them.
    pub(crate) fn reached_by<T: Ord>(&self, enough: usize, mark: impl Fn(Progress) -> T) -> T {
        let (match_index, acked_at) = (self.log.last_index(), Some(self.now));
        let mine = Progress { match_index, acked_at, ..Progress::default() };
        let progress = |member: &Server| match self.lead.progress.get(member) {
            _ if *member == self.me => mine,
            known => known.copied().unwrap_or_default(),
        };
        let mut marks: Vec<_> = self.members.iter().map(progress).map(mark).collect();
        marks.sort_unstable_by(|a, b| b.cmp(a));
        marks.swap_remove(enough - 1)
    }

    /// Commits up to `index`, or as far as the log goes, and applies it.
    fn commit(&mut self, index: Index) {
        let last = index.min(self.log.last_index());
        while self.commit_index < last {
            self.commit_index = self.commit_index.next();
            let entry = self.log.get(self.commit_index).expect("it is not compacted yet");
            self.emit(Effect::Apply(self.commit_index, entry.clone()));
        }
    }
}
