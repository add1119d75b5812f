//! A lock node: the shell around [`Table`], with who waits for which lock.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::pending;

use netsplit_sim::prelude::*;
use tokio::sync::Notify;

use crate::cluster::Cluster;
use crate::locks::{Lock, Waiting};
use crate::messages::{Acquire, Acquired, Release, Released, Renew, Renewed, Wake};
use crate::record;
use crate::table::Table;
use crate::types::{Key, Owner};

/// The file of a lock node that survives a crash.
const FILE: &str = "table";

struct LockNode {
    host: Host,
    cluster: Rc<Cluster>,
    table: RefCell<Table>,
    waiting: RefCell<BTreeMap<Key, VecDeque<(NodeId, Owner)>>>,
    /// Keys whose lease somebody waits for to end.
    watched: RefCell<BTreeSet<Key>>,
    /// Tells those who wait for the end of a lease that a lock is free.
    freed: Notify,
    /// Nothing is granted before, on the monotonic clock.
    grants_from: Duration,
}

const COUNTERS: &[&str] = &["grants", "renewals", "expirations", "releases", "wakeups"];

/// Runs a lock node until it crashes.
pub(crate) async fn run(host: Host, cluster: Rc<Cluster>) {
    COUNTERS.iter().for_each(|counter| host.count(counter, 0));
    let now = host.monotonic();
    // The first life begins at the start of the run.
    let restarted = !now.is_zero() && cluster.lock != Lock::Consensus;
    let delay = if restarted { *cluster.params.restart_delay } else { Duration::ZERO };
    let mut table = recover(&host);
    table.extend_all(now + cluster.terms.ttl);
    let node = LockNode {
        host,
        cluster,
        table: RefCell::new(table),
        waiting: RefCell::default(),
        watched: RefCell::default(),
        freed: Notify::new(),
        grants_from: now + delay,
    };
    Rc::new(node).serve().await;
}

/// The table on disk; empty if there is none.
fn recover(host: &Host) -> Table {
    let saved = host.disk().read(FILE).ok().flatten();
    saved.and_then(|bytes| postcard::from_bytes(&bytes).ok()).unwrap_or_default()
}

impl LockNode {
    async fn serve(self: Rc<Self>) {
        let (renewing, releasing) = (self.clone(), self.clone());
        self.host.spawn(async move {
            let handle = |_, Renew(key, owner)| renewing.clone().renew(key, owner);
            renewing.host.serve(handle).await;
        });
        self.host.spawn(async move {
            let handle = |_, Release(key, owner)| releasing.clone().release(key, owner);
            releasing.host.serve(handle).await;
        });
        let handle = |from, Acquire(key, owner)| self.clone().acquire(from, key, owner);
        self.host.serve(handle).await;
    }

    async fn acquire(self: Rc<Self>, from: NodeId, key: Key, owner: Owner) -> Acquired {
        if self.host.monotonic() < self.grants_from {
            return Acquired(None);
        }
        self.expire(key);
        let (now, ttl) = (self.clock(), self.cluster.terms.ttl);
        let granted = self.table.borrow_mut().acquire(key, owner, now, ttl);
        match granted {
            Some(token) => {
                self.host.count("grants", 1);
                record::granted(&self.host, key, owner, token);
                self.commit().await;
            }
            None => self.queue(key, from, owner),
        }
        self.watch(key);
        Acquired(granted)
    }

    async fn renew(self: Rc<Self>, key: Key, owner: Owner) -> Renewed {
        self.expire(key);
        let (now, ttl) = (self.clock(), self.cluster.terms.ttl);
        let renewed = self.table.borrow_mut().renew(key, owner, now, ttl);
        if renewed {
            self.host.count("renewals", 1);
            self.commit().await;
        }
        Renewed(renewed)
    }

    async fn release(self: Rc<Self>, key: Key, by: Owner) -> Released {
        self.expire(key);
        // Who gives up waits no more.
        if let Some(waiting) = self.waiting.borrow_mut().get_mut(&key) {
            waiting.retain(|(_, owner)| *owner != by);
        }
        let may_end = |lease: &_| (self.cluster.may_release)(lease, by);
        let ended = self.table.borrow_mut().release(key, may_end);
        if let Some(lease) = ended {
            self.host.count("releases", 1);
            record::freed(&self.host, key, &lease, by);
            self.commit().await;
            self.wake(key);
        }
        Released
    }

    /// Lets a client wait to be woken, in its old place if it has one.
    fn queue(&self, key: Key, from: NodeId, owner: Owner) {
        if self.cluster.lock == Lock::Redlock || self.cluster.waiting == Waiting::Poll {
            return;
        }
        let waiting = &mut *self.waiting.borrow_mut();
        let waiting = waiting.entry(key).or_default();
        if !waiting.contains(&(from, owner)) {
            waiting.push_back((from, owner));
        }
    }

    /// The clock by which leases end.
    fn clock(&self) -> Duration {
        match self.cluster.lock {
            Lock::Consensus => self.host.monotonic(),
            Lock::Single | Lock::Redlock => self.host.now(),
        }
    }

    /// Ends a lease whose time is over.
    fn expire(&self, key: Key) {
        let now = self.clock();
        let expired = self.table.borrow_mut().expire(key, now);
        if let Some(lease) = expired {
            self.host.count("expirations", 1);
            record::expired(&self.host, key, &lease);
            self.wake(key);
        }
    }

    /// Tells those who wait that a lock is free: all, or one. Each must ask for it as anybody else.
    fn wake(&self, key: Key) {
        let waiting = &mut *self.waiting.borrow_mut();
        let waiting = waiting.entry(key).or_default();
        let woken = self.cluster.waiting.woken(waiting.len());
        self.freed.notify_waiters();
        for (app, owner) in waiting.drain(..woken) {
            self.host.count("wakeups", 1);
            // One that is lost or comes to nothing is made up for: who waits asks again.
            let _ = self.host.send(app, &Wake(owner));
        }
    }

    /// Waits for the end of a lease, if somebody waits for the lock. One that is woken may be dead, so
    /// a lock that stays free wakes the next.
    fn watch(self: &Rc<Self>, key: Key) {
        if !self.is_awaited(key) || !self.watched.borrow_mut().insert(key) {
            return;
        }
        let node = self.clone();
        self.host.spawn(async move {
            while node.is_awaited(key) {
                let until = node.table.borrow().get(key).map(|lease| lease.until);
                let Some(until) = until else {
                    node.host.sleep(*node.cluster.params.poll).named("unanswered wake-up").await;
                    if node.table.borrow().get(key).is_none() {
                        node.wake(key);
                    }
                    continue;
                };
                let left = until.saturating_sub(node.clock());
                let _ = node.host.timeout(left, node.freed.notified()).await;
                node.expire(key);
            }
            node.watched.borrow_mut().remove(&key);
        });
    }

    fn is_awaited(&self, key: Key) -> bool {
        self.waiting.borrow().get(&key).is_some_and(|waiting| !waiting.is_empty())
    }

    /// Has the group agree on the table: on disk here, and then a majority's time. The others need
    /// no group, and forget.
    async fn commit(&self) {
        if self.cluster.lock != Lock::Consensus {
            return;
        }
        let bytes = postcard::to_stdvec(&*self.table.borrow()).expect("a table can be written");
        let disk = self.host.disk();
        if disk.write(FILE, &bytes).is_err() || disk.sync(FILE).await.is_err() {
            // Nothing may be said of what is not durable.
            pending::<()>().await;
        }
        let majority = self.cluster.commit.draw(&mut self.host.rng());
        self.host.sleep(majority).named("majority").await;
    }
}
