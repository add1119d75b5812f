//! The backing store: slow, and with a limit.
//!
//! A read or write waits for one of the store's workers and keeps it for a while; when too many
//! wait, the next is turned away. That limit is all that stands between a reshuffled cache and
//! a store that works for people who have left.
//!
//! Left out: its disk. A crash empties it, so scenarios that crash it lose writes; what a
//! durable store takes is the quorum-kv lab's subject.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use netsplit_sim::Host;
use netsplit_sim::random::Sampler;

use crate::cache::{Entry, Key, Version};
use crate::cluster::Cluster;
use crate::messages::{Fetch, Fetched, Store, Stored};

/// What the store holds.
#[derive(Debug, Default)]
pub struct Shelf(BTreeMap<Key, Entry>);

impl Shelf {
    /// What is known of a key.
    pub fn read(&self, key: Key) -> Entry {
        self.0.get(&key).copied().unwrap_or_default()
    }

    /// Replaces a value. Returns the version that it got.
    pub fn write(&mut self, key: Key, value: u64) -> Version {
        let entry = self.0.entry(key).or_default();
        entry.value = Some(value);
        entry.version.0 += 1;
        entry.version
    }
}

struct Desk {
    host: Host,
    work: Sampler,
    capacity: Option<usize>,
    shelf: RefCell<Shelf>,
}

/// What a store does until it crashes.
pub async fn run(host: Host, cluster: Rc<Cluster>) {
    for counter in ["store_reads", "store_writes", "store_rejections"] {
        host.count(counter, 0);
    }
    let desk = Rc::new(Desk {
        work: Sampler::new(&cluster.params.store_work),
        capacity: cluster.store_capacity(),
        shelf: RefCell::default(),
        host: host.clone(),
    });
    let writing = desk.clone();
    host.spawn(async move {
        let host = writing.host.clone();
        host.serve(|_, Store(key, value)| writing.clone().write(key, value)).await;
    });
    host.serve(|_, Fetch(key)| desk.clone().read(key)).await;
}

impl Desk {
    async fn read(self: Rc<Self>, key: Key) -> Fetched {
        let served = self.serve("store_reads").await;
        Fetched(served.then(|| self.shelf.borrow().read(key)))
    }

    async fn write(self: Rc<Self>, key: Key, value: u64) -> Stored {
        let served = self.serve("store_writes").await;
        Stored(served.then(|| self.shelf.borrow_mut().write(key, value)))
    }

    /// Waits for a worker, and for its work. `false` when there are too many before.
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
