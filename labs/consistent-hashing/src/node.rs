//! A cache node: it answers from memory, fetches what it lacks, and writes through.
//!
//! A write is in the store before it is in the cache, and in both before it is acknowledged, so
//! as long as all processes agree on a key's owner, its history is linearizable.
//!
//! Views change while requests are in flight, and three rules keep what can be kept. A node that
//! knows a newer view than the sender of a request, and by it does not own the key, redirects the
//! request with that view. A write that the store confirmed after its key had moved is handed to
//! the new owner before it is acknowledged. And a node that missed a view clears its cache.
//!
//! Left out: leases. Between the moment when the first process learns of a view and the moment
//! when the last one does, two nodes may both believe that they own a key, and the reads of one
//! miss the writes of the other.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use netsplit_sim::{Host, Rpc};
use tokio::sync::oneshot;

use crate::cache::{Cache, Entry, Key};
use crate::cluster::Cluster;
use crate::measure::Inspector;
use crate::messages::{
    Fetch, Fetched, Get, Got, Heartbeat, Move, Moved, Put, PutDone, Store, Stored,
};
use crate::placement::{Epoch, NodeIndex, View};
use crate::view::{Follower, NewestView, follow};

/// The most entries that are handed over in one message.
const BATCH: usize = 64;

/// A cache node, from its start until it crashes.
pub struct CacheNode {
    host: Host,
    cluster: Rc<Cluster>,
    index: NodeIndex,
    cache: RefCell<Cache>,
    served: Rc<Cell<u64>>,
    view: NewestView,
    /// The fetches in flight, with the requests that wait for each.
    fetching: RefCell<BTreeMap<Key, Vec<oneshot::Sender<Option<Fetched>>>>>,
}

/// Runs a cache node until it crashes.
pub async fn run(host: Host, cluster: Rc<Cluster>, inspector: Inspector) {
    let Some(index) = Cluster::index_of(&host) else {
        return;
    };
    for counter in ["hits", "misses", "coalesced", "keys_handed_over"] {
        host.count(counter, 0);
    }
    let capacity = cluster.params.capacity * cluster.params.size_of(index.0);
    let view = NewestView::new(cluster.clone(), &host);
    let node = Rc::new(CacheNode {
        host,
        index,
        cache: RefCell::new(Cache::new(capacity as usize)),
        served: inspector.served_by(index),
        view,
        fetching: RefCell::default(),
        cluster,
    });
    node.answer(async |node, get| node.on_get(get).await);
    node.answer(async |node, put| node.on_put(put).await);
    node.answer(async |node, moved| node.on_move(moved).await);
    follow(&node.host, &node.cluster, node.clone());
    loop {
        let heartbeat = Heartbeat(node.cluster.member(index));
        // A heartbeat that is dropped is followed by others.
        let _ = node.host.send(Cluster::directory(&node.host), &heartbeat);
        node.host.sleep(*node.cluster.params.beat_every).named("heartbeat").await;
    }
}

impl CacheNode {
    fn answer<R, F, Fut>(self: &Rc<Self>, handler: F)
    where
        R: Rpc,
        F: Fn(Rc<CacheNode>, R) -> Fut + 'static,
        Fut: Future<Output = R::Response> + 'static,
    {
        let node = self.clone();
        self.host.spawn(async move {
            let host = node.host.clone();
            host.serve(|_, request| handler(node.clone(), request)).await;
        });
    }

    async fn on_get(self: Rc<Self>, Get { key, epoch, spilled }: Get) -> Got {
        self.work(self.cluster.params.work.0).await;
        self.served.set(self.served.get() + 1);
        // A spilled read is here although another node owns the key.
        if let Some(view) = self.redirect(key, epoch)
            && !spilled
        {
            return Got::Redirect(view);
        }
        let found = self.cache.borrow_mut().get(key);
        if let Some(entry) = found {
            self.host.count("hits", 1);
            return Got::Value(entry.value);
        }
        self.host.count("misses", 1);
        match self.fetch(key).await {
            Some(Fetched(Some(entry))) => Got::Value(entry.value),
            Some(Fetched(None)) => Got::Overloaded,
            None => Got::StoreTimeout,
        }
    }

