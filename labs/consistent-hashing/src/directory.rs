//! The directory: it keeps the [`Roster`], and tells everybody who asks.
//!
//! A new view is on disk before anybody hears of it, so a directory that crashes comes back
//! with the same ring: a new salt would move every key. Pushing a view is one datagram to each
//! who ever asked, and may get lost, so everybody also polls.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;
use std::rc::Rc;

use netsplit_sim::{Host, NodeId};
use rand::Rng;

use crate::cluster::Cluster;
use crate::inspect::Inspector;
use crate::messages::{Beat, Leave, Left, Poll, Polled, Push};
use crate::params::Spread;
use crate::placement::{Epoch, NodeIndex, View};
use crate::record;
use crate::roster::Roster;

const FILE: &str = "roster";

/// The directory while it is up.
struct Directory {
    host: Host,
    cluster: Rc<Cluster>,
    inspector: Inspector,
    roster: RefCell<Roster>,
    /// The newest view that is on disk: what others may know.
    published: RefCell<View>,
    audience: RefCell<BTreeSet<NodeId>>,
}

/// What the directory does until it crashes. One that cannot read its disk does nothing.
pub async fn run(host: Host, cluster: Rc<Cluster>, inspector: Inspector) {
    let Ok(saved) = host.disk().read(FILE) else {
        return;
    };
    let saved = saved.and_then(|bytes| postcard::from_bytes(&bytes).ok());
    let is_new = saved.is_none();
    let roster = saved.unwrap_or_else(|| {
        let salt = host.rng().next_u64();
        Roster::new(salt, cluster.founders.clone())
    });
    let directory = Rc::new(Directory {
        published: RefCell::new(roster.view().clone()),
        roster: RefCell::new(roster),
        host,
        cluster,
        inspector,
        audience: RefCell::default(),
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
            let mut beats = directory.host.inbox::<Beat>();
            loop {
                let (_, Beat(member)) = beats.recv().await;
                let now = directory.host.monotonic();
                let joined = directory.roster.borrow_mut().hear(member, now);
                if joined {
                    directory.changed("node-joined").await;
                }
            }
        });
        let directory = self.clone();
        host.spawn(async move {
            let host = directory.host.clone();
            host.serve(|from, Poll(known)| {
                directory.audience.borrow_mut().insert(from);
                let view = directory.published.borrow().clone();
                async move { Polled((view.epoch > known).then_some(view)) }
            })
            .await;
        });
        let directory = self.clone();
        host.spawn(async move {
            let host = directory.host.clone();
            host.serve(|_, Leave(node)| directory.clone().strike_out(node)).await;
        });
    }

    async fn strike_out(self: Rc<Self>, node: NodeIndex) -> Left {
        let left = self.roster.borrow_mut().leave(node);
        if left {
            self.changed("node-left").await;
        }
        Left
    }

    /// Strikes out who is silent.
    async fn watch(self: Rc<Self>) {
        let (every, patience) = (*self.cluster.params.beat_every, *self.cluster.params.dead_after);
        loop {
            self.host.sleep(every).await;
            let now = self.host.monotonic();
            let struck = self.roster.borrow_mut().strike_out_silent(now, patience);
            if struck {
                self.changed("node-died").await;
            }
        }
    }

    async fn changed(&self, what: &'static str) {
        if self.publish().await {
            let members = self.published.borrow().members.len();
            self.host.record(what, members);
        }
    }

    /// Makes the present view known, once it is durable. Whether it could be.
    async fn publish(&self) -> bool {
        let roster = self.roster.borrow().clone();
        if self.save(&roster).await.is_err() {
            return false;
        }
        let view = roster.view();
        if self.published.borrow().epoch <= view.epoch {
            self.published.replace(view.clone());
            self.inspector.view(view);
            record::view(&self.host, view, self.cluster.params.epsilon_millionths());
        }
        if self.cluster.params.spread == Spread::Push {
            for listener in &*self.audience.borrow() {
                // A view that does not arrive is asked for later.
                let _ = self.host.send(*listener, &Push(view.clone()));
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

/// Has `adopt` told of each view that this host hears of, until it crashes.
pub fn follow(host: &Host, cluster: &Rc<Cluster>, follower: Rc<dyn Follower>) {
    let (pushed, here) = (follower.clone(), host.clone());
    host.spawn(async move {
        let mut views = here.inbox::<Push>();
        loop {
            let (_, Push(view)) = views.recv().await;
            pushed.clone().adopt(view);
        }
    });
    let (here, cluster) = (host.clone(), cluster.clone());
    host.spawn(async move {
        let directory = Cluster::directory(&here);
        let params = &cluster.params;
        loop {
            let poll = here.call(directory, &Poll(follower.known()), *params.timeout);
            match poll.await {
                Ok(Polled(Some(view))) => follower.clone().adopt(view),
                Ok(Polled(None)) => {}
                // The time-out was wait enough.
                Err(_) => continue,
            }
            here.sleep(*params.poll_every).await;
        }
    });
}

/// Who needs to know the view.
pub trait Follower {
    /// The epoch of the view that it has; the lowest, if none.
    fn known(&self) -> Epoch;

    /// Here is a view, which may be old.
    fn adopt(self: Rc<Self>, view: View);
}
