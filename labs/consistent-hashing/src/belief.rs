//! What one party believes about the cluster: the newest view that it has heard of, and what
//! that means for keys. Routers and cache nodes have one each, and they may differ.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use netsplit_sim::Host;

use crate::cache::Key;
use crate::cluster::Cluster;
use crate::placement::{Epoch, NodeIndex, Placement, View};

/// A view, and its placement once somebody has asked for an owner: a large table is not made
/// for nothing.
pub struct Known {
    /// The view.
    pub view: View,
    cluster: Rc<Cluster>,
    believer: Arc<str>,
    placement: OnceCell<Rc<dyn Placement>>,
}

impl Known {
    /// Where the view puts keys.
    pub fn placement(&self) -> &dyn Placement {
        &**self.placement.get_or_init(|| self.cluster.place_by(&self.believer, &self.view))
    }

    /// Who owns a key by the view.
    pub fn owner(&self, key: Key) -> Option<NodeIndex> {
        self.placement().owner(key.hash())
    }
}

/// The newest view that somebody has heard of, if any.
pub struct Belief {
    cluster: Rc<Cluster>,
    believer: Arc<str>,
    newest: RefCell<Option<Rc<Known>>>,
}

impl Belief {
    /// Knows nothing yet.
    pub fn new(cluster: Rc<Cluster>, believer: &Host) -> Belief {
        Belief { cluster, believer: believer.name(), newest: RefCell::default() }
    }

    /// The newest view.
    pub fn get(&self) -> Option<Rc<Known>> {
        self.newest.borrow().clone()
    }

    /// Its epoch; 0, which no view has, when there is none.
    pub fn epoch(&self) -> Epoch {
        self.get().map_or(Epoch(0), |known| known.view.epoch)
    }

    /// Hears of a view. What is believed now, if that is news.
    pub fn hear(&self, view: View) -> Option<Rc<Known>> {
        if view.epoch <= self.epoch() {
            return None;
        }
        let known = Rc::new(Known {
            view,
            cluster: self.cluster.clone(),
            believer: self.believer.clone(),
            placement: OnceCell::new(),
        });
        self.newest.replace(Some(known.clone()));
        Some(known)
    }
}
