//! The retry-jitter lab: what to do when an answer does not come.
//!
//! Clients ask a service with a finite number of workers and a queue, through as many proxies as
//! the scenario puts in between. Everything that decides is a plain struct that is told the time:
//!
//! | file | idea |
//! |---|---|
//! | `backoff` | how long to wait before the next try |
//! | `budget`, `throttling` | whether there may be a next try, or any |
//! | `admission`, `discipline` | slots; who may wait for one, and whose turn it is |
//! | `identity` | what makes two tries one request |
//! | `row` | optimistic concurrency: a write that must be tried again |
//! | `caller` | the composition: time-outs, retries, hedges, deadlines |
//! | `node`, `client` | the shell: messages, workers, what users want |
//! | `sizes`, `measures` | the work of each try; what came of it all, judged from outside |
//!
//! Papers: Brooker, "Exponential Backoff And Jitter" (AWS, 2015); Beyer et al., *Site Reliability
//! Engineering* (2016), chapters 21 and 22; Bronson et al., "Metastable Failures in Distributed
//! Systems" (`HotOS` 2021); Dean and Barroso, "The Tail at Scale" (CACM 2013).
//!
//! Left out: circuit breakers and rate limiters, which have labs of their own; connections; and a
//! server that slows down under load: here a worker is as fast in a full queue as in an empty one,
//! so a real overload is worse.

mod admission;
mod backoff;
mod budget;
mod caller;
mod client;
mod config;
mod discipline;
mod identity;
mod measures;
mod messages;
mod node;
mod params;
mod row;
mod sizes;
mod spec;
mod throttling;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use netsplit_history::Run;
use netsplit_scenario::{LabSpec, ScenarioFile};
use netsplit_sim::{Client, Host, Lab, NodeId, Setup, System, Task};

use caller::Caller;
use client::Session;
use config::{Config, patience};
use node::Node;
use sizes::Sizes;

/// The lab.
#[derive(Clone, Copy, Debug)]
pub struct RetryJitter;

impl Lab for RetryJitter {
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
        netsplit_shipped_scenarios::of("retry-jitter")
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, String> {
        let config = Config::new(setup)?;
        let scenario = setup.scenario();
        let loads = scenario.loads.iter().map(|load| load.name.clone());
        Ok(Rc::new(Service {
            sizes: Rc::new(Sizes::new(&config.params.service)),
            patience: loads.map(|load| (load.clone(), patience(scenario, &load))).collect(),
            config: Rc::new(config),
            processes: RefCell::default(),
        }))
    }
}

/// The system during one run.
struct Service {
    config: Rc<Config>,
    sizes: Rc<Sizes>,
    /// How long the users of each load wait.
    patience: BTreeMap<String, Duration>,
    /// What the sessions of each client host share.
    processes: RefCell<BTreeMap<NodeId, Rc<Caller>>>,
}

impl System for Service {
    fn node(&self, host: Host) -> Task {
        Box::pin(Node::run(host, self.config.clone()))
    }

    fn client(&self, host: Host) -> Rc<dyn Client> {
        self.sizes.seed_from(&host);
        let process = || Rc::new(self.config.caller(&host, true));
        let caller = self.processes.borrow_mut().entry(host.id()).or_insert_with(process).clone();
        Rc::new(Session {
            caller,
            config: self.config.clone(),
            sizes: self.sizes.clone(),
            patience: self.patience[&*host.group()],
            host,
        })
    }

    fn measure(&self, run: &Run) -> Vec<(&'static str, f64)> {
        measures::measure(run, self.config.params.fan_out)
    }
}
