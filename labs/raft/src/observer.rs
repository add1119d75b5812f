//! Who led when, for those who judge the run: servers publish here and never look.
//!
//! The downtime of Figure 16 runs from a leader's crash to the first heartbeat of the next
//! leader. No server can know when another crashed, so this is where it is measured.

use std::cell::RefCell;
use std::rc::Rc;

use netsplit_history::Time;
use netsplit_sim::{Host, NodeId};

/// What is known of all servers.
#[derive(Clone, Debug, Default)]
pub struct Observer(Rc<RefCell<Known>>);

#[derive(Debug, Default)]
struct Known {
    leader: Option<NodeId>,
    /// When the last leader crashed, while there is none since.
    crashed_at: Option<Time>,
    /// Whether somebody's patience has run out since then.
    missed: bool,
}

/// Tells the observer when the life that holds it ends.
#[derive(Debug)]
pub struct Life {
    host: Host,
    observer: Observer,
}

impl Observer {
    /// A server's life begins.
    pub fn lives(&self, host: Host) -> Life {
        let observer = self.clone();
        Life { host, observer }
    }

    /// A server leads, and lets itself be heard for the first time.
    pub fn leads(&self, host: &Host) {
        let mut known = self.0.borrow_mut();
        known.leader = Some(host.id());
        if let Some(at) = known.crashed_at.take() {
            host.observe("downtime", host.true_time().since(at));
        }
    }

    /// A server that has waited for its leader so long waits no longer.
    pub fn misses_leader(&self, host: &Host, waited: std::time::Duration) {
        let mut known = self.0.borrow_mut();
        if known.crashed_at.is_some() && !known.missed {
            known.missed = true;
            host.observe("first-timeout", waited);
        }
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        let mut known = self.observer.0.borrow_mut();
        if known.leader == Some(self.host.id()) {
            known.leader = None;
            known.crashed_at = Some(self.host.true_time());
            known.missed = false;
        }
    }
}
