//! A cache node: it answers from memory, fetches what it has not, and writes through.
//!
//! A write is in the store before it is in the cache, and in both before it is acknowledged, so
//! as long as all agree on who owns a key, its history is linearizable.
//!
//! Views change while requests are under way, and three rules keep what can be kept. A node that
//! knows a newer view than the sender of a request, and by it does not own the key, sends the
//! request back with that view. And a write that the store confirmed after its key had moved is
//! handed to the new owner before it is acknowledged. And a node that missed a view forgets what
//! it has.
//!
//! Left out: leases. Between the moment when the first party learns of a view and the moment
//! when the last one does, two nodes may both believe that they own a key, and the reads of one
//! miss the writes of the other.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use netsplit_sim::{Host, Rpc};
use tokio::sync::oneshot;

use crate::belief::Belief;
use crate::cache::{Cache, Entry, Key};
use crate::cluster::Cluster;
use crate::directory::{Follower, follow};
use crate::inspect::Inspector;
use crate::messages::{Beat, Fetch, Fetched, Get, Got, Move, Moved, Put, PutDone, Store, Stored};
use crate::placement::{Epoch, NodeIndex, View};

/// Entries that are handed over in one message.
const BATCH: usize = 64;

/// One life of a cache node.
pub struct CacheNode {
    host: Host,
    cluster: Rc<Cluster>,
    index: NodeIndex,
    cache: RefCell<Cache>,
    served: Rc<Cell<u64>>,
    belief: Belief,
    /// Keys that are being fetched, and who waits for them.
    fetching: RefCell<BTreeMap<Key, Vec<oneshot::Sender<Answer>>>>,
}

/// What came of a fetch: nothing when the store was silent.
type Answer = Option<Fetched>;

/// What a cache node does until it crashes.
pub async fn run(host: Host, cluster: Rc<Cluster>, inspector: Inspector) {
    let Some(index) = Cluster::index_of(&host) else {
        return;
    };
    for counter in ["hits", "misses", "coalesced", "keys_handed_over"] {
        host.count(counter, 0);
    }
    let capacity = cluster.params.capacity * cluster.params.size_of(index.0);
    let belief = Belief::new(cluster.clone(), &host);
    let node = Rc::new(CacheNode {
        host,
        index,
        cache: RefCell::new(Cache::new(capacity as usize)),
        served: inspector.served_by(index),
        belief,
        fetching: RefCell::default(),
        cluster,
    });
    node.answer(async |node, get| node.on_get(get).await);
    node.answer(async |node, put| node.on_put(put).await);
    node.answer(async |node, moved| node.on_move(moved).await);
    follow(&node.host, &node.cluster, node.clone());
    loop {
        let beat = Beat(node.cluster.member(index));
        // A beat that is lost is followed by others.
        let _ = node.host.send(Cluster::directory(&node.host), &beat);
        node.host.sleep(*node.cluster.params.beat_every).await;
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
        if let Some(view) = self.newer_view_of_others(key, epoch)
            && !spilled
        {
            return Got::Elsewhere(view);
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
            None => Got::Silence,
        }
    }

    async fn on_put(self: Rc<Self>, Put { key, value, epoch }: Put) -> PutDone {
        self.work(self.cluster.params.work.0).await;
        self.served.set(self.served.get() + 1);
        if let Some(view) = self.newer_view_of_others(key, epoch) {
            return PutDone::Elsewhere(view);
        }
        let store = Cluster::store(&self.host);
        let call = self.host.call(store, &Store(key, value), *self.cluster.params.timeout);
        let version = match call.await {
            Ok(Stored(Some(version))) => version,
            Ok(Stored(None)) => return PutDone::Overloaded,
            Err(_) => return PutDone::Silence,
        };
        let entry = Entry { value: Some(value), version };
        match self.owner(key).filter(|owner| *owner != self.index) {
            Some(owner) => {
                // One that cannot be reached may go on serving what it fetched before.
                let _ = self.send(owner, vec![(key, entry)]).await;
            }
            None => self.cache.borrow_mut().keep(key, entry),
        }
        PutDone::Done
    }

    async fn on_move(self: Rc<Self>, Move(entries): Move) -> Moved {
        self.work(*self.cluster.params.move_work * entries.len() as u32).await;
        self.host.count("keys_handed_over", entries.len() as u64);
        for (key, entry) in entries {
            self.cache.borrow_mut().keep(key, entry);
        }
        Moved
    }

    /// Reads the store, or waits for somebody who does already.
    async fn fetch(&self, key: Key) -> Answer {
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
            self.fetching.borrow_mut().insert(key, Vec::new());
        }
        let store = Cluster::store(&self.host);
        let call = self.host.call(store, &Fetch(key), *self.cluster.params.timeout);
        let fetched = call.await.ok();
        if let Some(Fetched(Some(entry))) = fetched {
            self.cache.borrow_mut().keep(key, entry);
        }
        let waiting = self.fetching.borrow_mut().remove(&key);
        for sender in waiting.into_iter().flatten() {
            // Who waited may be gone.
            let _ = sender.send(fetched);
        }
        fetched
    }

    /// Hands entries over to their owners by the present view.
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
                    // It is not there; its keys will be fetched.
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
        self.belief.get()?.owner(key)
    }

    /// The view by which this node does not own a key, if it is newer than the asker's.
    fn newer_view_of_others(&self, key: Key, asked_by: Epoch) -> Option<View> {
        let known = self.belief.get()?;
        let is_newer = known.view.epoch > asked_by && self.cluster.params.redirect;
        (is_newer && known.owner(key) != Some(self.index)).then(|| known.view.clone())
    }

    async fn work(&self, work: Duration) {
        let work = self.cluster.work_of(self.index, work);
        if !work.is_zero() {
            self.host.work(work).await;
        }
    }
}

impl Follower for CacheNode {
    fn known(&self) -> Epoch {
        self.belief.epoch()
    }

    fn adopt(self: Rc<Self>, view: View) {
        let before = self.belief.epoch();
        let Some(known) = self.belief.hear(view) else {
            return;
        };
        // Who knew no view yet has only what was handed over to it.
        if before > Epoch(0) && known.view.epoch.0 > before.0 + 1 {
            self.cluster.migration.missed(&mut self.cache.borrow_mut());
        }
        let is_foreign = |key: Key| known.owner(key) != Some(self.index);
        let migration = &self.cluster.migration;
        let leaving = migration.leave(&mut self.cache.borrow_mut(), &is_foreign);
        let host = self.host.clone();
        host.spawn(self.hand_over(leaving));
    }
}
