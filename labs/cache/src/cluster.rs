//! The state that all nodes of a run share: parameters, who fills the seats, and what is measured
//! across nodes.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use netsplit_sim::prelude::*;
use netsplit_sim::random::{Sampler, unit};

use crate::eviction::MakeEviction;
use crate::leases::MakeLeasing;
use crate::params::{Params, Ttl};
use crate::refresh::Refresh;
use crate::seats::{self, Fetching};
use crate::types::{Key, Version};
use crate::writes::Steps;

/// The group of the apps.
pub(crate) const APPS: &str = "apps";
/// The group of the cache nodes.
pub(crate) const CACHE: &str = "cache";
/// The group of the database.
pub(crate) const DB: &str = "db";

/// The cluster during one run.
pub(crate) struct Cluster {
    pub params: Params,
    pub eviction: MakeEviction,
    pub leasing: MakeLeasing,
    pub fetching: Fetching,
    pub writes: Steps,
    pub refresh: &'static dyn Refresh,
    pub db_work: Sampler,
    /// Reads and writes that may be at the database at once; `None` for no limit.
    pub db_capacity: Option<usize>,
    pub client_timeout: Duration,
    /// The version that the database has of each key, for measurements only.
    pub newest: RefCell<BTreeMap<Key, Version>>,
    /// By cache node, the acknowledged writes that only its memory has; for measurements only.
    pub unflushed: RefCell<BTreeMap<Arc<str>, u64>>,
    /// The number of scans so far.
    scans: Cell<u64>,
}

impl Cluster {
    pub fn new(setup: &Setup<'_>) -> Result<Cluster, Refusal> {
        let params: Params = setup.params::<Params>().clone();
        params.check()?;
        let databases = setup.group(DB).count;
        if databases != 1 {
            let wrong = format!("there are {databases} databases");
            return Err(Refusal::new("nodes.db.count", wrong, "expected 1"));
        }
        let writes = setup.pick(&seats::WRITES);
        let workers = setup.group(DB).workers;
        Ok(Cluster {
            eviction: *setup.pick(&seats::EVICTION),
            leasing: *setup.pick(&seats::LEASING),
            fetching: *setup.pick(&seats::FETCHING),
            writes,
            refresh: *setup.pick(&seats::REFRESH),
            db_work: Sampler::new(&params.db_work),
            db_capacity: workers.map(|workers| workers as usize + params.db_queue as usize),
            client_timeout: setup.client_timeout(),
            newest: RefCell::default(),
            unflushed: RefCell::default(),
            scans: Cell::default(),
            params,
        })
    }

    /// The cache node that has a key.
    pub fn cache(host: &Host, key: Key) -> NodeId {
        let nodes = host.nodes(CACHE);
        nodes[key.0 as usize % nodes.len()]
    }

    /// The database.
    pub fn db(host: &Host) -> NodeId {
        host.nodes(DB)[0]
    }

    /// The time at which an entry that is stored or read at `now` expires.
    pub fn expires(&self, host: &Host, now: Duration) -> Option<Duration> {
        let Ttl::After(ttl) = self.params.ttl else { return None };
        let early = *self.params.ttl_jitter * unit(&mut host.rng());
        Some(now + ttl.mul_f64(1.0 - early))
    }

    /// Whether the database has a newer version of a key. No real cache could know.
    pub fn is_stale(&self, key: Key, version: Version) -> bool {
        self.newest.borrow().get(&key).is_some_and(|newest| *newest > version)
    }

    /// The key of the next scan: those after all keys of a load, in turn.
    pub fn scanned(&self) -> Key {
        const FIRST: u64 = 1 << 32;
        let scans = self.scans.get();
        self.scans.set(scans + 1);
        Key(FIRST + scans % self.params.scan_keys)
    }
}
