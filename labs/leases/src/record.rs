//! The events that nodes record, and who believes to hold which lock.

use std::collections::BTreeMap;

use netsplit_history::Time;
use netsplit_sim::prelude::*;

use crate::cluster::Cluster;
use crate::table::Lease;
use crate::types::{Key, Owner, Token};

/// A lock was granted.
pub(crate) fn granted(host: &Host, key: Key, owner: Owner, token: Token) {
    host.record("granted", json!({ "key": key.0, "owner": owner.0, "token": token.0 }));
}

/// A lease ended as its time was over.
pub(crate) fn expired(host: &Host, key: Key, lease: &Lease) {
    host.record("expired", json!({ "key": key.0, "owner": lease.owner.0 }));
}

/// A release ended a lease.
pub(crate) fn freed(host: &Host, key: Key, lease: &Lease, by: Owner) {
    host.record("freed", json!({ "key": key.0, "owner": lease.owner.0, "by": by.0 }));
}

/// The storage took a write.
pub(crate) fn written(host: &Host, key: Key, token: Option<Token>) {
    host.record("written", json!({ "key": key.0, "token": token.map(|token| token.0) }));
}

/// Who believes to hold which lock, and since when.
#[derive(Default)]
pub(crate) struct Beliefs {
    holders: BTreeMap<Key, BTreeMap<Owner, Time>>,
    /// When the holder of a lock crashed, until the next one has it.
    crashed: BTreeMap<Key, Time>,
}

/// A client's belief that it holds a lock. Dropping it without [`stop`](Belief::stop) is a crash.
pub(crate) struct Belief {
    host: Host,
    cluster: Rc<Cluster>,
    key: Key,
    owner: Owner,
    stopped: bool,
}

impl Belief {
    /// A client has taken a lock.
    pub fn begin(
        host: &Host,
        cluster: &Rc<Cluster>,
        (key, owner): (Key, Owner),
        token: Option<Token>,
    ) -> Belief {
        let now = host.true_time();
        let beliefs = &mut *cluster.beliefs.borrow_mut();
        let holders = beliefs.holders.entry(key).or_default();
        let others: Vec<_> = holders.keys().map(|other| other.0).collect();
        let under = token.map_or("no token".into(), |token| format!("token {}", token.0));
        let detail = json!({ "key": key.0, "owner": owner.0, "under": under, "others": others });
        holders.insert(owner, now);
        host.record("took", detail);
        host.set_role("holder");
        if let Some(at) = beliefs.crashed.remove(&key) {
            host.observe("takeover", now.since(at));
        }
        Belief { host: host.clone(), cluster: cluster.clone(), key, owner, stopped: false }
    }

    /// The client acts no more.
    pub fn stop(mut self) {
        self.stopped = true;
        self.host.record("stopped", json!({ "key": self.key.0, "owner": self.owner.0 }));
    }
}

impl Drop for Belief {
    fn drop(&mut self) {
        let now = self.host.true_time();
        let beliefs = &mut *self.cluster.beliefs.borrow_mut();
        let holders = beliefs.holders.entry(self.key).or_default();
        let since = holders.remove(&self.owner).unwrap_or(now);
        for other in holders.values() {
            self.host.observe("overlap", now.since(since.max(*other)));
        }
        if !self.stopped {
            beliefs.crashed.insert(self.key, now);
        }
    }
}
