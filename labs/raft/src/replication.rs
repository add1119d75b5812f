//! Log replication (section 5.3) and commitment (5.4.2).
//!
//! A leader appends to its own log and sends what follows from `nextIndex`. A follower accepts
//! entries only behind an entry that it has, so two logs that agree at one place agree in all
//! before it. An entry of the leader's own term is committed once a majority has it; one of an
//! earlier term only along with it, since it might still be overwritten (Figure 8).
//!
//! A follower that refuses says where its log parts from the leader's, so the leader skips a
//! whole term per round trip rather than one entry.

use std::rc::Rc;
use std::time::Duration;

use crate::log::{Entry, Index, Log, Payload, Server, Term};
use crate::raft::{Body, Conflict, Effect, Raft, Record, Role, Ticket};

/// The seat `replication`: what a follower accepts, and what counts as committed.
pub trait Replication {
    /// Whether entries behind `prev_log_index` follow from this log.
    fn follows(&self, log: &Log, prev_log_index: Index, prev_log_term: Term) -> bool {
        log.term_at(prev_log_index) == Some(prev_log_term)
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
#[derive(Clone, Copy, Debug)]
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
        self.led_since = self.now;
        self.track_members();
        self.broadcast_heartbeat();
        let inherited = self
            .seats
            .replication
            .inherits(&self.log, self.commit_index);
        self.term_start = inherited.next();
        self.append(inherited, Payload::Noop);
    }

    /// Keeps an account of each other member, and of one that is to be.
    pub(crate) fn track_members(&mut self) {
        let fresh = Progress {
            next_index: self.log.last_index().next(),
            match_index: Index(0),
            acked_at: None,
            outstanding: None,
        };
        let tracked: Vec<_> = self.others().into_iter().chain(self.joining).collect();
        self.progress.retain(|server, _| tracked.contains(server));
        for server in tracked {
            self.progress.entry(server).or_insert(fresh);
        }
    }

    pub(crate) fn on_propose(&mut self, ticket: Ticket, command: Rc<[u8]>) {
        if self.role != Role::Leader || self.transfer.is_some() {
            let leader = self.leader.filter(|leader| *leader != self.me);
            self.effects.push(Effect::Refuse(ticket, leader));
            return;
        }
        let index = self.log.last_index().next();
        self.effects
            .push(Effect::Accepted(ticket, index, self.current_term));
        self.append(index.previous(), Payload::Command(command));
    }

    /// Appends an entry of its own behind `after`, and tells the others.
    pub(crate) fn append(&mut self, after: Index, payload: Payload) {
        let term = self.current_term;
        self.write(after, vec![Entry { term, payload }]);
        self.send_entries_to_all();
        self.advance_commit();
    }

    /// Puts entries into the log, on disk first.
    fn write(&mut self, after: Index, entries: Vec<Entry>) {
        let reconfigures = after < self.log.last_index()
            || entries
                .iter()
                .any(|entry| matches!(entry.payload, Payload::Members(_)));
        self.log.replace(after, entries.clone());
        self.effects
            .push(Effect::Persist(Record::Entries(after, entries)));
        if reconfigures {
            self.members = self.log.members_at(self.log.last_index()).clone();
        }
    }

    /// Judges at every tick whether it is still followed: reads send heartbeats of their own, and
    /// may put the next regular one off for ever.
    pub(crate) fn on_leaders_tick(&mut self) {
        let (_, longest) = self.config.election_timeout;
        self.give_up_transfer();
        let followed_at = self.confirmed_at().max(Some(self.led_since));
        if followed_at.is_some_and(|at| self.now >= at + longest) {
            // Let clients look for another leader (thesis 6.2).
            self.become_follower(self.current_term);
        } else if self.now >= self.heartbeat_due {
            self.broadcast_heartbeat();
        }
    }

    pub(crate) fn broadcast_heartbeat(&mut self) {
        self.heartbeat_due = self.now + self.config.heartbeat;
        for to in self.progress.keys().copied().collect::<Vec<_>>() {
            self.send_append(to, 0);
        }
    }

    pub(crate) fn send_entries_to_all(&mut self) {
        for to in self.progress.keys().copied().collect::<Vec<_>>() {
            self.send_entries(to);
        }
    }

    /// Sends what `to` lacks, unless entries are under way to it.
    fn send_entries(&mut self, to: Server) {
        let progress = &self.progress[&to];
        if progress.next_index > self.log.last_index() || progress.outstanding.is_some() {
            return;
        }
        if progress.next_index <= self.log.snapshot.index {
            let (snapshot, sent_at) = (self.log.snapshot.clone(), self.now);
            self.send(to, Body::InstallSnapshot { snapshot, sent_at });
        } else {
            self.send_append(to, self.config.batch);
        }
        self.progress
            .get_mut(&to)
            .expect("it is tracked")
            .outstanding = Some(self.now);
    }

    fn send_append(&mut self, to: Server, count: usize) {
        let next = self.progress[&to]
            .next_index
            .max(self.log.snapshot.index.next());
        let prev_log_index = next.previous();
        let body = Body::AppendEntries {
            prev_log_index,
            prev_log_term: self.log.term_at(prev_log_index).unwrap_or_default(),
            entries: self.log.from(next, count),
            leader_commit: self.commit_index,
            sent_at: self.now,
        };
        self.send(to, body);
    }

