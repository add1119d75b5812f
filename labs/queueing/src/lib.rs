//! Queues, utilisation and the tail.
//!
//! Clients ask a `front` end, which splits each request into leaf requests, sends each to one
//! of the leaf's `server`s, and answers when the slowest leaf has answered. A server has so
//! many workers and one queue before them. With one leaf and one server this is the M/M/1 queue
//! of the textbooks; with a hundred leaves it is Dean and Barroso's "The Tail at Scale".
//!
//! - `params`: the knobs: fan-out, work, queue limit, hedging;
//! - `balancer`: which replica of a leaf is asked, a plain struct;
//! - `front` and `server`: the two kinds of nodes;
//! - `spec`: the seats and variants, and what scenario files may name.
//!
//! Shared queue or one per server is a matter of shape: one node with four workers has one
//! queue for all of them, four nodes with one worker have four.
//!
//! It is also the lab that the engine is measured by. Queueing theory knows its answers
//! exactly, and `truth.toml` holds them against ours.
//!
//! What this leaves out: work that depends on the request, caches, priorities, deadlines that
//! travel with a request, and retries, which have a lab of their own. A server that is given
//! up on serves on.

mod balancer;
mod client;
mod front;
mod messages;
mod params;
mod server;
mod spec;

use std::rc::Rc;
use std::time::Duration;

use netsplit_history::Run;
use netsplit_scenario::{LabSpec, NodeGroup, Scenario, ScenarioFile};
use netsplit_sim::random::Sampler;
use netsplit_sim::{Client, Host, Lab, Setup, System, Task};

pub use balancer::{Balancer, Policy};
pub use params::{HedgeAfter, Never, Params, QueueLimit, Unlimited};

use client::Asker;
use front::{Config, Front};
use server::Server;
use spec::SPEC;

/// The queueing lab.
#[derive(Clone, Copy, Debug)]
pub struct Queueing;

impl Lab for Queueing {
    fn spec(&self) -> &'static LabSpec {
        &SPEC
    }

    fn lesson(&self) -> &'static str {
        include_str!("../README.md")
    }

    fn truth(&self) -> &'static str {
        include_str!("../truth.toml")
    }

    fn scenarios(&self) -> &'static [ScenarioFile] {
        netsplit_shipped_scenarios::of("queueing")
    }

    fn build(&self, setup: &Setup<'_>) -> Result<Rc<dyn System>, String> {
        let params: Params = setup.params::<Params>().clone();
        let servers = group(setup.scenario(), "servers");
        if !servers.count.is_multiple_of(params.fan_out) {
            return Err(format!(
                "{} servers cannot be dealt to {} leaves evenly: make nodes.servers.count a \
                 multiple of params.fan_out",
                servers.count, params.fan_out
            ));
        }
        let waiting = params.queue_limit.limit();
        let capacity = waiting.zip(servers.workers).map(|(waiting, workers)| waiting + workers);
        Ok(Rc::new(Queues {
            capacity: capacity.map(|capacity| capacity as usize),
            workers: servers.workers.map(|workers| u64::from(workers) * u64::from(servers.count)),
            front: Config {
                leaves: params.fan_out as usize,
                service: Sampler::new(&params.service),
                policy: match setup.seat("balancer") {
                    "random" => Policy::Random,
                    "round-robin" => Policy::RoundRobin,
                    _ => Policy::Fewest,
                },
                hedge_after: match setup.seat("hedging") {
                    "never" => None,
                    "at-once" => Some(Duration::ZERO),
                    _ => params.hedge_after.delay(),
                },
                cancel_losers: params.cancel_losers,
                patience: patience(setup.scenario()),
            },
        }))
    }
}

fn group<'a>(scenario: &'a Scenario, name: &str) -> &'a NodeGroup {
    let named = scenario.nodes.iter().find(|group| group.name == name);
    named.expect("a scenario has all groups of its lab")
}

/// How long the most patient client waits.
fn patience(scenario: &Scenario) -> Duration {
    scenario.loads.iter().map(|load| load.timeout).max().unwrap_or_default()
}

/// The system during one run.
struct Queues {
    /// Jobs that may be at one server at once.
    capacity: Option<usize>,
    /// Workers of all servers together; `None` for no limit.
    workers: Option<u64>,
    front: Config,
}

impl System for Queues {
    fn node(&self, host: Host) -> Task {
        match &*host.group() {
            "front" => Box::pin(Front::run(host, self.front.clone())),
            _ => Box::pin(Server::run(host, self.capacity)),
        }
    }

    fn client(&self, host: Host) -> Rc<dyn Client> {
        Rc::new(Asker { host, patience: self.front.patience })
    }

    fn measure(&self, run: &Run) -> Vec<(&'static str, f64)> {
        let window = run.measured_window();
        let requests = run.operations.iter();
        let requests = requests.filter(|op| window.contains(op.intended)).count();
        let leaves = (requests * self.front.leaves) as f64;
        let hedges = run.series.get("hedges").and_then(|series| series.value(&window));
        let hedge_rate = hedges.filter(|_| leaves > 0.0).map(|hedges| hedges / leaves);
        let busy: f64 = measured(run, "service").map(|work| work.as_secs_f64()).sum();
        let utilisation =
            self.workers.map(|workers| busy / (window.length().as_secs_f64() * workers as f64));
        let measures = [("hedge_rate", hedge_rate), ("utilisation", utilisation)];
        measures.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// The samples of an observed distribution that lie in the measured time.
fn measured<'a>(run: &'a Run, name: &str) -> impl Iterator<Item = Duration> + 'a {
    let window = run.measured_window();
    let samples = run.observed.get(name).into_iter().flatten();
    samples.filter(move |(at, _)| window.contains(*at)).map(|(_, duration)| *duration)
}
