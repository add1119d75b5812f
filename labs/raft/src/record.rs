//! What a server leaves in the record of the run: its log as it is on disk, what it applied,
//! whom it voted for, when it led. Invariants judge it, and scenarios wait for it.

use std::time::Duration;

use netsplit_sim::Host;
use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_64;

use crate::log::{Entry, Index, Snapshot, Term};
use crate::observer::{Life, Observer};
use crate::raft::{Record, Role, Saved};
use crate::rpc::Body;

/// Counters that a report shows even at zero.
const COUNTERS: &[&str] =
    &["elections", "prevotes", "log_writes", "snapshots_sent", "refused_appends"];

/// Writes one server's record.
pub struct Recorder {
    host: Host,
    observer: Observer,
    role: Role,
    /// What was applied and is not told yet: where it starts, and what.
    applied: Option<(Index, Vec<Value>)>,
    _life: Life,
}

impl Recorder {
    /// A server starts with what it had saved.
    pub fn start(host: Host, observer: Observer, (_, _, log): &Saved) -> Recorder {
        COUNTERS.iter().for_each(|counter| host.count(counter, 0));
        let entries: Vec<_> = log.entries().iter().map(told).collect();
        let Snapshot { index, term, .. } = &log.snapshot;
        host.record("started", json!([index.0, term.0, entries]));
        host.set_role("follower");
        Recorder {
            _life: observer.lives(host.clone()),
            host,
            observer,
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
                    let entries: Vec<_> = entries.iter().map(told).collect();
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
        entries.push(told(entry));
    }

    /// Tells what was applied, by a server in `term`.
    pub fn flush(&mut self, term: Term) {
        if let Some((first, entries)) = self.applied.take() {
            self.host.record("applied", json!([term.0, first.0, entries]));
        }
    }

    /// The server sends a message.
    pub fn sends(&self, body: &Body) {
        match body {
            Body::Appended { matched: Err(_), .. } => self.host.count("refused_appends", 1),
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

/// An entry as the record tells it: its term, and a digest of what it holds.
fn told(entry: &Entry) -> Value {
    let bytes = postcard::to_stdvec(&entry.payload).expect("payloads can be written");
    json!([entry.term.0, xxh3_64(&bytes) as u32])
}
