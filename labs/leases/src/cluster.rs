//! The state that all nodes of a run share: parameters, who fills the seats, and who believes to
//! hold which lock, which no node of a real system could know.

use std::cell::{Cell, RefCell};

use netsplit_sim::prelude::*;
use netsplit_sim::random::Sampler;

use crate::fencing::MakeFencing;
use crate::holding::{MakeHolder, Terms};
use crate::locks::{Lock, Waiting};
use crate::params::Params;
use crate::record::Beliefs;
use crate::seats::{self, MayRelease};
use crate::types::Owner;

/// The group of the apps.
pub(crate) const APPS: &str = "apps";
/// The group of the lock nodes.
pub(crate) const LOCK: &str = "lock";
/// The group of the storage.
pub(crate) const STORAGE: &str = "storage";

/// The cluster during one run.
pub(crate) struct Cluster {
    pub params: Params,
    pub terms: Terms,
    pub lock: Lock,
    pub fencing: MakeFencing,
    pub may_release: MayRelease,
    pub holder: MakeHolder,
    pub waiting: Waiting,
    pub work: Sampler,
    pub commit: Sampler,
    pub client_timeout: Duration,
    pub beliefs: RefCell<Beliefs>,
    owners: Cell<u64>,
}

impl Cluster {
    pub fn new(setup: &Setup<'_>) -> Result<Cluster, Refusal> {
        let params: Params = setup.params::<Params>().clone();
        params.check()?;
        let stores = setup.group(STORAGE).count;
        if stores != 1 {
            let wrong = format!("there are {stores} storage nodes");
            return Err(Refusal::new("nodes.storage.count", wrong, "expected 1"));
        }
        Ok(Cluster {
            terms: Terms { ttl: *params.ttl, drift: *params.drift, slack: *params.slack },
            lock: *setup.pick(&seats::LOCK),
            fencing: *setup.pick(&seats::RESOURCE),
            may_release: *setup.pick(&seats::RELEASE),
            holder: *setup.pick(&seats::HOLDER),
            waiting: *setup.pick(&seats::ACQUIRE),
            work: Sampler::new(&params.work),
            commit: Sampler::new(&params.commit),
            client_timeout: setup.client_timeout(),
            beliefs: RefCell::default(),
            owners: Cell::default(),
            params,
        })
    }

    /// The lock nodes that a client asks.
    pub fn locks(&self, host: &Host) -> Vec<NodeId> {
        let mut nodes = host.nodes(LOCK);
        nodes.truncate(self.lock.asked(nodes.len()));
        nodes
    }

    /// The storage.
    pub fn storage(host: &Host) -> NodeId {
        host.nodes(STORAGE)[0]
    }

    /// An owner that no other attempt has. A real client draws it at random.
    pub fn new_owner(&self) -> Owner {
        self.owners.set(self.owners.get() + 1);
        Owner(self.owners.get())
    }
}
