//! A node: it serves reads and writes of the keys that it holds, and coordinates for clients.
//!
//! A write is in the journal before it is in memory, and in memory before it is confirmed, so no
//! read ever returns what a crash could take back. All that a node knows is in its [`Store`];
//! a crash loses it, and the [`Journal`] brings it back.

use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;

use netsplit_sim::{Host, Rpc, Task};
use serde_json::json;

use crate::clock::HybridClock;
use crate::cluster::Cluster;
use crate::coordinator::Coordinator;
use crate::hints::Hint;
use crate::measure::Inspector;
use crate::messages::{
    Get, GetReply, Put, PutReply, Range, RangeReply, Read, ReadReply, Tree, TreeReply, Write,
    WritePurpose, WriteReply,
};
use crate::ring::Replica;
use crate::siblings::Siblings;
use crate::store::{Journal, Record, Store};

/// One life of a node.
pub struct Node {
    pub(crate) host: Host,
    pub(crate) cluster: Rc<Cluster>,
    pub(crate) position: Replica,
    store: Rc<RefCell<Store>>,
    journal: Journal,
    clock: Rc<RefCell<HybridClock>>,
}

/// Runs a node from its start to its crash.
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
    /// Recovers from the journal. A node that cannot read its disk serves nothing.
    fn start(host: Host, cluster: Rc<Cluster>, inspector: &Inspector) -> Option<Rc<Node>> {
        let position = Cluster::position_of(&host)?;
        let store = Store::new(cluster.ring, cluster.versions, cluster.handoff);
        let node = Node {
            store: Rc::new(RefCell::new(store)),
            journal: Journal::new(&host, cluster.durability),
            clock: Rc::default(),
            host,
            cluster,
            position,
        };
        let records = node.journal.recover().ok()?;
        for record in &records {
            // The clock as well: a stamp from before the crash must not be given out again.
            let mut clock = node.clock.borrow_mut();
            record.siblings().iter().for_each(|sibling| clock.observe(&sibling.version.stamp));
            node.store_mut().apply(record);
            node.show(record);
        }
        if !records.is_empty() {
            node.host.record("recovered", node.store().keys().count());
        }
        for counter in [
            "read_repairs",
            "hints_stored",
            "hints_merged",
            "hints_delivered",
            "anti_entropy_repairs",
            "keys_exchanged",
        ] {
            node.host.count(counter, 0);
        }
        inspector.publish(position, node.store.clone());
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
        let known = self.store().read(key);
        ReadReply { known, purpose }
    }

    async fn on_write(&self, write: Write) -> WriteReply {
        let Write { key, what, purpose, hint_for } = write;
        self.work().await;
        let record = match hint_for {
            Some(owner) if owner != self.position => Record::Hint(Hint { owner, key, write: what }),
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
        TreeReply(self.store_mut().tree(*slot).differing(hashes))
    }

    async fn on_range(&self, Range { slot, leaves, entries }: Range) -> RangeReply {
        let ours = self.store().in_leaves(slot, &leaves);
        self.host.count("keys_exchanged", ours.len() as u64);
        self.merge_entries(entries).await;
        RangeReply(ours)
    }

    /// Journals records, then applies them. Returns how many changed anything; `None` when the
    /// disk failed.
    pub(crate) async fn keep(&self, records: Vec<Record>) -> Option<u64> {
        self.journal.append(&records).await.ok()?;
        // Only now: a read must not see what a crash could still take back.
        let changes = |record: &&Record| {
            let hints = self.store().hints().len();
            let changes = self.store_mut().apply(record);
            if matches!(record, Record::Hint(_)) && self.store().hints().len() == hints {
                self.host.count("hints_merged", 1);
            }
            if changes {
                self.show(record);
            }
            changes
        };
        Some(records.iter().filter(changes).count() as u64)
    }

    /// Shows what is held of a record's key.
    fn show(&self, record: &Record) {
        if let Record::Own(key, _) = record {
            self.host.show("stored", || {
                let store = self.store();
                let values = store.own(*key).into_iter().flat_map(Siblings::iter);
                let values: Vec<_> = values.map(|write| write.datum.0.to_string()).collect();
                json!({ "key": key.0, "versions": values.join(" | ") })
            });
        }
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

    pub(crate) fn store_mut(&self) -> RefMut<'_, Store> {
        self.store.borrow_mut()
    }
}
