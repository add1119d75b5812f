//! The newest view that a process knows, and how it learns of newer ones.
//!
//! Routers and cache nodes have one each, and they may differ: the directory pushes a new view to
//! all that have polled it, by a datagram that may be dropped, so everybody also polls.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use netsplit_sim::Host;

use crate::cache::Key;
use crate::cluster::Cluster;
use crate::messages::{Poll, Polled, Push};
use crate::placement::{Epoch, NodeIndex, Placement, View};

/// A view with its placement, which is built at the first lookup: a large table that nobody needs
/// is never filled.
pub struct PlacedView {
    /// The view.
    pub view: View,
    cluster: Rc<Cluster>,
    process: Arc<str>,
    placement: OnceCell<Box<dyn Placement>>,
}

impl PlacedView {
    /// The placement of keys by this view.
    pub fn placement(&self) -> &dyn Placement {
        &**self.placement.get_or_init(|| self.cluster.place(&self.view, &self.process))
    }

    /// The owner of a key by this view.
    pub fn owner(&self, key: Key) -> Option<NodeIndex> {
        self.placement().owner(key.hash())
    }
}

/// The newest view that a process knows, if any.
pub struct NewestView {
    cluster: Rc<Cluster>,
    process: Arc<str>,
    newest: RefCell<Option<Rc<PlacedView>>>,
}

impl NewestView {
    /// No view yet, for the process on `host`.
    pub fn new(cluster: Rc<Cluster>, host: &Host) -> NewestView {
        NewestView { cluster, process: host.name(), newest: RefCell::default() }
    }

    /// The newest view.
    pub fn get(&self) -> Option<Rc<PlacedView>> {
        self.newest.borrow().clone()
    }

    /// The epoch of the newest view; 0, which no view has, when there is none.
    pub fn epoch(&self) -> Epoch {
        self.get().map_or(Epoch(0), |placed| placed.view.epoch)
    }

    /// Adopts a view if it is newer than the newest; returns it if so.
    pub fn adopt(&self, view: View) -> Option<Rc<PlacedView>> {
        // Pushed, polled and redirected views overtake each other; an old one must not win.
        if view.epoch <= self.epoch() {
            return None;
        }
        let placed = Rc::new(PlacedView {
            view,
            cluster: self.cluster.clone(),
            process: self.process.clone(),
            placement: OnceCell::new(),
        });
        self.newest.replace(Some(placed.clone()));
        Some(placed)
    }
}

/// A process that needs to know the newest view.
pub trait Follower {
    /// The epoch of the view that it has; 0 if none.
    fn epoch(&self) -> Epoch;

    /// Handles a view, which may be older than the one that it has.
    fn on_view(self: Rc<Self>, view: View);
}

/// Calls `on_view` with each view that the directory sends to this host, until it crashes.
pub fn follow(host: &Host, cluster: &Rc<Cluster>, follower: Rc<dyn Follower>) {
    let (on_push, here) = (follower.clone(), host.clone());
    host.spawn(async move {
        let mut views = here.inbox::<Push>();
        loop {
            let (_, Push(view)) = views.recv().await;
            on_push.clone().on_view(view);
        }
    });
    let (here, cluster) = (host.clone(), cluster.clone());
    host.spawn(async move {
        let directory = Cluster::directory(&here);
        let params = &cluster.params;
        loop {
            let poll = here.call(directory, &Poll(follower.epoch()), *params.timeout);
            match poll.await {
                Ok(Polled(Some(view))) => follower.clone().on_view(view),
                Ok(Polled(None)) => {}
                // The timeout has been delay enough.
                Err(_) => continue,
            }
            here.sleep(*params.poll_every).named("poll").await;
        }
    });
}
