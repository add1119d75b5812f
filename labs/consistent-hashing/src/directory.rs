//! The directory: it keeps the [`Roster`], and publishes each view of it.
//!
//! A new view is on disk before it is published, so a directory that crashes comes back with the
//! same ring: a new salt would move every key.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;
use std::rc::Rc;

use netsplit_sim::{Host, NodeId};
use rand::Rng;

use crate::cluster::Cluster;
use crate::measure::Inspector;
use crate::messages::{Heartbeat, Leave, Left, Poll, Polled, Push};
use crate::params::Spread;
use crate::placement::{NodeIndex, View};
use crate::record;
use crate::roster::Roster;

const FILE: &str = "roster";

/// The directory while it is up.
struct Directory {
    host: Host,
    cluster: Rc<Cluster>,
    inspector: Inspector,
    roster: RefCell<Roster>,
    /// The newest view that is on disk, which others may know.
    published: RefCell<View>,
    /// Every host that has polled.
    subscribers: RefCell<BTreeSet<NodeId>>,
}

/// Runs the directory until it crashes. It stops at once when it cannot read its disk.
pub async fn run(host: Host, cluster: Rc<Cluster>, inspector: Inspector) {
    let Ok(saved) = host.disk().read(FILE) else {
        return;
    };
    let saved = saved.and_then(|bytes| postcard::from_bytes(&bytes).ok());
    let is_new = saved.is_none();
    let roster = saved.unwrap_or_else(|| {
        let salt = host.rng().next_u64();
        Roster::new(salt, cluster.initial_members.clone())
    });
    let directory = Rc::new(Directory {
        published: RefCell::new(roster.view().clone()),
        roster: RefCell::new(roster),
        host,
        cluster,
        inspector,
        subscribers: RefCell::default(),
    });
    if is_new {
        directory.publish().await;
    }
    directory.serve();
    directory.watch().await;
}

impl Directory {
    fn serve(self: &Rc<Self>) {
        let host = &self.host;
        let directory = self.clone();
        host.spawn(async move {
            let mut heartbeats = directory.host.inbox::<Heartbeat>();
            loop {
                let (_, Heartbeat(member)) = heartbeats.recv().await;
                let now = directory.host.monotonic();
                let joined = directory.roster.borrow_mut().on_heartbeat(member, now);
                if joined {
                    directory.changed("node-joined").await;
                }
            }
        });
        let directory = self.clone();
        host.spawn(async move {
            let host = directory.host.clone();
            host.serve(|from, Poll(known)| {
                directory.subscribers.borrow_mut().insert(from);
                let view = directory.published.borrow().clone();
                async move { Polled((view.epoch > known).then_some(view)) }
            })
            .await;
        });
        let directory = self.clone();
        host.spawn(async move {
            let host = directory.host.clone();
            host.serve(|_, Leave(node)| directory.clone().on_leave(node)).await;
        });
    }

    async fn on_leave(self: Rc<Self>, node: NodeIndex) -> Left {
        let left = self.roster.borrow_mut().leave(node);
        if left {
            self.changed("node-left").await;
        }
        Left
    }

    /// Removes silent members.
    async fn watch(self: Rc<Self>) {
        let (every, timeout) = (*self.cluster.params.beat_every, *self.cluster.params.dead_after);
        loop {
            self.host.sleep(every).named("failure detection").await;
            let now = self.host.monotonic();
            let removed = self.roster.borrow_mut().remove_silent(now, timeout);
            if removed {
                self.changed("node-died").await;
            }
        }
    }

    async fn changed(&self, event: &'static str) {
        if self.publish().await {
            let members = self.published.borrow().members.len();
            self.host.record(event, members);
        }
    }

    /// Publishes the current view once it is durable. Returns `false` when the disk failed.
    async fn publish(&self) -> bool {
        let roster = self.roster.borrow().clone();
        if self.save(&roster).await.is_err() {
            return false;
        }
        let view = roster.view();
        // A newer view may have become durable while this one was being written.
        if self.published.borrow().epoch <= view.epoch {
            self.published.replace(view.clone());
            self.inspector.view(view);
            record::view(&self.host, view, self.cluster.params.epsilon_millionths());
        }
        if self.cluster.params.spread == Spread::Push {
            for subscriber in &*self.subscribers.borrow() {
                // A subscriber that this does not reach polls later.
                let _ = self.host.send(*subscriber, &Push(view.clone()));
            }
        }
        true
    }

    async fn save(&self, roster: &Roster) -> io::Result<()> {
        let bytes = postcard::to_stdvec(roster).map_err(io::Error::other)?;
        self.host.disk().write(FILE, &bytes)?;
        self.host.disk().sync(FILE).await
    }
}