    /// Takes entries from the leader. Says up to where its log is now the leader's.
    pub(crate) fn on_append_entries(
        &mut self,
        (prev_log_index, prev_log_term): (Index, Term),
        mut entries: Vec<Entry>,
        leader_commit: Index,
    ) -> Result<Index, Conflict> {
        let end = Index(prev_log_index.0 + entries.len() as u64);
        let mut prev = prev_log_index;
        if prev < self.log.snapshot.index {
            // What the snapshot covers is committed, so it is the same there.
            let covered = (self.log.snapshot.index.0 - prev.0).min(entries.len() as u64);
            entries.drain(..covered as usize);
            prev = self.log.snapshot.index;
        } else if !self
            .seats
            .replication
            .follows(&self.log, prev, prev_log_term)
        {
            return Err(self.conflict(prev));
        }
        let known = |place: usize, entry: &Entry| {
            self.log.term_at(Index(prev.0 + place as u64 + 1)) == Some(entry.term)
        };
        let same = entries
            .iter()
            .enumerate()
            .take_while(|(place, entry)| known(*place, entry));
        let same = same.count();
        entries.drain(..same);
        if !entries.is_empty() {
            let after = Index(prev.0 + same as u64).min(self.log.last_index());
            self.write(after, entries);
        }
        self.commit(leader_commit.min(end));
        Ok(end)
    }

    fn conflict(&self, prev_log_index: Index) -> Conflict {
        let term = self.log.term_at(prev_log_index);
        let first = match term {
            Some(term) => self.log.first_of(term).unwrap_or(prev_log_index),
            None => self.log.last_index().next(),
        };
        Conflict {
            prev_log_index,
            term,
            first,
        }
    }

    pub(crate) fn answer_leader(
        &mut self,
        to: Server,
        sent_at: Duration,
        matched: Option<Result<Index, Conflict>>,
    ) {
        // To the leader of a past term, only the term matters.
        let nowhere = Conflict {
            prev_log_index: Index(0),
            term: None,
            first: Index(0),
        };
        let matched = matched.unwrap_or(Err(nowhere));
        self.send(to, Body::Appended { sent_at, matched });
    }

    pub(crate) fn on_appended(
        &mut self,
        from: Server,
        term: Term,
        sent_at: Duration,
        matched: Result<Index, Conflict>,
    ) {
        let (last, fast) = (self.log.last_index(), self.config.fast_backtracking);
        let Some(progress) = self.progress.get_mut(&from) else {
            return;
        };
        if self.role != Role::Leader || term != self.current_term {
            return;
        }
        progress.acked_at = progress.acked_at.max(Some(sent_at));
        if progress.outstanding.is_some_and(|at| at <= sent_at) {
            progress.outstanding = None;
        }
        match matched {
            Ok(index) => {
                progress.match_index = progress.match_index.max(index.min(last));
                progress.next_index = progress.next_index.max(progress.match_index.next());
            }
            // Anything else is an answer that was overtaken.
            Err(conflict) if conflict.prev_log_index.next() == progress.next_index => {
                let step = if fast {
                    look_at(&self.log, conflict)
                } else {
                    conflict.prev_log_index
                };
                let next_index = step.max(progress.match_index.next());
                if next_index != progress.next_index {
                    progress.next_index = next_index;
                    progress.outstanding = None;
                }
            }
            Err(_) => {}
        }
        self.send_entries(from);
        self.advance_commit();
        self.serve_confirmed_reads();
        self.advance_transfer(from);
        self.admit_joining();
    }

    /// Commits what a majority has.
    fn advance_commit(&mut self) {
        let enough = self.seats.replication.enough(self.members.len());
        let mut matched: Vec<_> = self
            .members
            .iter()
            .map(|member| self.matched(*member))
            .collect();
        matched.sort_unstable_by(|a, b| b.cmp(a));
        let index = matched[enough.max(1) - 1];
        let term = self.log.term_at(index).unwrap_or_default();
        if index > self.commit_index && self.seats.replication.may_commit(term, self.current_term) {
            self.commit(index);
            self.after_commit();
        }
    }

    fn matched(&self, member: Server) -> Index {
        if member == self.me {
            return self.log.last_index();
        }
        self.progress
            .get(&member)
            .map_or(Index(0), |progress| progress.match_index)
    }

    /// Applies what is committed up to `index`.
    fn commit(&mut self, index: Index) {
        self.commit_index = self.commit_index.max(index.min(self.log.last_index()));
        while self.last_applied < self.commit_index {
            self.last_applied = self.last_applied.next();
            let entry = self
                .log
                .get(self.last_applied)
                .expect("committed entries are here");
            self.effects
                .push(Effect::Apply(self.last_applied, entry.clone()));
        }
    }
}

/// Where to send from next, after a follower has told where its log differs: behind the
/// leader's own last entry of the follower's term, or else where that term starts there.
fn look_at(log: &Log, conflict: Conflict) -> Index {
    let Some(term) = conflict.term else {
        return conflict.first;
    };
    let last = log.last_up_to(term);
    if log.term_at(last) == Some(term) {
        last.next().min(conflict.prev_log_index)
    } else {
        conflict.first
    }
}
