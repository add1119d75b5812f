//! A cache node: the shell around [`Cache`], its leases and its write buffer.

use std::cell::RefCell;
use std::collections::BTreeMap;

use netsplit_sim::CallError;
use netsplit_sim::prelude::*;
use netsplit_sim::random::unit;
use tokio::sync::Mutex;

use crate::cache::{Cache, Slot};
use crate::cluster::Cluster;
use crate::leases::Leasing;
use crate::messages::{Delete, Deleted, Fill, Filled, Filler, Get, Got};
use crate::messages::{Put, PutDone, Release, Released, Store, Stored, WriteDone};
use crate::record;
use crate::types::{Entry, Key, Token, Version};
use crate::write_buffer::WriteBuffer;

struct CacheNode {
    host: Host,
    cluster: Rc<Cluster>,
    memory: RefCell<Memory>,
    /// Held while a key is written through: one write of a key at a time.
    writing: RefCell<BTreeMap<Key, Rc<Mutex<()>>>>,
}

/// What a crash loses.
struct Memory {
    cache: Cache,
    leases: Box<dyn Leasing>,
    buffer: WriteBuffer,
}

const COUNTERS: &[&str] = &[
    "hits",
    "misses",
    "waits",
    "refreshes",
    "fills",
    "refused",
    "evictions",
    "stale_hits",
    "stale_fills",
    "buffered",
    "lost_writes",
    "restarts",
];

/// Runs a cache node until it crashes.
pub(crate) async fn run(host: Host, cluster: Rc<Cluster>) {
    COUNTERS.iter().for_each(|counter| host.count(counter, 0));
    record::started(&host);
    let before = cluster.unflushed.borrow_mut().insert(host.name(), 0);
    host.count("lost_writes", before.unwrap_or(0));
    host.count("restarts", u64::from(before.is_some()));
    // A later life starts at a later time, so its tokens are others.
    let first = Token(host.monotonic().as_nanos() as u64);
    let memory = Memory {
        cache: Cache::new(cluster.params.capacity as usize, (cluster.eviction)()),
        leases: (cluster.leasing)(*cluster.params.lease_for, first),
        buffer: WriteBuffer::default(),
    };
    let node = CacheNode { host, cluster, memory: memory.into(), writing: RefCell::default() };
    Rc::new(node).serve().await;
}

impl CacheNode {
    async fn serve(self: Rc<Self>) {
        let host = &self.host;
        let node = self.clone();
        host.spawn(async move {
            let handle = |_, fill| std::future::ready(node.on_fill(&fill));
            node.host.serve(handle).await;
        });
        let node = self.clone();
        host.spawn(async move {
            let handle = |_, Delete(key)| std::future::ready(node.on_delete(key));
            node.host.serve(handle).await;
        });
        let node = self.clone();
        host.spawn(async move {
            let handle = |_, Release(key, token)| std::future::ready(node.on_release(key, token));
            node.host.serve(handle).await;
        });
        let node = self.clone();
        host.spawn(async move {
            node.host.serve(|_, put: Put| node.clone().on_put(put)).await;
        });
        host.spawn(self.clone().flush_every());
        host.serve(|_, Get(key)| std::future::ready(self.on_get(key))).await;
    }

    fn on_get(&self, key: Key) -> Got {
        let (host, params) = (&self.host, &self.cluster.params);
        let (now, memory) = (host.monotonic(), &mut *self.memory.borrow_mut());
        if let Some(slot) = memory.cache.get(key, now) {
            if params.renew_on_hit {
                memory.cache.expire_at(key, self.cluster.expires(host, now));
            }
            host.count("hits", 1);
            host.count("stale_hits", u64::from(self.cluster.is_stale(key, slot.entry.version)));
            return self.hit(&slot, now);
        }
        if let Some(value) = memory.buffer.get(key) {
            host.count("hits", 1);
            return Got::Hit(Entry { value: Some(value), version: Version::TO_COME });
        }
        let Some(token) = memory.leases.ask(key, now) else {
            host.count("waits", 1);
            return Got::Wait;
        };
        host.count("misses", 1);
        record::granted(host, key, token, *params.lease_for);
        Got::Miss(token)
    }

    /// Answers a hit, and tosses the coin of early refresh.
    fn hit(&self, slot: &Slot, now: Duration) -> Got {
        let Some(expires) = slot.expires else { return Got::Hit(slot.entry) };
        let (refresh, beta) = (self.cluster.refresh, self.cluster.params.beta);
        let chance = 1.0 - unit(&mut self.host.rng());
        if refresh.is_due(expires.saturating_sub(now), slot.cost, beta, chance) {
            self.host.count("refreshes", 1);
            return Got::Early(slot.entry, expires);
        }
        Got::Hit(slot.entry)
    }

