//! The circuit-breaker lab: not calling what does not answer.
//!
//! Users ask `front` ends, which ask one of two services: `stock`, whose hosts are shards or
//! replicas, and `reviews`, its neighbour. Front ends have so many threads, hosts so many
//! workers, and a thread that waits for an answer does nothing else. So a service that is slow
//! or gone takes its callers with it, and through them its neighbours, unless somebody stops
//! calling. What each part does, from the idea outwards:
//!
//! | file | idea |
//! |---|---|
//! | `breaker`, `rules` | closed, open, half-open |
//! | `windows` | what a closed breaker remembers |
//! | `bulkhead` | how many may be inside |
//! | `outlier` | whom not to ask |
//! | `cache` | what to say instead |
//! | `seats` | wrong breakers, and who else is wrong |
//! | `breakers`, `service`, `front`, `dependency`, `client` | the shell: permits, calls, threads, work |
//! | `invariants`, `measures` | what must hold, and what is counted |
//!
//! Left out: breakers that share what they know. Each front end finds out for itself, and pays
//! for it.

mod breaker;
mod breakers;
mod bulkhead;
mod cache;
mod client;
mod dependency;
mod front;
mod invariants;
mod measures;
mod messages;
mod outlier;
mod params;
mod rules;
mod seats;
mod service;
mod spec;
mod windows;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use netsplit_history::Run;
use netsplit_scenario::{LabSpec, Scenario, ScenarioFile};
use netsplit_sim::random::Sampler;
use netsplit_sim::{Client, Host, Lab, Setup, System, Task};

pub use breaker::CircuitBreaker;
pub use bulkhead::{Bulkhead, GiveUp};
pub use cache::{Cache, LookUp};
pub use outlier::{Ejection, HasRoom, Outliers};
pub use rules::{Decision, Outcome, Permit, Rules, State};
pub use windows::{BUCKETS, Call, CountWindow, Tally, TimeWindow, Window};

use breakers::Make;
use client::User;
use dependency::Nature;
use front::{Config, Front, Placement, Scope};
use messages::Service;
use params::Params;
use seats::{
    Defences, LostPermit, NeverHalfOpen, NoBreaker, NoProbeLimit, OldNews, SlowIsFine, WaitsForEver,
};

/// The lab.
#[derive(Clone, Copy, Debug)]
pub struct Breaking;

impl Lab for Breaking {
    fn spec(&self) -> &'static LabSpec {
        &spec::SPEC
    }

    fn lesson(&self) -> &'static str {
        include_str!("../README.md")
    }

    fn truth(&self) -> &'static str {
        include_str!("../truth.toml")
    }

    fn scenarios(&self) -> &'static [ScenarioFile] {
        netsplit_shipped_scenarios::of("circuit-breaker")
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, String> {
        let params: Params = setup.params::<Params>().clone();
        if let Some(problem) = params.problem() {
            return Err(problem);
        }
        let scenario = setup.scenario();
        let scope = match setup.seat("scope") {
            "per-service" => Scope::PerService,
            _ => Scope::PerHost,
        };
        let targets = match scope {
            Scope::PerHost => count(scenario, Service::Stock.name()),
            Scope::PerService => 1,
        };
        Ok(Rc::new(Shop {
            breakers: count(scenario, "front") * targets,
            nature: Rc::new(Nature {
                work: Sampler::new(&params.service),
                error_rate: params.error_rate.0,
            }),
            patience: scenario
                .loads
                .iter()
                .map(|load| (Arc::from(load.name.as_str()), load.timeout))
                .collect(),
            config: Config {
                params: Rc::new(params),
                make: make(setup.seat("breaker")),
                defences: defences(setup),
                placement: match setup.seat("placement") {
                    "outside-retry" => Placement::OutsideRetry,
                    _ => Placement::InsideRetry,
                },
                scope,
            },
        }))
    }
}

fn defences(setup: &Setup<'_>) -> Defences {
    Defences {
        give_up: match setup.seat("bulkhead") {
            "leaky" => Bulkhead::leak,
            _ => Bulkhead::leave,
        },
        has_room: match setup.seat("ejection") {
            "everybody" => Outliers::has_always_room,
            _ => Outliers::has_room,
        },
        look_up: match setup.seat("cache") {
            "renewing" => Cache::look_up_and_renew,
            _ => Cache::look_up,
        },
    }
}

fn make(filling: &str) -> Make {
    match filling {
        "none" => |core| Box::new(NoBreaker(core)),
        "slow-is-fine" => |core| Box::new(SlowIsFine(core)),
        "lost-permit" => |core| Box::new(LostPermit(core)),
        "no-probe-limit" => |core| Box::new(NoProbeLimit(core)),
        "waits-for-ever" => |core| Box::new(WaitsForEver(core)),
        "never-half-open" => |core| Box::new(NeverHalfOpen(core)),
        "old-news" => |core| Box::new(OldNews(core)),
        _ => |core| Box::new(core),
    }
}

fn count(scenario: &Scenario, group: &str) -> u32 {
    let named = scenario.nodes.iter().find(|nodes| nodes.name == group);
    named.map_or(0, |nodes| nodes.count)
}

/// The system during one run.
struct Shop {
    /// Breakers that stand before stock, on all front ends together.
    breakers: u32,
    nature: Rc<Nature>,
    /// Of the users of each load.
    patience: BTreeMap<Arc<str>, Duration>,
    config: Config,
}

impl System for Shop {
    fn node(&self, host: Host) -> Task {
        match &*host.group() {
            "front" => Box::pin(Front::run(host, self.config.clone())),
            _ => Box::pin(dependency::serve(host, self.nature.clone())),
        }
    }

    fn client(&self, host: Host) -> Rc<dyn Client> {
        let patience = self.patience.get(&host.group()).copied().unwrap_or_default();
        Rc::new(User { host, patience })
    }

    fn measure(&self, run: &Run) -> Vec<(&'static str, f64)> {
        measures::measure(run, self.config.params.min_calls, self.breakers)
    }
}
