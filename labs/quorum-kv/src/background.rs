//! Background work of a node: handing hints over, and comparing Merkle trees with its peers.
//!
//! Both only ever merge, so doing either twice, or at a bad moment, costs messages and nothing
//! else. The first attempt waits for a random part of the interval, so that nodes that start
//! together do not stay in step.
//!
//! Left out: Dynamo hands over when it notices that the owner is back; here a timer tries.

use std::rc::Rc;
use std::time::Duration;

use rand::Rng;

use crate::cluster::Cluster;
use crate::coordinator::Calls;
use crate::hints::Hint;
use crate::merkle::TreeNode;
use crate::messages::{Range, RangeReply, Tree, TreeReply, Write, WritePurpose};
use crate::node::Node;
use crate::ring::{Key, Replica, Slot};
use crate::siblings::Siblings;
use crate::store::Record;

/// The largest number of hints in a batch.
const BATCH_MAX: usize = 256;

/// The largest number of leaves whose keys are exchanged at a time.
const LEAVES_MAX: usize = 64;

impl Node {
    /// Hands hints over to their owners, again and again.
    pub(crate) fn hand_over_hints(self: &Rc<Node>) {
        let params = &self.cluster.params;
        if !params.hinted_handoff {
            return;
        }
        let (node, every) = (self.clone(), *params.handoff_every);
        self.host.spawn(async move {
            node.stagger(every).await;
            loop {
                let owners: Vec<_> = node.store().hints().kept.keys().copied().collect();
                for owner in owners {
                    node.hand_over(owner).await;
                }
                node.host.sleep(every).named("hand-off").await;
            }
        });
    }

    /// Sends an owner what it missed, in batches, until one of them is not stored in full.
    async fn hand_over(&self, owner: Replica) {
        let Cluster { params, handoff, .. } = &*self.cluster;
        let address = Cluster::members(&self.host)[owner.0 as usize];
        // A single write first: a node that does not answer is not sent the rest.
        let (mut limit, mut sent) = (1, Vec::new());
        loop {
            let batch = handoff.next_batch(self.store().hints(), owner, limit);
            // A filling that does not forget what was stored must not fill the network with it.
            if batch.is_empty() || batch == sent {
                return;
            }
            let mut calls = Calls::default();
            for Hint { key, write, .. } in batch.iter().cloned() {
                let purpose = WritePurpose::Handoff;
                let write = Write { key, what: write, purpose, hint_for: None };
                calls.push(owner, self.host.call(address, &write, *params.timeout));
            }
            let mut stored = 0;
            while let Some((_, reply)) = calls.next().await {
                stored += usize::from(reply.stored);
            }
            if stored < batch.len() {
                return;
            }
            let records = batch.iter().cloned().map(Record::Delivered).collect();
            let done = self.keep(records).await;
            self.host.count("hints_delivered", done.unwrap_or(0));
            (limit, sent) = (BATCH_MAX, batch);
        }
    }

    /// Compares trees with one peer after the other, again and again.
    pub(crate) fn compare_trees(self: &Rc<Node>) {
        let params = &self.cluster.params;
        let peers = self.peers();
        if !params.anti_entropy || peers.is_empty() {
            return;
        }
        let (node, every) = (self.clone(), *params.anti_entropy_every);
        self.host.spawn(async move {
            node.stagger(every).await;
            for (slot, peer) in peers.iter().cycle() {
                node.compare(*slot, *peer).await;
                node.host.sleep(every).named("anti-entropy").await;
            }
        });
    }

    /// Each slot that this node holds, with each of its other holders.
    fn peers(&self) -> Vec<(Slot, Replica)> {
        let ring = self.cluster.ring;
        let with_peers = |slot| ring.holders(slot).map(move |peer| (slot, peer));
        let all = ring.slots_of(self.position).flat_map(with_peers);
        all.filter(|(_, peer)| *peer != self.position).collect()
    }

    /// Descends both trees of a slot together and exchanges the keys that differ; `None` when the
    /// peer does not answer.
    async fn compare(&self, slot: Slot, peer: Replica) -> Option<()> {
        let address = Cluster::members(&self.host)[peer.0 as usize];
        let timeout = *self.cluster.params.timeout;
        let mut hashes = {
            let root = TreeNode::ROOT;
            vec![(root, self.store_mut().tree(slot).hash(root))]
        };
        let mut leaves = loop {
            let TreeReply(differing) =
                self.host.call(address, &Tree { slot, hashes }, timeout).await.ok()?;
            if differing.iter().all(|node| node.is_leaf()) {
                break differing;
            }
            hashes = self.store_mut().tree(slot).below(&differing);
        };
        leaves.truncate(LEAVES_MAX);
        if leaves.is_empty() {
            return Some(());
        }
        let entries = self.store().in_leaves(slot, &leaves);
        self.host.count("keys_exchanged", entries.len() as u64);
        let range = Range { slot, leaves, entries };
        let RangeReply(theirs) = self.host.call(address, &range, timeout).await.ok()?;
        self.merge_entries(theirs).await;
        Some(())
    }

    /// Merges what a peer knows of some keys.
    pub(crate) async fn merge_entries(&self, entries: Vec<(Key, Siblings)>) {
        let versions = self.cluster.versions;
        let is_news = |(key, what): &(Key, Siblings)| {
            !self.store().own(*key).is_some_and(|known| versions.covers(known, what))
        };
        let news: Vec<_> = entries.into_iter().filter(is_news).collect();
        if news.is_empty() {
            return;
        }
        let records = news.into_iter().map(|(key, what)| Record::Own(key, what)).collect();
        let repaired = self.keep(records).await;
        self.host.count("anti_entropy_repairs", repaired.unwrap_or(0));
    }

    async fn stagger(&self, every: Duration) {
        let nanos = (every.as_nanos() as u64).max(1);
        let part = self.host.rng().next_u64() % nanos;
        self.host.sleep(Duration::from_nanos(part)).named("first round").await;
    }
}