    fn on_fill(&self, fill: &Fill) -> Filled {
        let Fill { key, entry, by, cost } = *fill;
        let (host, now) = (&self.host, self.host.monotonic());
        let memory = &mut *self.memory.borrow_mut();
        let there = memory.cache.peek(key, now);
        match by {
            Filler::Missed(token) if !memory.leases.redeem(key, token) => {
                host.count("refused", 1);
                return Filled;
            }
            // memcached's `add`: what is there stays.
            Filler::Missed(_) if there.is_some() => return Filled,
            Filler::Missed(token) => record::filled(host, key, token, entry.version),
            // memcached's `cas`: only what was read is replaced.
            Filler::Early(old) if there.is_some_and(|there| there.expires == Some(old)) => {
                host.observe("left", old.saturating_sub(now));
                record::refreshed(host, key, entry.version);
            }
            Filler::Early(_) => {
                host.count("refused", 1);
                return Filled;
            }
            Filler::Writer => {
                memory.leases.deleted(key);
                record::replaced(host, key, entry.version);
            }
        }
        self.store(&mut memory.cache, key, entry, cost);
        Filled
    }

    fn store(&self, cache: &mut Cache, key: Key, entry: Entry, cost: Duration) {
        let host = &self.host;
        host.count("fills", 1);
        host.count("stale_fills", u64::from(self.cluster.is_stale(key, entry.version)));
        let expires = self.cluster.expires(host, host.monotonic());
        if let Some(evicted) = cache.set(key, Slot { entry, expires, cost }) {
            host.count("evictions", 1);
            record::evicted(host, evicted);
        }
    }

    fn on_delete(&self, key: Key) -> Deleted {
        let memory = &mut *self.memory.borrow_mut();
        memory.cache.remove(key);
        memory.leases.deleted(key);
        record::deleted(&self.host, key);
        Deleted
    }

    fn on_release(&self, key: Key, token: Token) -> Released {
        if self.memory.borrow_mut().leases.redeem(key, token) {
            record::released(&self.host, key);
        }
        Released
    }

    async fn on_put(self: Rc<Self>, put: Put) -> PutDone {
        let Put { key, value, behind } = put;
        if behind {
            self.memory.borrow_mut().buffer.put(key, value);
            self.host.count("buffered", 1);
            self.note_unflushed();
            self.keep(key, value, Version::TO_COME, Duration::ZERO);
            return PutDone(WriteDone::Done);
        }
        let lock = self.writing.borrow_mut().entry(key).or_default().clone();
        let _one_at_a_time = lock.lock().await;
        let began = self.host.monotonic();
        PutDone(match self.write(key, value).await {
            Ok(Stored(Some(version))) => {
                let cost = self.host.monotonic().saturating_sub(began);
                self.keep(key, value, version, cost);
                WriteDone::Done
            }
            Ok(Stored(None)) => WriteDone::Overloaded,
            // The database may have it, so what the cache has may be old.
            Err(_) => {
                self.on_delete(key);
                WriteDone::Lost
            }
        })
    }

    async fn write(&self, key: Key, value: u64) -> Result<Stored, CallError> {
        let db = Cluster::db(&self.host);
        self.host.call(db, &Store(key, value), *self.cluster.params.db_timeout).await
    }

    /// Keeps a value that was written through this node.
    fn keep(&self, key: Key, value: u64, version: Version, cost: Duration) {
        let entry = Entry { value: Some(value), version };
        self.on_fill(&Fill { key, entry, by: Filler::Writer, cost });
    }

    /// Writes the buffer to the database, again and again.
    async fn flush_every(self: Rc<Self>) {
        loop {
            self.host.sleep(*self.cluster.params.flush_every).named("next flush").await;
            let waiting = self.memory.borrow().buffer.waiting();
            for (key, value) in waiting {
                self.host.spawn(self.clone().flush(key, value));
            }
        }
    }

    async fn flush(self: Rc<Self>, key: Key, value: u64) {
        // What was not written waits for the next flush.
        if let Ok(Stored(Some(_))) = self.write(key, value).await {
            self.memory.borrow_mut().buffer.flushed(key, value);
            self.note_unflushed();
        }
    }

    fn note_unflushed(&self) {
        let writes = self.memory.borrow().buffer.writes();
        self.cluster.unflushed.borrow_mut().insert(self.host.name(), writes);
    }
}
