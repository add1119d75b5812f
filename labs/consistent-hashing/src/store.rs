//! The backing store: slow, and with a bounded queue.
//!
//! A read or write waits for one of the store's workers and occupies it for a while; when the
//! queue is full, the next one is rejected. Without that limit, a reshuffled cache would have the
//! store work for clients that have given up.
//!
//! Left out: its disk. A crash empties it, so scenarios that crash it lose writes; durable stores
//! are the quorum-kv lab's subject.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use netsplit_sim::Host;
use netsplit_sim::random::Sampler;

use crate::cache::{Entry, Key, Version};
use crate::cluster::Cluster;
use crate::messages::{Fetch, Fetched, Store, Stored};

/// The contents of the store.
#[derive(Debug, Default)]
pub struct Values(BTreeMap<Key, Entry>);

impl Values {
    /// The entry of a key; the default one for a key that was never written.
    pub fn read(&self, key: Key) -> Entry {
        self.0.get(&key).copied().unwrap_or_default()
    }

    /// Replaces a value. Returns its version.
    pub fn write(&mut self, key: Key, value: u64) -> Version {
        let entry = self.0.entry(key).or_default();
        entry.value = Some(value);
        entry.version.0 += 1;
        entry.version
    }
}

struct StoreServer {
    host: Host,
    work: Sampler,
    capacity: Option<usize>,
    values: RefCell<Values>,
}

/// Runs the store until it crashes.
pub async fn run(host: Host, cluster: Rc<Cluster>) {
    for counter in ["store_reads", "store_writes", "store_rejections"] {
        host.count(counter, 0);
    }
    let server = Rc::new(StoreServer {
        work: Sampler::new(&cluster.params.store_work),
        capacity: cluster.store_capacity(),
        values: RefCell::default(),
        host: host.clone(),
    });
    let writing = server.clone();
    host.spawn(async move {
        let host = writing.host.clone();
        host.serve(|_, Store(key, value)| writing.clone().write(key, value)).await;
    });
    host.serve(|_, Fetch(key)| server.clone().read(key)).await;
}

impl StoreServer {
    async fn read(self: Rc<Self>, key: Key) -> Fetched {
        let served = self.serve("store_reads").await;
        Fetched(served.then(|| self.values.borrow().read(key)))
    }

    async fn write(self: Rc<Self>, key: Key, value: u64) -> Stored {
        let served = self.serve("store_writes").await;
        Stored(served.then(|| self.values.borrow_mut().write(key, value)))
    }

    /// Waits for a worker, and for its work. Returns `false` at once when the queue is full.
    async fn serve(&self, counter: &'static str) -> bool {
        let here = self.host.queued_work() + self.host.running_work();
        if self.capacity.is_some_and(|capacity| here >= capacity) {
            self.host.count("store_rejections", 1);
            return false;
        }
        self.host.count(counter, 1);
        let arrived = self.host.monotonic();
        let work = self.work.draw(&mut self.host.rng());
        self.host.work(work).await;
        let took = self.host.monotonic().saturating_sub(arrived);
        self.host.observe("store", took);
        true
    }
}
