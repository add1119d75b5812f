//! The state of a simulation without its tasks: five parts, and the core that they share.
//!
//! Each part ([`Network`], [`Machines`], [`Faults`], [`Actions`], [`Loads`]) has its own methods, which take
//! the [`Core`] (and sometimes another part) as arguments. The methods here are those that need
//! several parts at once.

use std::convert::Infallible;
use std::sync::Arc;

use netsplit_history::{LabEvent, OverTime, Run, Slices, Time, TraceKind};
use netsplit_scenario::Scenario;
use serde_json::Value;
use turmoil_net::Net;

use super::budget::heap;
use super::core::Core;
use super::tracer::{number, tag};
use crate::action::Actions;
use crate::fault::Faults;
use crate::fault::selectors::select;
use crate::load::Loads;
use crate::machine::Machines;
use crate::machine::id::NodeId;
use crate::machine::state::{MachineKind, SLICES};
use crate::network::{CallKey, Datagram, Envelope, Network};
use crate::random::stream;

pub(crate) struct World {
    pub core: Core,
    pub network: Network,
    pub machines: Machines,
    pub faults: Faults,
    pub actions: Actions,
    pub loads: Loads,
}

impl World {
    /// The state at the start of a run. `kinds` are the message kinds that the lab declares.
    pub fn new(
        scenario: &Scenario,
        kinds: &[&'static str],
        seed: u64,
        record_trace: bool,
        net: &mut Net,
    ) -> World {
        let duration = Time::from(scenario.duration);
        let slices = Slices::of(duration, SLICES);
        let over_time = OverTime { slices, attempts: vec![0; slices.count], ..OverTime::default() };
        let warmup = scenario.warmup.into();
        let run = Run { seed, warmup, duration, over_time, ..Run::default() };
        let machines = Machines::new(scenario, seed, net);
        let mut core = Core::new(run, record_trace, scenario.limits);
        let loads = Loads::new(&scenario.loads, seed, &machines, duration);
        core.end = duration + loads.longest_timeout();
        World {
            network: Network::new(seed, kinds, &scenario.network),
            machines,
            faults: Faults::new(scenario, seed),
            actions: Actions::new(scenario, &mut core),
            core,
            loads,
        }
    }

    /// Schedules the first requests of every load, and then the faults and actions.
    pub fn schedule_loads_and_faults(&mut self) {
        self.loads.schedule(&mut self.core);
        self.faults.schedule(&mut self.core);
        self.actions.schedule(&mut self.core, &mut self.faults);
    }

    /// Puts the scenario's link rules in force, in place of earlier ones. The parser refuses random
    /// selectors and roles in link rules.
    pub fn apply_link_rules(&mut self) {
        let mut rng = stream(self.core.seed, "network");
        let Ok(()) = self.network.apply_rules(|selector| {
            Ok::<_, Infallible>(select(&self.machines, selector, &mut rng).unwrap_or_default())
        });
    }

    /// Adds a node to a group, and to the link rules that cover the group; `None` when no spare
    /// host is left.
    pub fn add_node(&mut self, group: &str) -> Option<NodeId> {
        let id = self.machines.add_node(group, self.core.seed)?;
        self.apply_link_rules();
        Some(id)
    }

    /// Sends a message: it is dropped, or scheduled to arrive.
    pub fn transmit(&mut self, envelope: Envelope, datagram: Datagram) {
        let World { core, network, machines, faults, .. } = self;
        let touched = |fault, touch| {
            // Without a receiver nothing becomes of the message anyway.
            if machines[envelope.to].listens(envelope.port) {
                let ends = machines.names(envelope.from, envelope.to);
                faults.count_message(fault, touch, ends);
            }
        };
        network.transmit(core, machines, envelope, datagram, touched);
    }

    /// Records an event of the lab; a fault or an action may wait for it.
    pub fn record(&mut self, id: NodeId, name: &'static str, detail: Value) {
        let core = &mut self.core;
        let text = format!("{name} {detail}");
        core.note(tag::RECORD, &[number(id)], text.as_bytes());
        let node = self.machines[id].name.clone();
        let event = LabEvent { at: core.now, node, name: name.into(), detail };
        core.keep(&event.node, || TraceKind::Record {
            name: event.name.clone(),
            detail: event.detail.clone(),
        });
        core.budget.records += size_of::<LabEvent>() + heap(&event.detail);
        core.run.events.push(event);
        self.faults.trigger(core, name);
    }

    /// Shows something to the page of the run.
    pub fn show(&mut self, id: NodeId, name: &'static str, detail: Value) {
        let bytes = heap(&detail);
        self.core.show(&self.machines[id].name, name, detail, bytes);
    }

    /// Registers a call of a host, and counts it as an attempt if the host is a client's.
    pub fn open_call(&mut self, id: NodeId) -> CallKey {
        if self.machines[id].kind == MachineKind::Client {
            let over_time = &mut self.core.run.over_time;
            if let Some(index) = over_time.slices.index(self.core.now) {
                over_time.attempts[index] += 1;
            }
        }
        self.network.open_call()
    }

    /// A host's name.
    pub fn name_of(&self, id: NodeId) -> Arc<str> {
        self.machines[id].name.clone()
    }

    /// Completes the record and takes it.
    pub fn finish(&mut self) -> Run {
        self.loads.finish(&mut self.core);
        self.credit_all_faults();
        self.core.run.network.in_flight = self.network.in_flight();
        self.faults.finish(&mut self.core);
        let run = &mut self.core.run;
        for machine in self.machines.ids().map(|id| &self.machines[id]) {
            run.hosts.push(machine.name.clone());
            if let Some(queue) = machine.cpu.queue_until(run.duration) {
                run.over_time.queues.insert(machine.name.clone(), queue);
            }
        }
        self.core.take_run()
    }
}