    async fn on_put(self: Rc<Self>, Put { key, value, epoch }: Put) -> PutDone {
        self.work(self.cluster.params.work.0).await;
        self.served.set(self.served.get() + 1);
        if let Some(view) = self.redirect(key, epoch) {
            return PutDone::Redirect(view);
        }
        let store = Cluster::store(&self.host);
        let call = self.host.call(store, &Store(key, value), *self.cluster.params.timeout);
        let version = match call.await {
            Ok(Stored(Some(version))) => version,
            Ok(Stored(None)) => return PutDone::Overloaded,
            Err(_) => return PutDone::StoreTimeout,
        };
        let entry = Entry { value: Some(value), version };
        match self.owner(key).filter(|owner| *owner != self.index) {
            Some(owner) => {
                // The key moved while the store was writing. An owner that cannot be reached may
                // keep serving what it fetched before.
                let _ = self.send(owner, vec![(key, entry)]).await;
            }
            None => self.cache.borrow_mut().insert(key, entry),
        }
        PutDone::Done
    }

    async fn on_move(self: Rc<Self>, Move(entries): Move) -> Moved {
        self.work(*self.cluster.params.move_work * entries.len() as u32).await;
        self.host.count("keys_handed_over", entries.len() as u64);
        for (key, entry) in entries {
            self.cache.borrow_mut().insert(key, entry);
        }
        Moved
    }

    /// Reads the store, or waits for a fetch of the key that is in flight. `None` when the store
    /// does not answer in time.
    async fn fetch(&self, key: Key) -> Option<Fetched> {
        if self.cluster.params.coalesce {
            let others = self.fetching.borrow_mut().get_mut(&key).map(|waiting| {
                let (sender, receiver) = oneshot::channel();
                waiting.push(sender);
                receiver
            });
            if let Some(receiver) = others {
                self.host.count("coalesced", 1);
                return receiver.await.ok().flatten();
            }
            // Before the call, so that every miss from now on finds it.
            self.fetching.borrow_mut().insert(key, Vec::new());
        }
        let store = Cluster::store(&self.host);
        let call = self.host.call(store, &Fetch(key), *self.cluster.params.timeout);
        let fetched = call.await.ok();
        if let Some(Fetched(Some(entry))) = fetched {
            self.cache.borrow_mut().insert(key, entry);
        }
        let waiting = self.fetching.borrow_mut().remove(&key);
        for sender in waiting.into_iter().flatten() {
            // A request that waited may have been dropped.
            let _ = sender.send(fetched);
        }
        fetched
    }

    /// Sends entries to their owners by the newest view.
    async fn hand_over(self: Rc<Self>, entries: Vec<(Key, Entry)>) {
        let mut by_owner = BTreeMap::<NodeIndex, Vec<_>>::new();
        for (key, entry) in entries {
            if let Some(owner) = self.owner(key) {
                by_owner.entry(owner).or_default().push((key, entry));
            }
        }
        for (owner, entries) in by_owner {
            for batch in entries.chunks(BATCH) {
                if self.send(owner, batch.to_vec()).await.is_none() {
                    // It is down or cut off; its keys will be fetched when they are asked for.
                    break;
                }
            }
        }
    }

    async fn send(&self, to: NodeIndex, entries: Vec<(Key, Entry)>) -> Option<Moved> {
        let address = Cluster::address(&self.host, to);
        self.work(*self.cluster.params.move_work * entries.len() as u32).await;
        let call = self.host.call(address, &Move(entries), *self.cluster.params.timeout);
        call.await.ok()
    }

    fn owner(&self, key: Key) -> Option<NodeIndex> {
        self.view.get()?.owner(key)
    }

    /// The view to redirect a request with: one that is newer than the sender's, and by which
    /// this node does not own the key.
    fn redirect(&self, key: Key, sent_by: Epoch) -> Option<View> {
        let placed = self.view.get()?;
        // By an older or equal view the sender may be right, and this node has yet to hear of it.
        let is_newer = placed.view.epoch > sent_by && self.cluster.params.redirect;
        (is_newer && placed.owner(key) != Some(self.index)).then(|| placed.view.clone())
    }

    async fn work(&self, work: Duration) {
        let work = self.cluster.work_of(self.index, work);
        if !work.is_zero() {
            self.host.work(work).await;
        }
    }
}

impl Follower for CacheNode {
    fn epoch(&self) -> Epoch {
        self.view.epoch()
    }

    fn on_view(self: Rc<Self>, view: View) {
        let before = self.view.epoch();
        let Some(placed) = self.view.adopt(view) else {
            return;
        };
        let (migration, mut cache) = (&self.cluster.migration, self.cache.borrow_mut());
        // A node that knew no view yet has only entries that were handed over to it.
        if before > Epoch(0) && placed.view.epoch.0 > before.0 + 1 {
            migration.on_view_missed(&mut cache);
        }
        let is_lost = |key: &Key| placed.owner(*key) != Some(self.index);
        let lost: Vec<_> = cache.keys().filter(is_lost).collect();
        let leaving = migration.on_keys_lost(&mut cache, &lost);
        drop(cache);
        let host = self.host.clone();
        host.spawn(self.hand_over(leaving));
    }
}
