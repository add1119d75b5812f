//! Simulation of one scenario under one seed: from a [`Scenario`] to a [`Run`].

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use netsplit_history::{Problem, Run, Time};
use netsplit_scenario::{LabSpec, Refusal, Scenario};
use turmoil_net::Net;

use super::event_loop::Sim;
use super::logs;
use super::panics::{Panic, guarded};
use super::world::World;
use crate::{Lab, Setup, System, comparison};

/// Options of a run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The seed of all randomness. Default: 1.
    pub seed: u64,
    /// Whether to record the full trace. Default: false.
    pub record_trace: bool,
    /// Whether the fillings of exercises are compared with the reference's. Default: false.
    pub compare: bool,
    /// Called with the time and the host before code of a lab runs, to find the place at which it
    /// takes the process down. Default: none.
    pub before_lab_code: Option<fn(Time, &str)>,
}

impl Default for Options {
    fn default() -> Self {
        Options { seed: 1, record_trace: false, compare: false, before_lab_code: None }
    }
}

/// The most hosts of a simulation: links take memory for each pair that communicates.
const MAX_HOSTS: u64 = 10_000;

/// Runs `scenario` on `lab`, and calls `progress` with the simulated time every now and then.
///
/// The same scenario, seed and build give the same [`Run`], on any machine and thread.
///
/// # Errors
/// When the lab cannot be built from the scenario's parameters, or the scenario has more than
/// 10,000 hosts.
///
/// # Panics
/// When a simulation is already running on this thread.
pub fn simulate(
    lab: &dyn Lab,
    scenario: &Scenario,
    options: &Options,
    progress: &mut dyn FnMut(Time),
) -> Result<Run, Refusal> {
    let system = build(lab, scenario)?;
    let mut net = Net::new();
    let Options { seed, record_trace, compare, before_lab_code } = *options;
    let world = World::new(scenario, lab.spec().messages, seed, record_trace, &mut net);
    let sim = Sim::new(world, net.enter(), before_lab_code);
    sim.install(system);
    comparison::begin(compare);
    let log = logs::collect(&sim, || {
        sim.world.borrow_mut().apply_link_rules();
        sim.ids().for_each(|id| sim.start(id));
        sim.world.borrow_mut().schedule_loads_and_faults();
        sim.run(progress);
    });
    let system = sim.system();
    sim.end_all_requests();
    let mut run = sim.world.borrow_mut().finish();
    comparison::end(&mut run);
    sim.tear_down();
    drop(sim);
    run.log = log;
    match guarded(|| system.measure(&run)) {
        Ok(measured) => {
            run.measured = named(measured, lab.spec());
        }
        Err(panic) => run.problems.push(Problem::Failure(describe(&panic))),
    }
    let _ = guarded(|| drop(system));
    Ok(run)
}

/// The measures by name. Those of one numbered prefix are its numbers from 1, in their order.
fn named(measured: Vec<(&'static str, f64)>, spec: &LabSpec) -> BTreeMap<String, f64> {
    let mut last = BTreeMap::<_, u64>::new();
    let named = |(name, value): (&'static str, f64)| {
        if !spec.numbered.contains(&name) {
            return (name.to_owned(), value);
        }
        let number = last.entry(name).or_default();
        *number += 1;
        (format!("{name}{number}"), value)
    };
    measured.into_iter().map(named).collect()
}

/// Builds the lab's system from the scenario, as [`simulate`] does first: values that do not fit
/// together are reported here.
///
/// # Errors
/// When the lab cannot be built, or the scenario has more than 10,000 hosts.
pub fn build(lab: &dyn Lab, scenario: &Scenario) -> Result<Rc<dyn System>, Refusal> {
    let nodes: u64 = scenario.nodes.iter().map(|group| u64::from(group.count)).sum();
    let clients: u64 = scenario.loads.iter().map(|load| u64::from(load.hosts)).sum();
    if nodes + clients > MAX_HOSTS {
        let key = if nodes > clients { "nodes" } else { "load" };
        let wrong = format!("too many hosts: {nodes} nodes and {clients} client hosts");
        let expected = "expected at most 10,000 nodes and client hosts, all together";
        return Err(Refusal::new(key, wrong, expected));
    }
    guarded(|| lab.build(&Setup { scenario, open_fillings: Vec::new() })).map_err(|panic| {
        Refusal::new("lab", describe(&panic), "expected a lab that can be built")
    })?
}

/// The error message of a panic of the lab outside any node.
fn describe(panic: &Panic) -> String {
    format!("the lab panicked: {} at {}", panic.message, panic.place)
}

/// The simulated length of a run: the scenario's duration, and then the longest client timeout.
pub fn total_duration(scenario: &Scenario) -> Duration {
    let drain = scenario.loads.iter().map(|load| load.timeout).max().unwrap_or_default();
    scenario.duration.saturating_add(drain)
}
