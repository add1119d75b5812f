//! A node: it serves reads and writes of the keys that it holds, and coordinates for clients.
//!
//! A write is in the journal before it is in memory, and in memory before it is confirmed, so
//! nobody ever reads what a crash could take back. All that a node knows is in its [`Store`];
//! a crash loses it, and the journal brings it back.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use netsplit_sim::{Host, Rpc, Task};

use crate::clock::HybridClock;
use crate::cluster::Cluster;
use crate::coordinator::Coordinator;
use crate::inspect::Inspector;
use crate::journal::Journal;
use crate::messages::{
    Get, GetReply, Put, PutReply, Range, RangeReply, Read, ReadReply, Tree, TreeReply, Write,
    WritePurpose, WriteReply,
};
use crate::ring::Replica;
use crate::store::{Record, Store};

/// One life of a node.
pub struct Node {
    pub(crate) host: Host,
    pub(crate) cluster: Rc<Cluster>,
    pub(crate) place: Replica,
    store: Rc<RefCell<Store>>,
    journal: Journal,
    clock: Rc<RefCell<HybridClock>>,
}

/// What a node does from its start to its crash.
pub fn run(host: Host, cluster: Rc<Cluster>, inspector: Inspector) -> Task {
    Box::pin(async move {
        let Some(node) = Node::start(host, cluster, &inspector) else {
            return;
        };
        node.serve();
        node.hand_over_hints();
        node.compare_trees();
    })
}

impl Node {
    /// Recovers what survived. A node that cannot read its disk serves nobody.
    fn start(host: Host, cluster: Rc<Cluster>, inspector: &Inspector) -> Option<Rc<Node>> {
        let place = Cluster::place_of(&host)?;
        let node = Node {
            store: Rc::new(RefCell::new(Store::new(cluster.ring))),
            journal: Journal::of(&host),
            clock: Rc::default(),
            host,
            cluster,
            place,
        };
        if node.cluster.durability.recovers() {
            let records = node.journal.read().ok()?;
            for record in &records {
                node.apply(record);
            }
            if !records.is_empty() {
                node.host.record("recovered", node.store().keys().count());
            }
        }
        for counter in [
            "read_repairs",
            "hints_stored",
            "hints_delivered",
            "anti_entropy_repairs",
            "keys_exchanged",
        ] {
            node.host.count(counter, 0);
        }
        inspector.publish(place, node.store.clone());
        Some(Rc::new(node))
    }

    fn serve(self: &Rc<Node>) {
        let coordinator =
            Coordinator::new(self.host.clone(), self.cluster.clone(), self.clock.clone());
        let getting = coordinator.clone();
        self.answer(move |_, Get(key)| {
            let coordinator = getting.clone();
            async move { GetReply(coordinator.get(key).await) }
        });
        self.answer(move |_, Put(key, datum, writer)| {
            let coordinator = coordinator.clone();
            async move { PutReply(coordinator.put(key, datum, writer).await) }
        });
        self.answer(async move |node, read| node.on_read(read).await);
        self.answer(async move |node, write| node.on_write(write).await);
        self.answer(async move |node, tree| node.on_tree(&tree));
        self.answer(async move |node, range| node.on_range(range).await);
    }

    fn answer<R, F, Fut>(self: &Rc<Node>, handler: F)
    where
        R: Rpc,
        F: Fn(Rc<Node>, R) -> Fut + 'static,
        Fut: Future<Output = R::Response> + 'static,
    {
        let node = self.clone();
        self.host.spawn(async move {
            let host = node.host.clone();
            host.serve(|_, request| handler(node.clone(), request)).await;
        });
    }

    async fn on_read(&self, Read { key, purpose }: Read) -> ReadReply {
        self.work().await;
        let known = self.store().read(&*self.cluster.versions, key);
        ReadReply { known, purpose }
    }

    async fn on_write(&self, write: Write) -> WriteReply {
        let Write { key, what, purpose, hint_for } = write;
        self.work().await;
        let record = match hint_for {
            Some(owner) if owner != self.place => Record::Hint(owner, key, what),
            _ => Record::Own(key, what),
        };
        let kept = self.keep(vec![record]).await;
        let counter = match (purpose, hint_for) {
            (WritePurpose::Put, Some(_)) => Some("hints_stored"),
            (WritePurpose::Repair, _) => Some("read_repairs"),
            _ => None,
        };
        if let (Some(counter), Some(news)) = (counter, kept) {
            self.host.count(counter, news);
        }
        WriteReply { stored: kept.is_some(), purpose }
    }

    fn on_tree(&self, Tree { slot, hashes }: &Tree) -> TreeReply {
        TreeReply(self.store.borrow_mut().tree(*slot).differing(hashes))
    }

    async fn on_range(&self, Range { slot, leaves, entries }: Range) -> RangeReply {
        let ours = self.store().in_leaves(slot, &leaves);
        self.host.count("keys_exchanged", ours.len() as u64);
        self.take_in(entries).await;
        RangeReply(ours)
    }

    /// Makes records durable, then applies them. Returns how many said something new; `None`
    /// when the disk failed.
    pub(crate) async fn keep(&self, records: Vec<Record>) -> Option<u64> {
        let durability = &*self.cluster.durability;
        self.journal.write(durability, &records).await.ok()?;
        let rule = &*self.cluster.versions;
        let mut store = self.store.borrow_mut();
        let news = records.iter().filter(|record| store.apply(rule, record)).count();
        Some(news as u64)
    }

    fn apply(&self, record: &Record) {
        let (Record::Own(_, what) | Record::Hint(_, _, what) | Record::Delivered(_, _, what)) =
            record;
        let mut clock = self.clock.borrow_mut();
        what.iter().for_each(|sibling| clock.observe(&sibling.version.stamp));
        self.store.borrow_mut().apply(&*self.cluster.versions, record);
    }

    async fn work(&self) {
        let service = *self.cluster.params.service;
        if !service.is_zero() {
            self.host.work(service).await;
        }
    }

    pub(crate) fn store(&self) -> Ref<'_, Store> {
        self.store.borrow()
    }

    pub(crate) fn store_mut(&self) -> std::cell::RefMut<'_, Store> {
        self.store.borrow_mut()
    }
}
