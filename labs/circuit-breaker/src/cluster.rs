//! The part of the system that all nodes of a run share: parameters, and what fills the seats.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use netsplit_scenario::Refusal;
use netsplit_sim::Setup;
use netsplit_sim::random::Sampler;

use crate::cache::AnswerCache;
use crate::half_open::HalfOpen;
use crate::messages::ServiceName;
use crate::params::Params;
use crate::seats::{self, MakeBreaker, MakeBulkhead, MakeDetector, Placement, Scope};
use crate::types::Breaker;

/// What all nodes of a run share.
pub(crate) struct Cluster {
    pub params: Params,
    /// The timeout of the users of each load.
    pub client_timeouts: BTreeMap<Arc<str>, Duration>,
    pub service_times: Sampler,
    /// The number of breakers that guard stock, on all front ends together.
    pub stock_breakers: u32,
    pub scope: Scope,
    pub placement: Placement,
    make_breaker: MakeBreaker,
    half_open: Rc<dyn HalfOpen>,
    pub make_bulkhead: MakeBulkhead,
    pub make_detector: MakeDetector,
    pub make_cache: fn() -> Box<dyn AnswerCache>,
}

impl Cluster {
    /// # Errors
    /// When the parameters do not fit together.
    pub fn new(setup: &Setup<'_>) -> Result<Cluster, Refusal> {
        let params: &Params = setup.params();
        params.check()?;
        let scope = *setup.pick(&seats::SCOPE);
        let targets = match scope {
            Scope::PerHost => setup.group(ServiceName::Stock.as_str()).count,
            Scope::PerService => 1,
        };
        let loads = &setup.scenario().loads;
        Ok(Cluster {
            client_timeouts: loads
                .iter()
                .map(|load| (Arc::from(load.name.as_str()), load.timeout))
                .collect(),
            service_times: Sampler::new(&params.service),
            stock_breakers: setup.group("front").count * targets,
            scope,
            placement: *setup.pick(&seats::PLACEMENT),
            make_breaker: *setup.pick(&seats::BREAKER),
            half_open: setup.pick(&seats::HALF_OPEN)(),
            make_bulkhead: *setup.pick(&seats::BULKHEAD),
            make_detector: *setup.pick(&seats::EJECTION),
            make_cache: *setup.pick(&seats::CACHE),
            params: params.clone(),
        })
    }

    /// A closed breaker that stays open for `open_for`.
    pub fn breaker(&self, open_for: Duration) -> Box<dyn Breaker> {
        (self.make_breaker)(self.params.breaker_config(open_for), self.half_open.clone())
    }
}
