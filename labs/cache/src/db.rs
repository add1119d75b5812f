//! The database: slow, with a bounded queue.
//!
//! Left out: its disk. A crash empties it, so scenarios must not crash it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use netsplit_sim::prelude::*;

use crate::cluster::Cluster;
use crate::messages::{Load, Loaded, Store, Stored};
use crate::types::{Entry, Key, Version};

struct Database {
    host: Host,
    cluster: Rc<Cluster>,
    entries: RefCell<BTreeMap<Key, Entry>>,
}

/// Runs the database until it crashes.
pub(crate) async fn run(host: Host, cluster: Rc<Cluster>) {
    for counter in ["db_reads", "db_writes", "db_rejections"] {
        host.count(counter, 0);
    }
    let db = Rc::new(Database { host: host.clone(), cluster, entries: RefCell::default() });
    let writing = db.clone();
    host.spawn(async move {
        let host = writing.host.clone();
        host.serve(|_, Store(key, value)| writing.clone().write(key, value)).await;
    });
    host.serve(|_, Load(key)| db.clone().read(key)).await;
}

impl Database {
    async fn read(self: Rc<Self>, key: Key) -> Loaded {
        if !self.serve("db_reads").await {
            return Loaded(None);
        }
        Loaded(Some(self.entries.borrow().get(&key).copied().unwrap_or_default()))
    }

    async fn write(self: Rc<Self>, key: Key, value: u64) -> Stored {
        if !self.serve("db_writes").await {
            return Stored(None);
        }
        let mut entries = self.entries.borrow_mut();
        let entry = entries.entry(key).or_default();
        *entry = Entry { value: Some(value), version: Version(entry.version.0 + 1) };
        self.cluster.newest.borrow_mut().insert(key, entry.version);
        Stored(Some(entry.version))
    }

    /// Waits for a worker, and for its work. Returns `false` at once when the queue is full.
    async fn serve(&self, counter: &'static str) -> bool {
        let here = self.host.queued_work() + self.host.running_work();
        if self.cluster.db_capacity.is_some_and(|capacity| here >= capacity) {
            self.host.count("db_rejections", 1);
            return false;
        }
        self.host.count(counter, 1);
        let work = self.cluster.db_work.draw(&mut self.host.rng());
        self.host.work(work).await;
        true
    }
}
