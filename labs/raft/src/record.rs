//! The record of a run: each server's log as it is on disk, what it applied, its votes, when it
//! led. Invariants check it, and scenarios wait for its events.
//!
//! The [`Observer`] sees all servers, which never read it: the downtime of Figure 16 runs from a
//! leader's crash to the first heartbeat of the next leader, and no server can know when another
//! crashed.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use netsplit_history::Time;
use netsplit_sim::{Host, NodeId};
use serde_json::{Value, json};
use tokio::sync::Notify;
use xxhash_rust::xxh3::xxh3_64;

use crate::event::{Record, Role, Saved};
use crate::log::{Entry, Index, Snapshot, Term};
use crate::rpc::{Appended, Body};

/// Counters that a report shows even at zero.
const COUNTERS: &[&str] =
    &["elections", "prevotes", "log_writes", "snapshots_sent", "refused_appends"];

/// Writes one server's record.
pub(crate) struct Recorder {
    host: Host,
    observer: Observer,
    role: Role,
    /// Entries that were applied and are not recorded yet, from the first's index on.
    applied: Option<(Index, Vec<Value>)>,
    _life: Life,
}

impl Recorder {
    /// A server starts with its saved state.
    pub fn start(host: Host, observer: &Observer, Saved { log, .. }: &Saved) -> Recorder {
        COUNTERS.iter().for_each(|counter| host.count(counter, 0));
        let entries: Vec<_> = log.entries().iter().map(digest).collect();
        let Snapshot { index, term, .. } = &log.snapshot;
        host.record("started", json!([index.0, term.0, entries]));
        host.set_role("follower");
        Recorder {
            _life: Life { host: host.clone(), observer: observer.clone() },
            host,
            observer: observer.clone(),
            role: Role::Follower,
            applied: None,
        }
    }

    /// Records are on disk.
    pub fn persisted(&mut self, records: &[Record]) {
        for record in records {
            match record {
                Record::Vote(term, Some(server)) => {
                    let vote = json!({ "term": term.0, "for": server.0 });
                    self.host.record("voted", vote);
                    if self.role == Role::Follower {
                        self.host.set_role("voter");
                    }
                }
                Record::Vote(_, None) => {}
                Record::Entries(after, entries) => {
                    self.host.count("log_writes", entries.len() as u64);
                    let entries: Vec<_> = entries.iter().map(digest).collect();
                    self.host.record("appended", json!([after.0, entries]));
                }
                Record::Snapshot(snapshot) => {
                    let place = json!([snapshot.index.0, snapshot.term.0]);
                    self.host.record("compacted", place);
                }
            }
        }
    }

    /// The server has another role, or another term.
    /// `heard_at` is when it last heard a leader.
    pub fn became(&mut self, role: Role, term: Term, heard_at: Option<Duration>) {
        let stands = matches!(role, Role::PreCandidate | Role::Candidate);
        if let Some(at) = heard_at.filter(|_| stands) {
            self.observer.misses_leader(&self.host, self.host.monotonic().saturating_sub(at));
        }
        let before = std::mem::replace(&mut self.role, role);
        let detail = json!({ "term": term.0 });
        match role {
            Role::Leader => {
                self.observer.leads(&self.host);
                self.host.record("became-leader", detail);
            }
            Role::Candidate => {
                self.host.count("elections", 1);
                self.host.record("became-candidate", detail);
            }
            Role::PreCandidate => self.host.count("prevotes", 1),
            Role::Follower if before == Role::Leader => self.host.record("stepped-down", detail),
            Role::Follower => {}
        }
        if role != before {
            self.host.set_role(name(role));
        }
    }

    /// An entry was applied.
    pub fn applied(&mut self, index: Index, entry: &Entry) {
        let (_, entries) = self.applied.get_or_insert_with(|| (index, Vec::new()));
        entries.push(digest(entry));
    }

    /// Records the entries that were applied, by a server in `term`.
    pub fn flush(&mut self, term: Term) {
        if let Some((first, entries)) = self.applied.take() {
            self.host.record("applied", json!([term.0, first.0, entries]));
        }
    }

    /// The server sends a message.
    pub fn sends(&self, body: &Body) {
        match body {
            Body::Appended(Appended { matched: Err(_), .. }) => {
                self.host.count("refused_appends", 1);
            }
            Body::InstallSnapshot { .. } => self.host.count("snapshots_sent", 1),
            _ => {}
        }
    }
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Follower => "follower",
        Role::PreCandidate | Role::Candidate => "candidate",
        Role::Leader => "leader",
    }
}

/// An entry as the record has it: its term, and a digest of its content.
fn digest(entry: &Entry) -> Value {
    let bytes = postcard::to_stdvec(&entry.payload).expect("payloads can be written");
    json!([entry.term.0, xxh3_64(&bytes) as u32])
}

/// Measures across servers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Observer(Rc<RefCell<Known>>);

#[derive(Debug, Default)]
struct Known {
    leader: Option<NodeId>,
    /// When the last leader crashed, while there is none since.
    crashed_at: Option<Time>,
    /// Whether a server's election timeout has passed since then.
    missed: bool,
    /// Tells those who wait for another leader.
    changed: Rc<Notify>,
}

/// Tells the observer, when it is dropped, that a server crashed.
#[derive(Debug)]
struct Life {
    host: Host,
    observer: Observer,
}

impl Observer {
    /// A server was elected, and sends its first heartbeats.
    fn leads(&self, host: &Host) {
        let mut known = self.0.borrow_mut();
        known.leader = Some(host.id());
        known.changed.notify_waiters();
        if let Some(at) = known.crashed_at.take() {
            host.observe("downtime", host.true_time().since(at));
        }
    }

    /// Waits until `to` leads, or else any server but `from`, which led when it was told to hand
    /// over.
    pub async fn other_leads(&self, from: NodeId, to: Option<NodeId>) {
        let leads = |leader: NodeId| to.map_or(leader != from, |to| leader == to);
        loop {
            let changed = {
                let known = self.0.borrow();
                if known.leader.is_some_and(leads) {
                    return;
                }
                known.changed.clone()
            };
            changed.notified().await;
        }
    }

    /// A server stops waiting for its leader after this time.
    fn misses_leader(&self, host: &Host, waited: Duration) {
        let mut known = self.0.borrow_mut();
        if known.crashed_at.is_some() && !known.missed {
            known.missed = true;
            host.observe("first-timeout", waited);
        }
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        let mut known = self.observer.0.borrow_mut();
        if known.leader == Some(self.host.id()) {
            known.leader = None;
            known.crashed_at = Some(self.host.true_time());
            known.missed = false;
        }
    }
}
