//! One run: from a scenario and a seed to a [`Run`].

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use netsplit_history::{Problem, Run, Time};
use netsplit_scenario::{Arrivals, Scenario};
use slotmap::SlotMap;
use turmoil_net::Net;

use crate::engine::event_loop::Sim;
use crate::engine::events::{Event, Events};
use crate::engine::logs;
use crate::engine::panics::{Panic, guarded};
use crate::engine::tracer::Tracer;
use crate::engine::world::World;
use crate::fault::targets::FaultState;
use crate::load::arrivals::LoadState;
use crate::load::requests::{client_hosts, drain};
use crate::machine::state::{address, build_hosts, groups};
use crate::network::links::Links;
use crate::{Lab, NodeId, Setup, System};

/// How to run a scenario.
#[derive(Clone, Debug)]
pub struct Options {
    /// The seed of all randomness.
    pub seed: u64,
    /// Whether to keep the full trace, for people to read.
    pub record_trace: bool,
    /// Events after which the run is given up as endless.
    pub max_steps: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options { seed: 1, record_trace: false, max_steps: 2_000_000_000 }
    }
}

/// The most hosts of a simulation; links take memory for each pair that speaks.
const MAX_HOSTS: u64 = 10_000;

/// Nodes that a lab may start while it runs.
const SPARE_HOSTS: u32 = 64;

/// Runs `scenario` on `lab`. `progress` hears of the simulated time now and then.
///
/// The same scenario, seed and build give the same [`Run`], whatever the machine and the
/// thread.
///
/// # Errors
/// When the lab cannot be built from the scenario's parameters, or the scenario has more hosts
/// than fit.
///
/// # Panics
/// When a simulation runs on this thread already.
pub fn simulate(
    lab: &dyn Lab,
    scenario: &Scenario,
    options: &Options,
    progress: &mut dyn FnMut(Time),
) -> Result<Run, String> {
    let system = build(lab, scenario)?;
    let mut net = Net::new();
    let world = build_world(lab, scenario, options, &mut net);
    let sim = Sim::new(world, net.enter());
    sim.install(system);
    let log = logs::collect(&sim, || {
        sim.world.borrow_mut().apply_link_rules();
        sim.ids().for_each(|id| sim.start(id));
        schedule_loads(&sim.world);
        sim.world.borrow_mut().schedule_faults();
        sim.run(options.max_steps, progress);
    });
    let system = sim.system();
    sim.end_all_requests();
    let mut run = finish(&mut sim.world.borrow_mut());
    sim.tear_down();
    drop(sim);
    run.log = log;
    match guarded(|| system.measure(&run)) {
        Ok(measured) => {
            run.measured =
                measured.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        }
        Err(panic) => run.problems.push(Problem::Failure(told(&panic))),
    }
    let _ = guarded(|| drop(system));
    Ok(run)
}

/// Builds the lab's system from the scenario, as [`simulate`] does first: what a scenario's
/// parameters cannot be together shows here.
///
/// # Errors
/// When the lab cannot be built, or the scenario has more hosts than fit.
pub fn build(lab: &dyn Lab, scenario: &Scenario) -> Result<Rc<dyn System>, String> {
    let nodes: u64 = scenario.nodes.iter().map(|group| u64::from(group.count)).sum();
    let clients: u64 = scenario.loads.iter().map(|load| u64::from(load.hosts)).sum();
    if nodes + clients > MAX_HOSTS {
        return Err(format!("{nodes} nodes and {clients} client hosts: at most {MAX_HOSTS} fit"));
    }
    guarded(|| lab.build(&Setup { scenario, open_fillings: Vec::new() }))
        .map_err(|panic| told(&panic))?
}

/// A panic of the lab outside any node, for people.
fn told(panic: &Panic) -> String {
    format!("the lab panicked: {} at {}", panic.message, panic.place)
}

fn build_world(lab: &dyn Lab, scenario: &Scenario, options: &Options, net: &mut Net) -> World {
    let seed = options.seed;
    let kinds = lab.spec().messages.to_vec();
    let hosts = build_hosts(scenario, seed, net);
    let first_spare = hosts.len() as u32;
    let spares = (0..SPARE_HOSTS).map(|i| net.add_host(address(NodeId(first_spare + i)))).collect();
    let duration = Time::from(scenario.duration);
    let run = Run { seed, warmup: scenario.warmup.into(), duration, ..Run::default() };
    let mut world = World {
        seed,
        scenario: scenario.clone(),
        now: Time::ZERO,
        end: duration,
        events: Events::default(),
        groups: groups(&hosts),
        hosts,
        spares,
        kind_names: kinds.iter().map(|kind| Arc::from(*kind)).collect(),
        links: Links::new(seed, &kinds, &scenario.network.default),
        kinds,
        flights: SlotMap::with_key(),
        timers: SlotMap::with_key(),
        calls: SlotMap::with_key(),
        jobs: SlotMap::with_key(),
        faults: scenario.faults.iter().map(|fault| FaultState::new(fault, seed)).collect(),
        triggers: Vec::new(),
        roles: BTreeMap::default(),
        loads: Vec::new(),
        requests: SlotMap::with_key(),
        next_request: 0,
        in_system: (0, Time::ZERO),
        tracer: Tracer::new(options.record_trace),
        run,
    };
    for load in &scenario.loads {
        let clients = client_hosts(&world, &load.name);
        world.loads.push(LoadState::new(load, seed, clients, duration));
    }
    world.end = duration + drain(&world.loads);
    world
}

/// Schedules the first requests of every load.
fn schedule_loads(world: &std::cell::RefCell<World>) {
    let world = &mut *world.borrow_mut();
    for (index, load) in world.scenario.loads.iter().enumerate() {
        let event = match load.arrivals {
            Arrivals::Open { .. } => {
                if let Some(at) = world.loads[index].next_arrival() {
                    world.events.push(at, Event::Arrival(index as u32));
                }
                continue;
            }
            Arrivals::Closed { .. } | Arrivals::Once { .. } => Event::Think(index as u32),
        };
        if load.from >= world.loads[index].until {
            continue;
        }
        for _ in 0..LoadState::initial_sessions(load) {
            world.events.push(load.from, event);
        }
    }
}

/// Completes the record of the run.
fn finish(world: &mut World) -> Run {
    world.count_in_system(0);
    world.sum_sojourns();
    let (fingerprint, trace) = world.tracer.finish();
    let duration = world.run.duration;
    let mut run = std::mem::take(&mut world.run);
    run.end = world.now;
    run.fingerprint = fingerprint;
    run.trace = trace;
    run.network.in_flight = world.flights.len() as u64;
    for fault in &mut world.faults {
        fault.record.spans.iter_mut().for_each(|span| span.1 = span.1.min(duration));
        run.faults.push(std::mem::take(&mut fault.record));
    }
    for trigger in &world.triggers {
        let why = format!("the event {} that the scenario waits for never came", trigger.event);
        run.problems.push(Problem::Inconclusive(why));
    }
    run
}

/// How long a scenario runs in all: its load, and then the longest time-out.
pub fn total_duration(scenario: &Scenario) -> Duration {
    let drain = scenario.loads.iter().map(|load| load.timeout).max().unwrap_or_default();
    scenario.duration.saturating_add(drain)
}
